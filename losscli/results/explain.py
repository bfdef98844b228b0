"""Explanation: a loss's page, with its example computed."""

from dataclasses import dataclass

from losscli.results.plot import Picture
from losscli.results.score import Score
from losscli.results.words import Words


@dataclass(frozen=True, eq=False)
class Explanation(Words):
    """What is said about a loss, with what is computed when the page is made.

    `read_as` says what the name that was asked for stands for, where it is not the loss's own.
    """

    example_score: Score | None = None
    picture: Picture | None = None
    read_as: str | None = None
