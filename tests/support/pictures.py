"""Every loss's picture, drawn once for all tests of pictures."""

from __future__ import annotations

from typing import Any

from support.requests import losses

import losscli
from losscli.analysis.plot import draw

NAMES = losscli.names()
NEEDED: dict[str, dict[str, Any]] = {"matrix_cce": {"matrix": [[0, 1, 2], [1, 0, 1], [2, 1, 0]]}}
PICTURES = {name: draw(losses([name]), NEEDED.get(name, {})) for name in NAMES}
