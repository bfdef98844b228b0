"""Text in a terminal: what is safe to print, how wide it is, where it breaks."""

from __future__ import annotations

import re
import unicodedata

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control, format (bidi marks), surrogates, line separators
# Compiled when a line is first too long.
_SPACE = "(?<![=≠≤≥→])(?<! row) +(?![%=≠≤≥])"  # lines break here: not in 22 %, p = 0, row 7
_JOINTS = r"(?<=[,;:(\[/_\\-])|(?<=\.)(?=\D)|(?<=[a-z])(?=[A-Z])"  # where a long word is best cut


def clean(text: str) -> str:
    """`text` with every character that a terminal would obey instead of print written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(c) if unicodedata.category(c) in _HIDDEN else c for c in text)


def _escape(character: str) -> str:
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def width_of(text: str) -> int:
    """The number of terminal columns `text` takes."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def wrap(text: str, width: int, hang: int = 0) -> list[str]:
    """`text` in lines of at most `width` columns, broken between words; lines after the first hang by `hang`.

    Text that fits is left as it is. A word wider than a line is cut, at its joints where it has some.
    """
    if width_of(text) <= width:
        return [text]
    lines: list[str] = []
    line = ""
    for word in re.split(_SPACE, text.strip(" ")):
        room = width - (hang if lines else 0)
        if line and width_of(line) + 1 + width_of(word) <= room:
            line += " " + word
            continue
        if line:
            lines.append(line)
        *full, line = _cut(word, width - hang if lines else width, width - hang)
        lines.extend(full)
    lines.append(line)
    return [" " * hang * (i > 0) + part for i, part in enumerate(lines)]


def _cut(word: str, first: int, later: int) -> list[str]:
    """`word` in pieces: one of at most `first` columns, the others of at most `later`."""
    if width_of(word) <= first:
        return [word]
    pieces = [""]
    for part in re.split(_JOINTS, word):
        if pieces[-1] and width_of(pieces[-1] + part) > (first if len(pieces) == 1 else later):
            pieces.append("")
        for character in part:
            if pieces[-1] and width_of(pieces[-1] + character) > (first if len(pieces) == 1 else later):
                pieces.append("")
            pieces[-1] += character
    return pieces


def wrap_formula(formula: str, width: int) -> list[str]:
    """`formula` in lines of at most `width`, broken first where wide spaces set its parts apart."""
    return _wrap_parts(formula, width, " {2,}", "  ", indent=4)


def wrap_clauses(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width`, broken first after semicolons and commas outside brackets."""
    return _wrap_parts(text, width, r"(?<=[;,]) (?![^()]*\))", " ", indent=0)


def _wrap_parts(text: str, width: int, between: str, joint: str, indent: int) -> list[str]:
    if width_of(text) <= width:
        return [text]
    lines: list[str] = []
    for part in re.split(between, text):
        if lines and width_of(lines[-1] + joint + part) <= width:
            lines[-1] += joint + part
        else:
            first = " " * indent if lines else ""
            lines.extend(first + line for line in wrap(part, width - len(first), hang=indent - len(first)))
    return lines
