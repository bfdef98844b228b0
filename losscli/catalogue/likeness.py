"""Names that a word is like: by its letters, else by its words."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from losscli.catalogue import othernames, registry
from losscli.catalogue.registry import folded_name

# Words that say nothing of which loss is meant.
COMMON = {
    *("loss", "losses", "error", "score", "scorer", "mean", "function", "criterion", "metric"),
    *("with", "the", "of", "and", "my", "custom"),
    *("binary", "categorical", "sparse", "multiclass", "multilabel"),
}
LIKE = 0.8  # how many letters must be shared, of both words' together
LONG = 10  # letters from which two may be wrong


def typo_of(word: str) -> str | None:
    """The name that is this word but for a letter or two, one that leads to no loss before one that does."""
    names, own = leading(), registry.names()
    near: dict[str, int] = {}
    for name in (*names, *othernames.names()):
        wrongs = [wrong for fold in (folded_name, str.casefold) if (wrong := _slips(fold(word), fold(name)))]
        if wrongs:
            near[name] = min(wrongs)
    order = {name: (near[name], name not in own, name in names, len(name)) for name in near}
    return min(order, key=lambda name: order[name], default=None)


def _slips(word: str, name: str) -> int:
    """How many letters are wrong in a word that is like a name; 0 where it is not, or is the name."""
    shortest = min(len(word), len(name))
    if shortest < 3 or abs(len(word) - len(name)) > 2:
        return 0
    shared = SequenceMatcher(None, word, name).ratio()
    if shared < LIKE and not (shared and sorted(word) == sorted(name)):
        return 0
    wrong = _wrong(word, name)
    return wrong if wrong <= (1 if shortest < LONG else 2) else 0


def same_words(word: str) -> list[str]:
    """The names that share most of their words with this one: all of theirs, or more than half of both's."""
    words = words_of(word)
    shares: dict[str, float] = {}
    for name in (*leading(), *othernames.names()):
        own = words_of(name)
        share = len(words & own) / len(words | own) if own else 0.0
        if share > 0.5 or (own and own <= words):
            shares[name] = share
    best = max(shares.values(), default=0.0)
    return sorted((name for name, share in shares.items() if share == best), key=len)


def words_of(name: str) -> set[str]:
    """The words of a name, in small letters: of BinaryFocalLoss2d binary, focal."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z]{3})(?=\dd\b)", " ", name)
    parts = re.split(r"[^a-z0-9]+", apart.casefold())
    return {part for part in parts if len(part) > 1 and not re.fullmatch(r"v?\dd?", part)} - COMMON


def leading() -> dict[str, str]:
    """Every name that leads to a loss, with the loss: its own, aliases, those of the table."""
    names = {name: name for name in registry.names()}
    for name in registry.names():
        names |= dict.fromkeys(registry.get(name).aliases, name)
    for loss, others in othernames.by_loss().items():
        if loss in names:
            names |= {name: loss for name in others if name not in names}
    return names


def _wrong(one: str, other: str) -> int:
    """How many letters are wrong, lacking, too many or in each other's place. No digit may be."""
    if re.sub(r"\D", "", one) != re.sub(r"\D", "", other):
        return len(one)
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one):
        now = [i + 1]
        for j, its in enumerate(other):
            cost = min(last[j] + (letter != its), last[j + 1] + 1, now[j] + 1)
            if i and j and letter == other[j - 1] and one[i - 1] == its:
                cost = min(cost, before[j - 1] + 1)
            now.append(cost)
        before, last = last, now
    return last[-1]
