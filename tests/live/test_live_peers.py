"""Other libraries' calls give the numbers of the table. Of the libraries that are installed."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from support.close import close
from support.peers.libraries import CALLS, Libraries
from support.peers.reading import Peer, evaluate, peers

INSTALLED = [peer for peer in peers() if find_spec(peer.library)]
pytestmark = pytest.mark.filterwarnings("ignore")  # theirs


@pytest.mark.parametrize("peer", INSTALLED, ids=lambda peer: peer.call)
def test_a_librarys_call_gives_the_tables_number(peer: Peer) -> None:
    assert evaluate(peer.call, Libraries(CALLS)) == close(peer.value, max(peer.within, 1e-12))
