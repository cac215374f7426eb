"""Packets and their features (options-engine.md 2.4 and 7.4, golden G5 strict)."""

import math

import pytest

from flow.domain.contracts import parse_contract
from flow.domain.events import PrintFlag, QuoteMode, StampedPrint
from flow.domain.ids import content_uid
from signals.engine.features import Features, as_mapping, ratio, whole
from signals.engine.measures import measure
from signals.engine.params import Params
from signals.engine.records import ENGINE_VERSION
from signals.engine.tally import tally_members
from tests.support.engine_builders import (
    AUCTION,
    AUTO,
    COMPLEX,
    CROSS,
    ISO,
    SPY_CALL,
    T0,
    ms,
    stamped,
    unquoted,
)
from tests.support.packet_builders import RULING, features_of, packet_of


def golden_prints() -> list[StampedPrint]:
    """G5: p1 and p2 at the ask, p3 an auction inside the spread, p4 without a quote."""
    return [
        stamped(seq=1, ts=ms(0), price_micros=4_200_000, size=100),
        stamped(
            seq=2, ts=ms(120), price_micros=4_210_000, size=50,
            bid_micros=4_110_000, ask_micros=4_210_000, venue=4,
        ),
        stamped(seq=3, ts=ms(300), price_micros=4_150_000, size=30, conditions=(AUCTION,)),
        unquoted(seq=4, ts=ms(501), price_micros=4_300_000, size=10),
    ]  # fmt: skip


def test_golden_packet() -> None:
    found = features_of(*golden_prints())

    assert (found.count, found.total_size, found.premium_usd) == (4, 190, 79_800.0)
    assert (found.first_price, found.last_price) == (4.2, 4.3)
    assert (found.covered_size, found.buy_size, found.sell_size) == (180, 150.0, 0.0)
    assert (found.buy_raw, found.signed_share, found.imbalance) == (0.7895, 0.7895, 1.0)
    assert found.coverage == 0.9474
    assert found.span_ms == 501.0
    assert (found.inter_fill_ms_median, found.inter_fill_ms_max) == (180.0, 201.0)
    # Errata 13: the auction print is ordinary flow, so nothing of it is special.
    assert found.special_size_ratio == 0.0
    assert (found.nbbo_a_count, found.nbbo_mid_count, found.nbbo_missing_count) == (2, 1, 1)
    assert found.vwap == pytest.approx(4.2)


def test_packet_carries_members_and_identity() -> None:
    prints = golden_prints()

    packet = packet_of(*prints)

    assert packet.uid == content_uid(
        "packet", ENGINE_VERSION, RULING.params.digest, SPY_CALL, prints[0].uid.hex()
    )
    assert (packet.ts, packet.end_ts) == (ms(0), ms(501))
    assert (packet.cause_seq, packet.ordinal, packet.tuning_revision) == (99, 4, 7)
    assert (packet.print_count, packet.size, packet.premium_micros) == (4, 190, 79_800_000_000)
    assert (packet.first_price_micros, packet.last_price_micros) == (4_200_000, 4_300_000)
    assert packet.vwap_micros == 4_200_000
    assert [member.uid for member in packet.members] == [print_.uid for print_ in prints]
    assert packet.members[0].quote_ts == prints[0].quote_ts
    assert packet.members[3].quote_ts is None
    assert len(packet.member_digest) == 16


def test_member_digest_follows_the_members() -> None:
    prints = golden_prints()

    assert packet_of(*prints).member_digest != packet_of(*prints[:3]).member_digest
    assert packet_of(*prints).uid == packet_of(*prints[:3]).uid


def test_weighted_average_price_rounds_to_the_nearest_micro() -> None:
    prints = [
        stamped(seq=1, price_micros=1_000_000, size=1),
        stamped(seq=2, ts=ms(1), price_micros=1_000_001, size=1),
    ]

    assert packet_of(*prints).vwap_micros == 1_000_001


def test_single_print_leaves_pace_unknown() -> None:
    found = features_of(stamped())

    assert (found.span_ms, found.inter_fill_ms_median, found.inter_fill_ms_max) == (0.0, None, None)
    assert (found.count, found.venue_count, found.venue_entropy) == (1, 1, 0.0)


