"""What other libraries' default calls give can be had here, or a page or the answer to a name says why not.

tests/support/peers/table.tsv has the calls with their numbers; tests/live calls the libraries themselves.
"""

from __future__ import annotations

import pytest
from support.close import close
from support.peers.reading import Peer, evaluate, peers

import losscli
from losscli import LosscliError
from losscli.catalogue import pages, registry
from losscli.catalogue.find import named

TABLE = peers()


@pytest.mark.parametrize("peer", [peer for peer in TABLE if peer.ours], ids=lambda peer: peer.call)
def test_the_number_can_be_had(peer: Peer) -> None:
    assert evaluate(peer.ours) == close(peer.value, peer.within)


@pytest.mark.parametrize("peer", [peer for peer in TABLE if peer.told], ids=lambda peer: peer.call)
def test_it_is_told(peer: Peer) -> None:
    if peer.told in registry.names():
        page = pages.page(losscli.find(peer.told))
        assert peer.words in " ".join(page["pitfalls"])
        return
    with pytest.raises(LosscliError) as refused:
        named(peer.told)
    assert peer.words in str(refused.value.hint)


def test_what_cannot_be_had_is_told() -> None:
    assert all(peer.told for peer in TABLE if not peer.ours)
    assert {peer.library for peer in TABLE} >= {
        "torchmetrics",
        "xgboost",
        "lightgbm",
        "catboost",
        "monai",
        "kornia",
    }
