"""`losscli list`."""

from __future__ import annotations

EXAMPLES = """\
losscli list
"""


def list_losses() -> None:
    """List the losses"""