def test_median_pause_of_an_even_number_is_the_lower() -> None:
    found = features_of(*(stamped(seq=n, ts=ms(at)) for n, at in enumerate((0, 10, 40))))

    assert (found.inter_fill_ms_median, found.inter_fill_ms_max) == (10.0, 30.0)


def test_shares_of_stale_missing_and_covered_add_up() -> None:
    stale = stamped(seq=2, ts=ms(1), quote_silence_us=5_000_000)

    found = features_of(stamped(seq=1), stale, unquoted(seq=3, ts=ms(2), size=200))

    assert (found.coverage, found.stale_ratio, found.missing_ratio) == (0.25, 0.25, 0.5)
    assert found.nbbo_stale_count == 1
    assert found.quote_quality == 0.0
    assert found.quote_state == "ok"  # of the last member that has a usable quote


@pytest.mark.parametrize(
    ("print_", "state"),
    [
        (unquoted(), "missing"),
        (stamped(quote_silence_us=5_000_000), "stale"),
        (stamped(bid_micros=4_200_000), "locked"),
        (stamped(bid_micros=4_300_000), "crossed"),
        (stamped(bid_micros=3_000_000), "wide"),
        (stamped(bid_micros=0, ask_micros=20_000, price_micros=20_000), "one_sided"),
    ],
)
def test_state_of_the_quote(print_: StampedPrint, state: str) -> None:
    assert features_of(print_).quote_state == state


@pytest.mark.parametrize(
    ("bid", "ask", "wide"),
    [
        (0, 300_000, True),  # 20,000 bps and 30 ticks
        (0, 500_000, True),
        (0, 30_000, True),  # 3 ticks
        (0, 20_000, False),  # two ticks, so not wide at any price
        (470_000, 500_000, False),  # 619 bps
        (460_000, 500_000, True),  # 833 bps
        (3_000_000, 4_200_000, True),
        (4_300_000, 4_200_000, False),  # crossed
        (None, 4_200_000, False),
    ],
)
def test_quote_is_wide_by_points_and_ticks_whatever_its_state(
    bid: int | None, ask: int, wide: bool
) -> None:
    found = features_of(stamped(bid_micros=bid, ask_micros=ask, price_micros=ask))

    assert found.nbbo_wide is wide


def test_quote_of_the_last_member() -> None:
    found = features_of(stamped(seq=1), stamped(seq=2, ts=ms(1), bid_micros=4_000_000))

    assert (found.nbbo_bid, found.nbbo_ask, found.nbbo_mid) == (4.0, 4.2, 4.1)
    assert found.nbbo_spread == 0.2
    assert found.nbbo_spread_bps == 487.8


def test_exact_halves_go_up() -> None:
    """0.10 in 640.00 is 3.125 bps, 0.05 in 1.60 is 0.03125 of the spread: `round` goes down."""
    wide = features_of(
        stamped(bid_micros=319_950_000, ask_micros=320_050_000, price_micros=320_050_000)
    )
    inside = features_of(
        stamped(bid_micros=3_000_000, ask_micros=4_600_000, price_micros=3_050_000)
    )
    dear = features_of(stamped(spot_bid_micros=319_950_000, spot_ask_micros=320_050_000))

    assert wide.nbbo_spread_bps == 3.13
    assert inside.spread_pos_mean == 0.0313
    assert dear.underlying_spread_bps == 3.13


def test_age_is_weighted_by_size() -> None:
    found = features_of(
        stamped(seq=1, size=100, quote_ts=T0 - 10_000),
        stamped(seq=2, size=300, quote_ts=T0 - 50_000),
    )

    assert found.quote_age_ms == 40.0


def test_both_sides_are_kept_and_flagged() -> None:
    sold = stamped(seq=2, ts=ms(1), price_micros=4_100_000, size=50)

    found = features_of(stamped(seq=1, size=100), sold, unquoted(seq=3, ts=ms(2), size=50))

    assert (found.buy_share, found.sell_share) == (0.5, 0.25)
    assert (found.imbalance, found.signed_share) == (0.3333, 0.75)
    assert found.mixed_aggression is True
    assert (found.premium_buy_usd, found.premium_sell_usd) == (42_000.0, 20_500.0)
    assert features_of(stamped()).mixed_aggression is False


def test_raw_shares_leave_out_what_has_no_weight() -> None:
    found = features_of(stamped(seq=1), stamped(seq=2, ts=ms(1), conditions=(CROSS,)))

    assert (found.buy_raw, found.sell_raw) == (0.5, 0.0)


