"""Finding a loss by what a person calls it: its name, another library's, a framework's call."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from losscli.catalogue import othernames, registry
from losscli.catalogue.registry import folded_name
from losscli.errors import LosscliError
from losscli.frameworks.call import in_our_words
from losscli.frameworks.convention import conventions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from losscli.losses.declare import Loss

NOTHING: Mapping[str, Any] = MappingProxyType({})
MOST = 4  # losses in one hint
LIST = "losscli list shows every loss"
# How people write a module, and its name.
SHORT = {
    "F.": "torch.nn.functional.",
    "nn.": "torch.nn.",
    "tf.keras.": "keras.",
    "tf.losses.": "keras.losses.",
    "tensorflow.keras.": "keras.",
}


class Named(NamedTuple):
    """The loss that a word stands for, with the parameters that the word implies.

    `others` are what it stands for on rows of another shape. `words` are its library's names of parameters,
    with ours; `note` is what must be said beside a number of this name, `because` why the rows chose it.
    """

    loss: Loss
    word: str = ""
    params: Mapping[str, Any] = NOTHING
    words: Mapping[str, str] = NOTHING
    note: str = ""
    others: tuple[Named, ...] = ()
    because: str = ""

    @property
    def labelled(self) -> tuple[Loss, ...]:
        """The losses that it may stand for on rows with a label each; else the one that it stands for."""
        losses = tuple(named.loss for named in (self, *self.others))
        return tuple(loss for loss in losses if _grain(loss) != "row") or losses[:1]

    def given(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters with those that the name implies, where they are not given."""
        return {**self.params, **in_our_words(params, self.words, self.loss.parameters)}

    def besides(self, params: Mapping[str, Any]) -> Named:
        """The same without the implied parameters that are given."""
        ours = in_our_words(params, self.words, self.loss.parameters)
        return self._replace(params={name: self.params[name] for name in self.params if name not in ours})

    def by_rows(self, true: tuple[int, ...], pred: tuple[int, ...]) -> Named:
        """What the name stands for where a row of y_true and of y_pred has these shapes."""
        rows = bool(pred) and pred[-1] > 1
        index = rows and (len(true) < len(pred) or true[-1] == 1)
        grain, because = (
            ("index", "y_true holds a class index for each row of y_pred")
            if index
            else (("row", "y_true and y_pred hold rows") if rows else ("entry", "y_pred holds a value a row"))
        )
        for named in (self, *self.others) if self.others else ():
            if _grain(named.loss) == grain:
                return named._replace(others=(), because=because)
        return self._replace(others=())

    @property
    def said(self) -> tuple[str, ...]:
        """What was read under this name, in a sentence; none where the name is just the loss's."""
        if not (self.params or self.others or self.note or self.because):
            return ()
        implied = ", ".join(f"{name}={_written(value)}" for name, value in self.params.items())
        others = " or ".join(named.loss.name for named in self.others)
        read = f"{self.word} is read as {self.loss.name}" + (f" with {implied}" if implied else "")
        chosen = f" or, by the rows, as {others}" if others else ""
        because = f", because {self.because}" if self.because else ""
        return (read + chosen + because + (f"; {self.note}" if self.note else ""),)


def _written(value: Any) -> str:
    """A parameter's value as -p takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _grain(loss: Loss) -> str:
    """What a loss takes a row: a value ("entry"), a row and its class ("index"), or two rows ("row")."""
    if loss.signature.y_pred.grain != "row":
        return "entry"
    truth = loss.signature.y_true
    return "index" if truth is not None and truth.grain == "index" else "row"


def find(name: str | Loss) -> Loss:
    """The loss of this name, alias ("HuberLoss") or framework call ("torch.nn.HuberLoss"); a loss is itself.

    Raises LosscliError with the nearest known name if there is none.
    """
    loss = lookup(name)
    loss.conventions.update(conventions(loss))
    return loss


def lookup(name: str | Loss) -> Loss:
    """The loss alone; of a name that stands for several the first."""
    return named(name).loss


def named(word: str | Loss | Named) -> Named:
    """What a word stands for; LosscliError with what is nearest if there is no such loss.

    A loss's own name needs nothing but its family; the table is read for other names, and frameworks are
    imported for names with a dot, and for those that nobody else knows.
    """
    if isinstance(word, Named):
        return word
    if not isinstance(word, str):
        return Named(word, word.name)
    word = word.removesuffix("()")
    known = registry.names()
    if word in known:
        return Named(registry.get(word), word)
    whole = _whole(word)
    if (row := othernames.row(whole)) is not None:
        return _of_row(word, row)
    if "." in word:
        return _called(word, whole) or _refuse_call(word, whole)
    own = {folded_name(name): name for name in known}.get(folded_name(word))
    if own is not None:
        return Named(registry.get(own), word)
    spelled = othernames.spelled(word)
    if spelled is not None and (row := othernames.row(spelled)) is not None:
        return _of_row(word, row)
    alias = registry.aliases().get(folded_name(word))
    if alias is not None:
        return Named(registry.get(alias), word)
    return _of_short_name(word) or _refuse(word)


def together(read: Sequence[Named], params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of several losses, "huber.delta" that of one, with those that their names imply."""
    if len(read) == 1:
        return read[0].given(params)
    implied = {
        f"{one.loss.name}.{name}": one.params[name] for one in read for name in one.besides(params).params
    }
    return {**implied, **params}


