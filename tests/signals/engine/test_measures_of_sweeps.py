"""When the prints of a packet are a sweep, and what is said of it (options-engine.md 7.4)."""

import pytest

from flow.domain.events import PrintFlag, StampedPrint
from tests.support.engine_builders import AUCTION, COMPLEX, CROSS, ISO, ms, stamped
from tests.support.packet_builders import features_of

AT_FIFTEEN: dict[str, object] = {
    "contract": "NVDA-2025-01-17-450-C",
    "price_micros": 15_000_000, "bid_micros": 14_900_000, "ask_micros": 15_000_000,
}  # fmt: skip


def sweep_prints(**changes: object) -> list[StampedPrint]:
    return [stamped(seq=n, ts=ms(n * 50), venue=3 + n, **changes) for n in range(3)]


def test_unstated_venue_and_the_tape_itself_are_no_venue_of_marked_orders() -> None:
    marked = [
        stamped(seq=n, ts=ms(n), venue=venue, conditions=(ISO,))
        for n, venue in enumerate((0, 11, 4))  # not stated, OPRA, a venue
    ]

    found = features_of(*marked)
    assert (found.iso_count, found.iso_venue_count, found.venue_count) == (3, 1, 1)
    assert features_of(*marked[:2]).iso_venue_count == 0


def test_marked_orders_far_apart_and_small_are_a_sweep() -> None:
    #  S  mid   S      400 ms, 18 contracts for $27,000, on two venues
    found = features_of(
        stamped(seq=1, size=9, conditions=(ISO,), **AT_FIFTEEN),
        stamped(seq=2, size=1, ts=ms(200), **AT_FIFTEEN | {"ask_micros": 15_100_000}),
        stamped(seq=3, size=9, ts=ms(400), venue=5, conditions=(ISO,), **AT_FIFTEEN),
    )

    assert (found.iso_sweep, found.burst_sweep, found.sweep) == (True, False, True)
    assert (found.sweep_count, found.sweep_size, found.sweep_span_ms) == (2, 18, 400.0)


def test_sweep_is_described() -> None:
    found = features_of(*sweep_prints())

    assert (found.sweep, found.burst_sweep, found.iso_sweep) == (True, True, False)
    assert (found.sweep_sign, found.sweep_count, found.sweep_venue_count) == (1, 3, 3)
    assert (found.sweep_span_ms, found.sweep_size) == (100.0, 300)
    assert (found.sweep_side_ratio, found.sweep_premium_usd) == (1.0, 126_000.0)


@pytest.mark.parametrize("code", [AUCTION, CROSS, COMPLEX, ord("k"), ord("e"), ord("R")])
def test_packages_auctions_crosses_and_floor_trades_never_sweep(code: int) -> None:
    assert features_of(*sweep_prints(conditions=(code,))).sweep is False


def test_minute_bars_never_sweep() -> None:
    found = features_of(*sweep_prints(flags=int(PrintFlag.MINUTE_BAR)))

    assert found.sweep is False
    assert found.granularity == "minute"


def test_unknown_premium_never_sweeps() -> None:
    assert features_of(*sweep_prints(premium_micros=None)).sweep is False


def test_floor_of_a_sweep_follows_the_security_type() -> None:
    # 3 x 20 contracts at 4.20 are $25,200: enough in a single name, not in an ETF
    assert features_of(*sweep_prints(size=20)).sweep is False
    stock = sweep_prints(size=20, contract="AAPL-2025-01-17-450-C")
    assert features_of(*stock).sweep is True
