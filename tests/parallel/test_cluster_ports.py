"""The local cluster of `--engine dask` listens on this machine's loopback alone, and shows no pages."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from support.command import environment

# Prints the addresses (hexadecimal, as Linux has them) at which processes listen that did not before.
LISTENING = """
from losscli.parallel.dask import open_cluster

def listening():
    open_now = set()
    for kind in ("tcp", "tcp6"):
        for line in open(f"/proc/net/{kind}"):
            fields = line.split()
            if fields[3] == "0A":
                open_now.add(fields[1])
    return open_now

if __name__ == "__main__":
    before = listening()
    with open_cluster(None) as cluster:
        print(sorted(listening() - before))
"""


def test_a_local_cluster_listens_on_the_loopback_alone(tmp_path: Path) -> None:
    script = tmp_path / "listening.py"
    script.write_text(LISTENING)
    ended = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=120,
        check=True,
    )
    addresses = ast.literal_eval(ended.stdout)
    assert addresses
    assert {address.partition(":")[0] for address in addresses} == {"0100007F"}
