"""Labelled scenarios through the whole step: for each rule one that fires and near misses.

Each scenario is a handful of prints as a tape would show them, not a set of features.
"""

import pytest

from flow.domain.events import Control, PrintFlag, StampedPrint
from signals.engine.params import PRESETS, Params
from signals.engine.pipeline import new_state, step
from signals.engine.records import Alert, ClassifierHit, Derived, Packet, SmartMoneyEvent
from tests.support.engine_builders import (
    AUCTION,
    AUTO,
    COMPLEX,
    CROSS,
    ISO,
    LATE,
    SPY_CALL,
    clock,
    ms,
    stamped,
    unquoted,
)

NAME_CALL, NAME_PUT = "NVDA-2025-02-21-150-C", "NVDA-2025-02-21-150-P"
ASK, BID, MID = 4_200_000, 4_100_000, 4_150_000


def fills(
    *parts: tuple[float, int, int, int], contract: str = NAME_CALL, **changes: object
) -> list[StampedPrint]:
    """Return prints of (milliseconds, size, price, venue)."""
    return [
        stamped(
            seq=seq, ts=ms(at), size=size, price_micros=price, venue=venue, contract=contract,
            **changes,
        )
        for seq, (at, size, price, venue) in enumerate(parts)
    ]  # fmt: skip


BURST = ((0, 40, ASK, 3), (40, 40, ASK, 5), (90, 40, ASK, 10))  # 120 contracts, $50,400


def results(prints: list[StampedPrint], params: Params | None = None) -> list[Derived]:
    entries: list[StampedPrint | Control] = [*prints, clock(10_000, ms(60_000))]
    return step(new_state(), entries, params or Params())


def fired(rows: list[Derived]) -> list[str]:
    return [row.classifier_id for row in rows if isinstance(row, ClassifierHit)]


def alerts(rows: list[Derived]) -> list[Alert]:
    return [row for row in rows if isinstance(row, Alert)]


def only_event(rows: list[Derived]) -> SmartMoneyEvent:
    (event,) = (row for row in rows if isinstance(row, SmartMoneyEvent))
    return event


def only_packet(rows: list[Derived]) -> Packet:
    (packet,) = (row for row in rows if isinstance(row, Packet))
    return packet


def test_call_taken_at_the_ask_on_three_venues_is_a_bullish_sweep() -> None:
    rows = results(fills(*BURST))

    assert fired(rows) == ["large_bullish_call_sweep"]
    (alert,) = alerts(rows)
    assert (alert.direction, alert.underlying) == ("bullish", "NVDA")
    assert alert.headline == (
        "NVDA 21FEB25 150C: 120 contracts, $50,400 premium, "
        "consistent with directional accumulation"
    )


def test_put_taken_at_the_ask_on_three_venues_is_a_bearish_sweep() -> None:
    rows = results(fills(*BURST, contract=NAME_PUT))

    assert fired(rows) == ["large_bearish_put_sweep"]
    assert alerts(rows)[0].direction == "bearish"


def test_two_marked_orders_and_a_third_fill_are_a_sweep() -> None:
    rows = results(fills(*BURST, conditions=(ISO,)))

    assert fired(rows) == ["large_bullish_call_sweep"]
    assert only_packet(rows).features.iso_sweep is True


def test_sweep_of_many_small_fills_is_found_although_no_print_passes_the_label() -> None:
    # F02: 30 fills of 4 contracts, $1,680 each; the print label rejects every one of them
    parts = tuple((n * 10, 4, ASK, 3 + n % 5) for n in range(30))

    rows = results(fills(*parts))

    assert fired(rows) == ["large_bullish_call_sweep"]
    assert only_packet(rows).features.signal_count == 0


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (((0, 60, ASK, 3), (40, 60, ASK, 5)), "too_few_prints"),
        (((0, 40, ASK, 3), (40, 40, ASK, 3), (90, 40, ASK, 3)), "no_sweep"),
        (((0, 30, ASK, 3), (40, 30, ASK, 5), (90, 30, ASK, 10)), "low_premium"),
        (((0, 40, BID, 3), (40, 40, BID, 5), (90, 40, BID, 10)), "sweep_at_bid"),
        (((0, 40, MID, 3), (40, 40, MID, 5), (90, 40, MID, 10)), "no_sweep"),
        (((0, 40, ASK, 3), (251, 40, ASK, 5), (502, 40, ASK, 10)), None),
        (((0, 40, ASK, 3), (250, 40, ASK, 5), (500.001, 40, ASK, 10)), None),
        (
            ((0, 40, ASK, 3), (9, 40, ASK, 5), (18, 40, ASK, 10), (200, 110, BID, 3)),
            "not_bought",
        ),
    ],
)
def test_near_miss_of_a_sweep_says_why(
    parts: tuple[tuple[float, int, int, int], ...], reason: str | None
) -> None:
    rows = results(fills(*parts))

    assert fired(rows) == []
    events = [row for row in rows if isinstance(row, SmartMoneyEvent)]
    if reason is not None:
        assert events[0].features["rules"][0]["reason"] == reason


@pytest.mark.parametrize("code", [AUCTION, CROSS, COMPLEX])
def test_auctions_crosses_and_packages_are_no_sweep(code: int) -> None:
    assert fired(results(fills(*BURST, conditions=(code,)))) == []


