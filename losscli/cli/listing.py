"""`losscli list`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, get_args

from typer import Option

from losscli.cli import complete, options
from losscli.cli.output import choose, say
from losscli.errors import LosscliError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection

    from losscli.results.words import Words

EXAMPLES = """\
losscli list
losscli list --family robust
losscli list --property convex --property smooth
losscli list --search outliers
losscli list --format csv --output losses.csv
"""


def list_losses(
    family: Annotated[
        str | None,
        Option(
            "--family",
            metavar="FAMILY",
            rich_help_panel=options.LOSS,
            autocompletion=complete.family,
            help="Losses of one family.",
        ),
    ] = None,
    property: Annotated[
        list[str] | None,
        Option(
            "--property",
            metavar="PROPERTY",
            rich_help_panel=options.LOSS,
            autocompletion=complete.property_,
            help="Losses that have it (convex, smooth, proper, …); repeatable: all of them.",
        ),
    ] = None,
    search: Annotated[
        str | None,
        Option(
            "--search",
            metavar="WORDS",
            rich_help_panel=options.LOSS,
            help="Losses whose pages or names elsewhere hold all of these words.",
        ),
    ] = None,
    format: options.Format = None,
    output: options.Output = None,
    debug: options.Debug = False,
) -> None:
    """List every loss by family, in a line each."""
    out = choose(format, output, get_args(options.FormatName))

    from losscli import render
    from losscli.catalogue import registry
    from losscli.catalogue.pages import PROPERTIES, explanation
    from losscli.version import __version__

    if family is not None:
        _check("family", family, registry.families())
    for name in property or ():
        _check("property", name, PROPERTIES)

    wanted = set(property or ())
    words = [re.compile(rf"(?<![^\W_]){re.escape(word)}") for word in (search or "").casefold().split()]
    pages = [
        page
        for folder, names in registry.families().items()
        if family in (None, folder)
        for page in (explanation(registry.get(name), elsewhere=False) for name in names)
        if wanted <= {held.name for held in page.properties}
        and all(word.search(_words(page)) for word in words)
    ]
    out.write(render.render(pages, out.format, width=out.width, color=out.color, version=__version__))
    _mention_absent(search)
    if not pages:
        say("no loss has all of that")


def _check(kind: str, word: str, known: Collection[str]) -> None:
    if word not in known:
        hint = did_you_mean(word, known) or f"there are: {', '.join(sorted(known))}"
        raise LosscliError(f'--{kind}: there is no {kind} "{word}"', hint)


def _words(page: Words) -> str:
    """What is searched: everything a person would look for a loss by, its names elsewhere too."""
    from losscli.catalogue import othernames

    names = (page.name, page.title, *page.aliases, *othernames.by_loss().get(page.name, ()))
    said = (page.summary, page.meaning, *page.use_when, *page.pitfalls)
    return " ".join((*names, *said)).casefold()


def _mention_absent(search: str | None) -> None:
    """Says what is nearest to a name that the table knows to be no loss here."""
    from losscli.catalogue import othernames
    from losscli.catalogue.find import lookup

    if search is not None and othernames.spelled(search) is not None:
        try:
            lookup(search)
        except LosscliError as absent:
            say(absent.what, absent.hint)
