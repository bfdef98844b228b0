"""A case: a command line with what it reads; and what is wrong with its answer."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

FILE = "@F"  # in a line, the name of the case's file
CELL = "@T"  # in a line, the content itself, as the text of an option
CODES = (0, 1, 2)
LONGEST = 4000  # characters of a line on stderr
MEMORY = 1 << 30  # bytes beyond what the process had, for inputs of a few kilobytes
SECONDS = 10  # of processor time


class Case(NamedTuple):
    """What is given to losscli; mutations change `content`: a file's bytes, or the text of an option."""

    target: str
    line: tuple[str, ...]
    content: bytes
    name: str = ""  # of the file

    @property
    def words(self) -> list[str]:
        """The command line."""
        text = self.content.replace(b"\0", b"").decode("utf-8", "surrogateescape")
        return [word.replace(FILE, self.name).replace(CELL, text) for word in self.line]


class Answer(NamedTuple):
    """What came of a case; `trace` is the traceback of what left losscli, or of what it calls a bug."""

    code: int
    out: bytes
    err: bytes
    memory: int = 0
    trace: str = ""
    left: tuple[str, ...] = ()  # files that were not there before


def wrong_with(case: Case, answer: Answer) -> str | None:
    """What no input may bring about, in a few words; None where the answer is in order."""
    err = answer.err.decode("utf-8", "replace")
    if "panicked at" in err:
        return f"panic: {err.partition('panicked at')[2].splitlines()[0][:80]}"
    if answer.trace:
        return f"{'bug' if 'this is a bug' in err else 'uncaught'}: {_place(answer.trace)}"
    if "Traceback" in err:
        return f"traceback: {_place(err)}"
    if answer.code not in CODES:
        return f"exit code {answer.code}"
    if answer.code == 1 and "check" not in case.line[:1]:
        return "exit code 1 of a command that finds nothing"
    return _wrong_streams(case, answer, err)


def _wrong_streams(case: Case, answer: Answer, err: str) -> str | None:
    lines = err.splitlines()
    strange = [line for line in err.split("\n") if line and not line.startswith(("losscli: ", " " * 9))]
    if strange:
        return f"on stderr: {skeleton(strange[0])[:80]}"
    if (
        max(map(len, lines), default=0) > LONGEST and case.line[0] != "parse"
    ):  # which quotes a page's own line
        return "a line without end on stderr"
    if any(not c.isprintable() and c != "\n" for c in err):
        return "control characters on stderr"
    if answer.code == 2:
        errors = sum(line.startswith("losscli: ") for line in lines)
        if not errors:
            return "exit code 2 without a message"
        if answer.out:
            return "exit code 2 after a part of the result"
        if answer.left:
            return f"exit code 2 leaves files: {skeleton(' '.join(answer.left))}"
    elif "json" in case.line and answer.out:
        try:
            json.loads(answer.out)
        except ValueError:
            return "JSON that is none"
    if answer.memory > MEMORY:
        return f"memory: {answer.memory >> 20} MB"
    return None


def skeleton(text: str) -> str:
    """A message without what is of one input alone: its numbers and what it quotes."""
    text = re.sub(r'"[^"]*"|\'[^\']*\'|\S*\.\w+[:,]', "…", text)
    return re.sub(r"\d+", "0", text)


def _place(traceback: str) -> str:
    """The last line of losscli's own in a traceback, and the error."""
    frames = re.findall(r'File "[^"]*?(losscli/[^"]*)", line (\d+), in (\S+)', traceback)
    last = [
        line for line in traceback.splitlines() if re.match(r"[\w.]+(Error|Exception|Warning)?(:|$)", line)
    ]
    where = ":".join(frames[-1]) if frames else ""
    return f"{where} {skeleton(last[-1])[:80] if last else ''}".strip()
