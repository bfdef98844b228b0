"""How hard Hypothesis looks, and the one Dask cluster of all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

# The same examples on every run and every machine; LOSSCLI_EXAMPLES=500 looks harder, at other places.
_harder = os.environ.get("LOSSCLI_EXAMPLES")
settings.register_profile(
    "losscli",
    derandomize=_harder is None,
    database=None,
    max_examples=int(_harder or 8),
    deadline=None,  # no timings in tests
    # Cases are small as they are drawn; shrinking a failure of a batch loss takes minutes.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("losscli")


@pytest.fixture(scope="session")
def client() -> Iterator[Any]:
    """A client of two workers, started for the first test that wants it."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client
