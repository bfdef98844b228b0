"""Every loss's picture, drawn once for all tests of pictures, when the first asks for it."""

from __future__ import annotations

from typing import Any

from support.requests import losses

import losscli
from losscli.analysis.plot import draw
from losscli.results.plot import Picture

NAMES = losscli.names()
NEEDED: dict[str, dict[str, Any]] = {"matrix_cce": {"matrix": [[0, 1, 2], [1, 0, 1], [2, 1, 0]]}}
UNDRAWN = ("hamming", "zero_one")  # losses of labels: a test holds that they are the only ones
DRAWN = [name for name in NAMES if name not in UNDRAWN]


class Pictures(dict[str, Picture]):
    def __missing__(self, name: str) -> Picture:
        self[name] = draw(losses([name]), NEEDED.get(name, {}))
        return self[name]


PICTURES = Pictures()
