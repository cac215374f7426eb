"""The facts of a packet: what happened, blocks and how each was executed among it."""

from typing import Any

import pytest

from signals.evidence.record import facts
from tests.signals.engine.test_rule_scenarios import leg
from tests.signals.evidence.builders import changed, found_of


def blocks(**features: Any) -> list[str]:
    found = changed(found_of(leg("C450", "ask", 410)), **features)
    return [line for line in facts(found.packet, found.members) if "block" in line]


@pytest.mark.parametrize(
    ("counts", "lines"),
    [
        ({}, []),
        ({"cross": 1}, ["1 block: 1 as a cross."]),
        ({"auto": 2, "floor": 1}, ["3 blocks: 2 electronically, 1 on a floor."]),
        ({"by_mail": 1}, ["1 block: 1 by_mail."]),
    ],
)
def test_blocks_say_how_they_were_executed(counts: dict[str, int], lines: list[str]) -> None:
    assert blocks(block_mechanisms=counts) == lines


def test_a_large_print_is_told_as_a_block_by_the_engine() -> None:
    found = found_of(leg("C450", "ask", 900))

    assert facts(found.packet, found.members)[2] == "1 block: 1 electronically."