def _of_row(word: str, row: othernames.OtherName) -> Named:
    """What a row of the table says; LosscliError with the nearest loss where it stands for none of ours."""
    known = [name for name in row.losses if name in registry.names()]
    if row.nearest or not known:
        raise _not_here(word, row)
    losses = [registry.get(name) for name in known]
    read = [
        Named(
            loss,
            word,
            {name: value for name, value in row.params.items() if name in loss.parameters},
            {theirs: ours for theirs, ours in row.words.items() if ours in loss.parameters},
            row.note,
        )
        for loss in losses
    ]
    return read[0]._replace(others=tuple(read[1:]))


def _not_here(word: str, row: othernames.OtherName) -> LosscliError:
    """What is nearest to a loss that is not here, and why it is another."""
    what, because = f'there is no loss "{word}" here', row.note
    if not row.nearest:
        (own,) = row.losses
        what = f'"{word}" is the loss {own}, which is not here'
        row = _row(own)
        because = row.note
    subject = "" if because.startswith(f"{word} ") else f"{word} differs, because "
    while row.losses and row.losses[0] not in registry.names():
        row = _row(row.losses[0])
    if not row.losses:
        return LosscliError(what, f"none is near: {because}")
    return LosscliError(what, f"the nearest is {row.losses[0]}; {subject}{because}")


def _row(name: str) -> othernames.OtherName:
    """The row of a loss that is not here; the tests walk them all."""
    row = othernames.row(name)
    if row is None:
        raise AssertionError(f"names.tsv has no line for {name}")
    return row


def _whole(word: str) -> str:
    """The name with its module written out: torch.nn.functional.mse_loss, of F.mse_loss."""
    short = next((name for name in SHORT if word.startswith(name)), "")
    return SHORT.get(short, "") + word.removeprefix(short)


def _called(word: str, whole: str) -> Named | None:
    """What a framework's call stands for, or None."""
    from losscli.catalogue.calls import by_call

    return _of_calls(word, by_call(whole))


def _of_calls(word: str, calls: Sequence[Any]) -> Named | None:
    read = [Named(registry.get(call.loss), word, call.params, call.words) for call in calls]
    return read[0]._replace(others=tuple(read[1:])) if read else None


def _of_short_name(word: str) -> Named | None:
    """What a framework's call without its module stands for; refused where it is another loss elsewhere."""
    from losscli.catalogue.calls import by_short_name

    calls = by_short_name(word)
    if len({tuple(call.loss for call in read) for read in calls.values()}) > 1:
        raise LosscliError(f"{word} is one loss here and another there", f"say which: {' or '.join(calls)}")
    return _of_calls(word, next(iter(calls.values()), ()))


def _refuse_call(word: str, whole: str) -> Named:
    """Why a name with a dot is no call that is known."""
    from losscli.catalogue.calls import owner
    from losscli.frameworks.left_out import LEFT_OUT

    if (why := LEFT_OUT.get(whole)) is not None:
        raise LosscliError(f"{word} is left out: {why}", LIST)
    module, _, name = word.rpartition(".")
    title = owner(whole)
    what = f'there is no library "{module}" that losscli knows'
    if title is not None:
        what = f"losscli knows no call {word} of {title}"
    try:
        alone = f"{name} alone is read as {named(name).loss.name}"
    except LosscliError as why_not:
        alone = why_not.hint or LIST
    raise LosscliError(what, alone)


def _refuse(word: str) -> Named:
    raise LosscliError(f'there is no loss called "{word}"', _likely(word))


def _likely(word: str) -> str:
    """What a word that nobody knows may mean: a name with a slip, else names of the same words."""
    from losscli.catalogue.likeness import leading, same_words, typo_of

    meant, leads = typo_of(word), leading()
    if meant in leads:
        return f'did you mean "{meant}"?'
    names = same_words(word) if meant is None else [meant]
    losses = sorted({leads[name] for name in names if name in leads})[:MOST]
    if losses:
        return "the nearest by its words is " + " or ".join(losses)
    for name in names:
        row = othernames.row(name)
        if row is not None:
            return str(_not_here(name, row).hint)
    return LIST
