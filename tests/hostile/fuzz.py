"""Mutations of the corpus until the time is over; what answers in a new way is mutated further."""

from __future__ import annotations

import json
import random
import shlex
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from hostile.cases import Answer, Case, skeleton
from hostile.children import judged
from hostile.mutate import mutated
from hostile.targets import drawn_line, seeds

BATCH = 50  # cases a fork
TRIES, AT_MOST = 150, 30.0  # runs, and seconds, to make a finding smaller
KEPT = 400  # inputs of a target that answered in a new way


class Finding(NamedTuple):
    """What went wrong, in few words, with the smallest input that was found for it."""

    what: str
    case: Case


class Report(NamedTuple):
    """How many inputs each target had, how many different answers there were, and what was found."""

    inputs: Counter[str]
    answers: Counter[str]
    findings: list[Finding]


def fuzz(
    *,
    seed: int,
    until: Callable[[int], bool],
    only: Sequence[str] = (),
    found: Callable[[Finding], None] | None = None,
) -> Report:
    """Mutates, runs and judges until `until(inputs)`; each kind of finding comes once, made smaller.

    `only` names targets (csv, parquet, names …), all that begin so; `found` is called with each finding.
    """
    draw = random.Random(seed)
    pools = {
        target: list(cases)
        for target, cases in seeds().items()
        if not only or any(target.startswith(name) for name in only)
    }
    if not pools:
        raise SystemExit(f"there is no target {', '.join(only)}: {', '.join(seeds())}")
    report = Report(Counter(), Counter(), [])
    known: set[str] = set()
    first = [case for cases in pools.values() for case in cases]  # as they are
    while not until(sum(report.inputs.values())):
        batch, first = (first or [_mutant(draw, pools) for _ in range(BATCH)]), []
        for case, (answer, wrong) in zip(batch, judged(batch), strict=True):
            report.inputs[case.target] += 1
            if wrong is not None and f"{case.target} {wrong}" not in known:
                known.add(f"{case.target} {wrong}")
                if wrong not in {finding.what for finding in report.findings}:
                    finding = Finding(wrong, smaller(case, wrong))
                    report.findings.append(finding)
                    if found is not None:
                        found(finding)
            elif wrong is None and answer is not None and (said := _said(case, answer)) not in known:
                known.add(said)
                report.answers[case.target] += 1
                if len(pools[case.target]) < KEPT:
                    pools[case.target].append(case)
    return report


def _mutant(draw: random.Random, pools: dict[str, list[Case]]) -> Case:
    pool = pools[draw.choice(list(pools))]
    case = drawn_line(draw, draw.choice(pool))
    others = [other.content for other in draw.sample(pool, min(3, len(pool)))]
    return case._replace(content=mutated(draw, case.content, others, case.name))


def _said(case: Case, answer: Answer) -> str:
    """What tells one answer from another: the message, without what is of this input alone."""
    return f"{case.target} {answer.code} {skeleton(answer.err.decode('utf-8', 'replace'))[:300]}"


def smaller(case: Case, wrong: str, tries: int = TRIES) -> Case:
    """The shortest content and line that were found to go wrong in the same way."""

    until = time.monotonic() + AT_MOST

    def same(tried: Case) -> bool:
        nonlocal tries
        tries = tries - 1 if time.monotonic() < until else 0
        ((_, again),) = judged([tried])
        return again == wrong

    size = max(1, len(case.content) // 2)
    while size and tries > 0:
        at = 0
        while at < len(case.content) and tries > 0:
            tried = case._replace(content=case.content[:at] + case.content[at + size :])
            if same(tried):
                case = tried
            else:
                at += size
        size //= 2
    words = list(case.line)
    for at in reversed(range(3, len(words))):
        if tries > 0 and words[at].startswith("--"):
            for count in (2, 1):
                tried = case._replace(line=tuple(words[:at] + words[at + count :]))
                if same(tried):
                    case, words = tried, list(tried.line)
                    break
    return case


def keep(folder: Path, finding: Finding) -> Path:
    """Writes what shows a finding: the file, and the line to run in its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    number = sum(path.suffix == ".json" for path in folder.iterdir()) + 1
    words = finding.case.words
    if finding.case.name:
        name = f"{number:03}-{finding.case.name}"
        (folder / name).write_bytes(finding.case.content)
        words = [word.replace(finding.case.name, name) for word in words]
    path = folder / f"{number:03}.json"
    line = shlex.join(["losscli", *words])
    path.write_text(json.dumps({"what": finding.what, "line": line, "words": words}, indent=1), "utf-8")
    return path


def for_minutes(minutes: float) -> Callable[[int], bool]:
    """Whether so many minutes have passed, whatever the number of inputs."""
    end = time.monotonic() + 60 * minutes
    return lambda inputs: time.monotonic() > end
