"""Which module shows which record. A module is imported when its record is first shown.

Every one has `page(record, width)`: the blocks that a person sees. Those whose JSON is not in `objects` have
`json_object(record)` and `json_records(record)` too, and their records are dataclasses: a plain sequence is a
listing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from losscli.render.listing import Listed
    from losscli.results.check import Checkup
    from losscli.results.code import Snippet
    from losscli.results.compare import Comparison
    from losscli.results.explain import Explanation
    from losscli.results.parity import Parity
    from losscli.results.plot import Picture
    from losscli.results.recommend import Recommendations, Tasks
    from losscli.results.score import Score
    from losscli.results.steps import Steps

    Shown = (
        Score
        | Comparison
        | Parity
        | Explanation
        | Picture
        | Checkup
        | Recommendations
        | Tasks
        | Snippet
        | Steps
        | Sequence[Listed]
    )

_MODULES = {
    "Score": "score",
    "Comparison": "compare",
    "Parity": "parity",
    "Explanation": "explain",
    "Snippet": "code",
    "Steps": "steps",
    "Checkup": "check",
    "Picture": "plot",
    "Recommendations": "recommend",
    "Tasks": "recommend",
}


def page_module(record: Shown) -> Any:
    """The module of `record`'s kind; a plain sequence is a listing."""
    return import_module(f"losscli.render.{_MODULES.get(type(record).__name__, 'listing')}")
