"""Names of losses that a word is like: by its words, else by its letters."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from losscli.catalogue import othernames, registry
from losscli.catalogue.registry import folded_name

# Words that say nothing of which loss is meant.
COMMON = {
    "loss",
    "losses",
    "error",
    "score",
    "mean",
    "function",
    "criterion",
    "metric",
    "with",
    "the",
    "of",
    "and",
}
COMMON |= {"v2", "2d", "1d", "3d", "my", "custom", "weighted", "batch"}
LIKE = 0.8  # how many letters must be shared, of both words' together
MOST = 4  # names in one hint


def likely(word: str) -> str | None:
    """`did you mean "huber"?`, or the losses that the same words name; None where nothing is like it."""
    close = _by_letters(folded_name(word))
    if close is not None:
        return f'did you mean "{close}"?'
    losses = _by_words(words_of(word))
    if len(losses) == 1:
        return f"the nearest by its words is {losses[0]}"
    return f"by its words it may be {' or '.join(losses)}" if losses else None


def words_of(name: str) -> set[str]:
    """The words of a name, in small letters: of BinaryFocalLoss binary, focal."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return {part for part in re.split(r"[^a-z0-9]+", apart.casefold()) if len(part) > 1} - COMMON


def leading() -> dict[str, str]:
    """Every name that leads to a loss, with the loss: its own, aliases, those of the table."""
    names = {name: name for name in registry.names()}
    for name in registry.names():
        names |= dict.fromkeys(registry.get(name).aliases, name)
    for loss, others in othernames.by_loss().items():
        if loss in names:
            names |= {name: loss for name in others if name not in names}
    return names


def _by_letters(word: str) -> str | None:
    """The name whose letters are nearly those of the word; none where a name that leads nowhere is nearer."""
    close: dict[str, float] = {}
    names = leading()
    for name in (*names, *othernames.names()):
        folded = folded_name(name)
        shared = SequenceMatcher(None, word, folded).ratio()
        swapped = len(word) > 2 and sorted(word) == sorted(folded)
        if swapped or (shared >= LIKE and min(len(word), len(folded)) > 3):
            close[name] = max(shared, LIKE)
    best = max(close, key=lambda name: (close[name], name in registry.names()), default=None)
    return best if best in names else None


def _by_words(words: set[str]) -> list[str]:
    """The losses of the names that share most words with these, at least half of either's."""
    shares: dict[str, float] = {}
    for name, loss in leading().items():
        own = words_of(name)
        common = len(words & own)
        if common and 2 * common >= max(len(words), len(own)):
            shares[loss] = max(shares.get(loss, 0), common / len(words | own))
    best = max(shares.values(), default=0)
    return sorted(loss for loss, share in shares.items() if share == best)[:MOST]
