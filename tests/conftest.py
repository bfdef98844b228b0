"""How hard Hypothesis looks: a few examples, the same on every run and machine, or many new ones.

LOSSCLI_EXAMPLES=25 draws that many new ones a test. The seed is printed at the end; LOSSCLI_SEED draws the
same again. The seed of a run that failed is kept in .hypothesis, and taken again until a run passes.

And the one Dask cluster of all tests.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, core, settings

HARDER = os.environ.get("LOSSCLI_EXAMPLES")
KEPT = Path(__file__).parent.parent / ".hypothesis" / "failed-seed"

settings.register_profile(
    "losscli",
    derandomize=HARDER is None,
    database=None,  # of no use beside a seed
    max_examples=int(HARDER or 8),
    deadline=None,  # no timings in tests
    print_blob=True,  # what @reproduce_failure takes
    # Cases are small as they are drawn; shrinking a failure of a batch loss takes minutes.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("losscli")

if HARDER is not None:
    if "LOSSCLI_SEED" not in os.environ:  # where several processes draw, they draw alike
        os.environ["LOSSCLI_SEED"] = KEPT.read_text() if KEPT.exists() else str(random.randrange(2**32))
    core.global_force_seed = int(os.environ["LOSSCLI_SEED"])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
    if HARDER is None:
        return
    seed = os.environ["LOSSCLI_SEED"]
    terminalreporter.write_line(f"the same examples again: LOSSCLI_EXAMPLES={HARDER} LOSSCLI_SEED={seed}")
    if exitstatus == pytest.ExitCode.TESTS_FAILED:
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(seed)
    else:
        KEPT.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def client() -> Iterator[Any]:
    """A client of two workers, started for the first test that wants it."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client
