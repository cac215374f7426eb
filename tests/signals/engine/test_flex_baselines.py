"""FLEX contracts are one of a kind: they are flow, but no measure of what is usual (3.3)."""

from typing import Any

import pytest

from flow.domain.events import StampedPrint
from signals.engine.records import Packet
from tests.signals.engine.test_rule_scenarios import leg, only, package, run
from tests.support.engine_builders import ms

UNDERLYING_SAMPLES = 60  # more than the 50 that an underlying's baseline needs


def spx(root: str, name: str, n: int, side: str = "ask", **changes: Any) -> StampedPrint:
    contract = f"{root}-2025-01-17-{name[1:]}-{name[0]}"
    return leg(name, side, 10 + n, contract=contract, ts=ms(n * 1_000), **changes)


def last_sample_count(prints: list[StampedPrint], latest: list[StampedPrint]) -> int:
    return only(run(*prints, *latest), Packet)[-1].features.premium_z_n


@pytest.mark.parametrize(("root", "samples"), [("1SPX", 0), ("SPX", UNDERLYING_SAMPLES)])
def test_flex_packets_enter_no_baseline(root: str, samples: int) -> None:
    before = [spx(root, "C450", n, seq=n + 1) for n in range(UNDERLYING_SAMPLES)]
    other = [spx("SPX", "C520", 70, seq=999)]

    assert last_sample_count(before, other) == samples


@pytest.mark.parametrize(("root", "samples"), [("1SPX", 0), ("SPX", UNDERLYING_SAMPLES)])
def test_structures_with_a_flex_leg_enter_none_either(root: str, samples: int) -> None:
    before = [
        print_
        for n in range(UNDERLYING_SAMPLES)
        for print_ in package(
            spx("SPX", "C450", n, seq=2 * n + 1),
            spx(root, "C455", n, "bid", usd=2.1, seq=2 * n + 2),
        )
    ]
    other = package(spx("SPX", "C460", 70, seq=998), spx("SPX", "P460", 70, seq=999, usd=3.2))

    assert last_sample_count(before, other) == samples
