"""Which module shows which record. A module is imported when its record is first shown.

Every one has `page(record, width)`, the blocks that a person sees; `json_object(record)`, whose schema is
schema/COMMAND.json; and `records(record)`, a flat object for each thing that the record lists, None if it
lists nothing and is one itself. One of `texts` has a function of its own for each format in them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

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


class Renderer(NamedTuple):
    """The module of a kind of record. In CSV one that is `upright` has a row a key."""

    name: str
    texts: tuple[str, ...] = ()
    upright: bool = False

    @property
    def module(self) -> Any:
        """The module itself."""
        return import_module(f"losscli.render.{self.name}")


_RENDERERS = {
    "Score": Renderer("score"),
    "Comparison": Renderer("compare"),
    "Parity": Renderer("parity"),
    "Explanation": Renderer("explain", texts=("latex",), upright=True),
    "Snippet": Renderer("code"),
    "Steps": Renderer("steps"),
    "Checkup": Renderer("check"),
    "Picture": Renderer("plot"),
    "Recommendations": Renderer("recommend"),
    "Tasks": Renderer("recommend"),
    "list": Renderer("listing"),
    "tuple": Renderer("listing"),
}


def renderer(record: Shown) -> Renderer:
    """What shows a record of this kind."""
    return _RENDERERS[type(record).__name__]
