"""What a pass keeps of the entries themselves: all up to a million, then a seeded sample; and twin rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from losscli.losses.domain import Array
from losscli.results.profile import ResidualProfile

KEPT = 1_000_000
LEVELS = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)


class EntrySample:
    """Entries of the truth (None) and of the models (by name), those of one shape side by side.

    Each entry draws a number; those with the least are kept, so that any split into batches keeps the same.
    """

    def __init__(self) -> None:
        self._random: dict[int, np.random.Generator] = {}
        self._draws: dict[int, list[Array]] = {}
        self._kept: dict[int, dict[str | None, list[Array]]] = {}
        self._seen: dict[int, int] = {}
        self._width: dict[str | None, int] = {}

    def add(self, arrays: Mapping[str | None, Array]) -> None:
        by_width: dict[int, dict[str | None, Array]] = {}
        for name, array in arrays.items():
            width = int(np.prod(array.shape[1:]))
            self._width[name] = width
            by_width.setdefault(width, {})[name] = array.ravel()
        for width, group in by_width.items():
            self._add(width, group)

    def _add(self, width: int, group: Mapping[str | None, Array]) -> None:
        size = next(iter(group.values())).size
        random = self._random.setdefault(width, np.random.default_rng(0))
        draws = self._draws.setdefault(width, [])
        kept = self._kept.setdefault(width, {name: [] for name in group})
        draws.append(random.random(size))
        for name, values in group.items():
            kept[name].append(values)
        self._seen[width] = self._seen.get(width, 0) + size
        if sum(map(len, draws)) > 2 * KEPT:
            self._thin(width)

    def _thin(self, width: int) -> None:
        draws = np.concatenate(self._draws[width])
        if draws.size > KEPT:
            least = np.sort(np.argpartition(draws, KEPT)[:KEPT])
            self._draws[width] = [draws[least]]
            for name, parts in self._kept[width].items():
                self._kept[width][name] = [np.concatenate(parts)[least]]

    def sampled(self, name: str | None) -> bool:
        """Whether not every entry was kept."""
        return self._seen[self._width[name]] > KEPT

    def entries(self, name: str | None) -> Array:
        """The entries kept of one array, in the order of the rows."""
        width = self._width[name]
        self._thin(width)
        return np.concatenate(self._kept[width][name])

    def finite(self, name: str | None) -> Array:
        """The finite ones of `entries`; none where there is no such array."""
        if name not in self._width:
            return np.empty(0)
        values = self.entries(name)
        return values[np.isfinite(values)]

    def pair(self, name: str) -> tuple[Array, Array]:
        """Entries of the truth and a model, of one shape, where both are finite."""
        true, pred = self.entries(None), self.entries(name)
        both = np.isfinite(true) & np.isfinite(pred)
        return true[both], pred[both]


def correlation(sample: EntrySample, name: str) -> float:
    """Pearson's, of the truth and a model; nan where a side is constant."""
    true, pred = sample.pair(name)
    if true.size < 2:
        return float("nan")
    with np.errstate(all="ignore"):
        true, pred = _standard(true), _standard(pred)
        return float(np.mean(true * pred))


def _standard(values: Array) -> Array:
    """Mean 0 and standard deviation 1, whatever the magnitude; nan for a constant."""
    values = values / np.abs(values).max()
    values = values - values.mean()
    spread = np.sqrt(np.mean(values**2))
    return values / (spread if spread > 1e-15 else np.nan)


def residuals(name: str, sample: EntrySample) -> ResidualProfile | None:
    """The residuals of a model; None where there is no finite one."""
    true, pred = sample.pair(name)
    with np.errstate(over="ignore"):
        errors = pred - true
    errors = errors[np.isfinite(errors)]
    if errors.size == 0:
        return None
    size = float(np.abs(errors).max()) or 1.0
    scaled = errors / size
    ordered = np.sort(scaled)  # one sort takes as long as one median
    mean, median = float(scaled.mean()), float(np.median(ordered))
    away = scaled - mean
    square = away * away
    variance = float(np.mean(square))
    with np.errstate(all="ignore"):
        skewness = float(np.mean(square * away) / np.float64(variance) ** 1.5)
        kurtosis = float(np.mean(square * square) / np.float64(variance) ** 2 - 3)
    return ResidualProfile(
        model=name,
        n=errors.size,
        sampled=sample.sampled(name),
        mean=mean * size,
        median=median * size,
        mad=float(np.median(np.abs(scaled - median))) * size,
        std=float(np.sqrt(variance)) * size,
        skewness=skewness,
        kurtosis=kurtosis,
        quantiles=tuple(zip(LEVELS, (np.quantile(ordered, LEVELS) * size).tolist(), strict=True)),
        sample=errors,
    )


class Duplicates:
    """Rows that equal an earlier one, told by a 64-bit hash of each row.

    When there are too many hashes, those above a bound are let go, and the bound is halved: what is left is a
    sample of the different rows, each with all of its twins.
    """

    def __init__(self) -> None:
        self._hashes: list[Array] = []
        self._held = self._halvings = 0

    def add(self, arrays: Sequence[Array]) -> None:
        n = len(arrays[0])
        hashes = np.zeros(n, np.uint64)
        for array in arrays:
            bits = np.ascontiguousarray(array.reshape(n, -1) + 0.0).view(np.uint64)
            for k in range(bits.shape[1]):
                hashes = _mix(hashes ^ bits[:, k])
        self._hashes.append(self._below(hashes))
        self._held += self._hashes[-1].size
        while self._held > KEPT:
            self._halvings += 1
            self._hashes = [self._below(np.concatenate(self._hashes))]
            self._held = self._hashes[0].size
            if self._halvings == 63:
                break

    def _below(self, hashes: Array) -> Array:
        return hashes[hashes <= np.uint64((2**64 - 1) >> self._halvings)]

    def count(self) -> tuple[int, bool]:
        """How many rows equal an earlier one, and whether that is an estimate."""
        hashes = np.sort(np.concatenate(self._hashes))  # np.unique takes ten times as long
        twins = int(np.count_nonzero(hashes[1:] == hashes[:-1]))
        return twins << self._halvings, self._halvings > 0


def _mix(hashes: Array) -> Array:
    """Every bit of the input moves every bit of the output (splitmix64)."""
    hashes = hashes + np.uint64(0x9E3779B97F4A7C15)
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Array = hashes ^ (hashes >> np.uint64(31))
    return mixed
