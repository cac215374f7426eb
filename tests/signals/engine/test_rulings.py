"""Which revision is in force (design, point 8)."""

import pytest

from signals.engine.params import Params
from signals.engine.rulings import Rulings

DEFAULT, WIDER = Params(), Params.from_values({"cluster_gap_ms": 500})


def test_caller_decides_until_the_log_does() -> None:
    rulings = Rulings()
    rulings.adopt(1, DEFAULT)
    assert rulings.current == 1

    assert rulings.switch({"revision": 2, "values": {"cluster_gap_ms": 500}}) is True
    rulings.adopt(1, DEFAULT)

    assert rulings.current == 2
    assert rulings.cluster_params(2).cluster_gap_ms == 500
    assert rulings.of(1).params == DEFAULT


def test_pinned_ignores_the_log() -> None:
    rulings = Rulings(pinned=True)
    rulings.adopt(1, DEFAULT)

    assert rulings.switch({"revision": 2, "values": {}}) is False
    assert rulings.current == 1


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"revision": "2", "values": {}},
        {"revision": 2},
        {"revision": 2, "values": [1]},
        {"revision": 2, "values": {"cluster_gap_ms": -1}},
        {"revision": 2, "values": {"nonsense": 1}},
    ],
)
def test_entry_that_does_not_fit_leaves_the_last_good_revision(payload: dict[str, object]) -> None:
    rulings = Rulings()
    rulings.adopt(1, DEFAULT)

    assert rulings.switch(payload) is False
    assert rulings.current == 1
    assert rulings.switched is False


def test_equal_revision_with_other_values_replaces_them() -> None:
    rulings = Rulings()
    rulings.adopt(0, DEFAULT)
    rulings.adopt(0, WIDER)

    assert rulings.cluster_params(0) is WIDER


def test_saves_what_is_in_force_and_what_is_referred_to() -> None:
    rulings = Rulings()
    for revision in (1, 2, 3):
        rulings.adopt(revision, DEFAULT)

    saved = rulings.saved([1])
    restored = Rulings()
    restored.restore(saved, 3)

    assert list(saved) == [1, 3]
    assert restored.current == 3
    assert restored.of(1).params == DEFAULT