def test_position_is_weighted_by_size_and_unknown_without_a_market() -> None:
    found = features_of(
        stamped(seq=1, size=300), stamped(seq=2, ts=ms(1), size=100, price_micros=4_100_000)
    )

    assert found.spread_pos_mean == 0.75
    assert features_of(unquoted()).spread_pos_mean is None
    assert features_of(unquoted()).inside_ratio is None


def test_venues_and_entropy() -> None:
    found = features_of(
        stamped(seq=1, venue=3, size=100),
        stamped(seq=2, ts=ms(1), venue=4, size=100),
        stamped(seq=3, ts=ms(2), venue=11, size=100),  # the SIP is no venue
    )

    assert found.venue_count == 2
    assert found.venue_entropy == round(math.log(2), 4)
    assert features_of(stamped(venue=0)).venue_count is None


def test_conditions_are_listed_and_summed_by_size() -> None:
    found = features_of(
        stamped(seq=1, size=100, conditions=(ISO,), venue=3),
        stamped(seq=2, ts=ms(1), size=100, conditions=(ISO,), venue=4),
        stamped(seq=3, ts=ms(2), size=100, conditions=(COMPLEX,)),
        stamped(seq=4, ts=ms(3), size=100, conditions=(CROSS,)),
    )

    assert (found.iso_count, found.iso_venue_count, found.complex_count) == (2, 2, 1)
    assert (found.complex_size_ratio, found.special_size_ratio) == (0.25, 0.5)
    assert found.conditions == [
        "intermarket sweep order", "single-leg cross", "multi-leg, electronic",
    ]  # fmt: skip
    assert found.conditions_known is True


@pytest.mark.parametrize("flag", [PrintFlag.CONDITIONS_UNKNOWN, PrintFlag.MINUTE_BAR])
def test_conditions_that_the_feed_does_not_state(flag: PrintFlag) -> None:
    assert features_of(stamped(conditions=(), flags=int(flag))).conditions_known is False
    assert features_of(stamped(conditions=(AUTO,), flags=int(flag))).conditions_known is True


def test_one_unknown_premium_makes_the_sum_unknown() -> None:
    packet = packet_of(stamped(seq=1), stamped(seq=2, ts=ms(1), premium_micros=None))

    assert packet.premium_micros is None
    assert packet.features.premium_usd is None
    assert packet.features.premium_buy_usd is None
    assert packet.features.premium_sell_usd is None
    assert packet.features.event_gate == "premium_unknown"


def test_labels_of_the_members_are_counted() -> None:
    found = features_of(stamped(seq=1, size=200), stamped(seq=2, ts=ms(1), size=1))

    assert (found.signal_count, found.signal_premium_usd) == (1, 84_000.0)

    both = features_of(stamped(seq=1, size=200), stamped(seq=2, ts=ms(1), size=300))
    assert (both.signal_count, both.signal_premium_usd) == (2, 210_000.0)


def test_late_reports_are_counted() -> None:
    assert features_of(stamped(), late_count=3).late_count == 3


def test_sampled_quote_that_is_too_old_is_stale() -> None:
    print_ = stamped(quote_mode=int(QuoteMode.SAMPLED), quote_ts=T0 - 1_500_001)

    assert features_of(print_).stale_ratio == 1.0


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (0, 10, 0.0),
        (1, 3, 0.3333),
        (2, 3, 0.6667),
        (1, 20_000, 0.0001),  # half away from zero
        (-1, 20_000, -0.0001),
        (1, 20_001, 0.0),
        (5, 0, 0.0),
        (7, 7, 1.0),
    ],
)
def test_ratio_rounds_exactly(part: int, whole: int, expected: float) -> None:
    assert ratio(part, whole) == expected


def test_stored_features_get_back_the_defaults_that_storage_leaves_out() -> None:
    found = whole({"count": 3})

    assert found == as_mapping(Features(count=3))


def test_a_side_that_nobody_is_sure_of_weighs_nothing() -> None:
    members = [stamped()]
    tally = tally_members(members, "SPY", Params())
    assert tally.buy_raw
    tally.buy_ppm = 0

    found = measure(members, parse_contract(SPY_CALL), tally, Params())

    assert (found.buy_raw, found.buy_share, found.signed_share) == (1.0, 0.0, 0.0)