def test_late_reports_are_no_sweep_and_no_packet() -> None:
    rows = results(fills(*BURST, conditions=(LATE,)))

    assert rows == []


def test_prints_of_an_adjusted_contract_make_no_event() -> None:
    prints = fills(*BURST, contract="NVDA1-2025-02-21-150-C", premium_micros=None)

    rows = results(prints)

    assert [row.features.event_gate for row in rows if isinstance(row, Packet)] == [
        "premium_unknown"
    ]


@pytest.mark.parametrize(
    ("size", "price", "spikes"),
    [(400, ASK, True), (399, ASK, False), (400, MID, True)],
)
def test_spike_by_size_on_any_side(size: int, price: int, spikes: bool) -> None:
    rows = results(fills((0, size, price, 3)))

    assert fired(rows) == (["unusual_contract_spike"] if spikes else [])


def test_cheap_spike_is_below_the_premium_floor() -> None:
    cheap = stamped(
        contract=NAME_CALL, size=600, price_micros=300_000, bid_micros=290_000, ask_micros=300_000
    )

    rows = results([cheap])

    assert fired(rows) == []
    assert only_event(rows).features["rules"][2]["reason"] == "low_premium"


def test_spike_of_a_crossed_block_is_taken_back() -> None:
    rows = results(fills((0, 900, MID, 3), conditions=(CROSS,)))

    assert fired(rows) == []
    assert only_event(rows).features["rules"][2]["reason"] == "special_majority"
    assert only_event(rows).suppressed_reasons == (
        "special_print_or_complex_context",
        "inside_market_or_cross_like_execution",
    )


def test_doubt_about_the_leading_reading_caps_below_high() -> None:
    # a quarter-billion of premium with a wide quote of the underlying: a penalty caps at 74
    doubtful = fills(
        *((n * 10, 60_000, ASK, 3 + n) for n in range(9)),
        spot_bid_micros=140_000_000, spot_ask_micros=143_000_000,
    )  # fmt: skip

    (alert,), (clear,) = (
        alerts(results(doubtful)),
        alerts(results(fills(*((n * 10, 60_000, ASK, 3 + n) for n in range(9))))),
    )

    assert (clear.score >= 75, clear.severity) == (True, "high")
    assert (alert.score, alert.severity) == (74, "medium")
    assert alert.breakdown[-1]["term"] == "suppression_cap"


def test_same_burst_in_an_etf_is_below_its_floor() -> None:
    small = tuple((at, 38, price, venue) for at, _, price, venue in BURST)

    assert fired(results(fills(*small))) == ["large_bullish_call_sweep"]
    assert results(fills(*small, contract=SPY_CALL))[0].features.event_gate == (  # type: ignore[union-attr]
        "insufficient_premium"
    )


def test_burst_without_quotes_declines() -> None:
    prints = [
        unquoted(seq=n, ts=ms(n * 40), size=200, venue=3 + n, contract=NAME_CALL) for n in range(3)
    ]

    rows = results(prints)

    event = only_event(rows)
    assert event.abstained is True
    assert "stale_or_missing_quote_context" in event.abstain_reasons
    assert alerts(rows) == []


def test_burst_with_dead_quotes_declines() -> None:
    rows = results(fills(*BURST, quote_silence_us=10_000_000))

    assert only_packet(rows).features.stale_ratio == 1.0
    assert alerts(rows) == []


def test_feed_without_conditions_still_finds_the_burst_and_says_what_is_missing() -> None:
    flags = int(PrintFlag.CONDITIONS_UNKNOWN)

    rows = results(fills(*BURST, conditions=(), flags=flags))

    (alert,) = alerts(rows)
    assert alert.classifier_ids == ("large_bullish_call_sweep",)
    doubts = [item["text"] for item in alert.explanations if item["role"] == "against"]
    assert any("states no trade conditions" in text for text in doubts)


def test_eight_one_lots_of_a_cheap_call_raise_nothing() -> None:
    # Errata 2: premium $120, the case that fired continuously without a floor
    prints = [
        stamped(
            seq=n, ts=ms(n * 20), size=1, price_micros=150_000, bid_micros=140_000,
            ask_micros=150_000, contract=SPY_CALL, venue=3 + n % 3, conditions=(AUTO,),
        )
        for n in range(8)
    ]  # fmt: skip

    rows = results(prints)

    assert [type(row) for row in rows] == [Packet]


def test_classic_preset_groups_half_seconds() -> None:
    parts = ((0, 40, ASK, 3), (400, 40, ASK, 5), (600, 40, ASK, 10))
    classic = Params.from_values(PRESETS["classic"])

    counts = [row.print_count for row in results(fills(*parts), classic) if isinstance(row, Packet)]

    assert counts == [2, 1]


def test_packages_of_one_instant_on_two_venues_are_two_packets_in_one_order() -> None:
    legs = [
        stamped(seq=seq, ts=ms(0), venue=venue, contract=contract, conditions=(COMPLEX,))
        for seq, (venue, contract) in enumerate(
            [(3, NAME_CALL), (3, NAME_PUT), (5, NAME_CALL), (5, NAME_PUT)]
        )
    ]

    forward, backward = results(legs), results(legs[::-1])

    found = [row for row in forward if isinstance(row, Packet)]
    assert [packet.print_count for packet in found] == [2, 2]
    assert [row.uid for row in backward if isinstance(row, Packet)] == [p.uid for p in found]
