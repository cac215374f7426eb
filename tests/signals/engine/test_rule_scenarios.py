"""Labelled scenarios through the whole step: every rule and every profile once, and a near miss.

Each scenario is a handful of prints as a tape would show them, not a set of features.
"""

from typing import TypeVar

import pytest

from flow.domain.events import Control, LogEntry, StampedPrint
from flow.domain.sessions import Calendar, SessionDay
from signals.engine.params import Params
from signals.engine.pipeline import new_state, step
from signals.engine.records import (
    Alert,
    ClassifierHit,
    Derived,
    EvidenceLink,
    Packet,
    SmartMoneyEvent,
)
from tests.support.engine_builders import COMPLEX, T0, TRADE_DATE, clock, ms, stamped

T = TypeVar("T")
DAY_US = 86_400_000_000
JAN, FEB, JUN, TODAY = "2025-01-17", "2025-02-21", "2025-06-20", "2025-01-15"


def leg(
    name: str, side: str, size: int = 100, *, usd: float = 4.2, expiry: str = JAN, **changes: object
) -> StampedPrint:
    """Return a print of an NVDA contract (`C450`) at bid, middle or ask of a 10-cent market."""
    ask = round(usd * 1_000_000)
    price = {"ask": ask, "mid": ask - 50_000, "bid": ask - 100_000}[side]
    fields = {
        "contract": f"NVDA-{expiry}-{name[1:]}-{name[0]}", "size": size, "price_micros": price,
        "bid_micros": ask - 100_000, "ask_micros": ask, "seq": 1_000 * int(name[1:]) + ord(name[0]),
    }  # fmt: skip
    return stamped(**(fields | changes))


def package(*legs: StampedPrint) -> list[StampedPrint]:
    """Flag legs as one package of the tape."""
    return [_with(each, conditions=(COMPLEX,)) for each in legs]


def _with(print_: StampedPrint, **changes: object) -> StampedPrint:
    fields = {name: getattr(print_, name) for name in print_.__struct_fields__}
    return StampedPrint(**(fields | changes))


def run(*entries: LogEntry) -> list[Derived]:
    ordered = sorted(entries, key=lambda each: each.ts)
    return step(new_state(), [*ordered, clock(99_999, ms(2_000_000))], Params())


def only(rows: list[Derived], kind: type[T]) -> list[T]:
    return [row for row in rows if isinstance(row, kind)]


def fired(*entries: LogEntry) -> list[str]:
    return [hit.classifier_id for hit in only(run(*entries), ClassifierHit)]


STOCK_TIED = ord("n")
LONG_CALL, LONG_PUT = leg("C450", "ask"), leg("P450", "ask", usd=3.2)
RULES: list[tuple[str, list[StampedPrint], list[StampedPrint]]] = [
    # rule, where it fires, where it just does not
    ("large_call_sell_overwrite", [leg("C450", "bid", 400)], [leg("C450", "bid", 399)]),
    ("large_put_sell_write", [leg("P450", "bid", 400)], [leg("P450", "mid", 400)]),
    ("unusual_contract_spike", [leg("C450", "mid", 400)], [leg("C450", "mid", 399)]),
    (
        "far_dated_conviction",
        [leg("C450", "ask", 400, expiry="2025-03-16")],  # 60 days
        [leg("C450", "ask", 400, expiry="2025-03-15")],
    ),
    (
        "zero_dte_gamma_punch",
        [leg("C454", "ask", 400, expiry=TODAY)],  # 0.8 % from 450.50
        [leg("C456", "ask", 400, expiry=TODAY)],  # 1.2 %
    ),
    (
        "straddle",
        package(LONG_CALL, LONG_PUT),
        package(LONG_CALL, leg("P450", "ask", 37, usd=3.2)),  # in no proportion
    ),
    (
        "strangle",
        package(leg("C460", "ask"), leg("P440", "ask", usd=3.2)),
        package(leg("C460", "ask"), leg("P440", "bid", usd=3.2)),  # a risk reversal
    ),
    (
        "vertical_spread",
        package(leg("C450", "ask"), leg("C455", "bid", usd=2.1)),
        package(leg("C450", "ask"), leg("C455", "bid", 200, usd=2.1)),  # a ratio spread
    ),
    (
        "ladder_accumulation",
        [leg("C450", "ask"), leg("C455", "ask", usd=2.1), leg("C460", "ask", usd=1.1)],
        [leg("C450", "ask"), leg("C455", "ask", usd=2.1), leg("C460", "bid", usd=1.1)],
    ),
    (
        "roll_up_down_out",
        package(leg("C450", "bid", 400), leg("C455", "ask", 400, usd=5.2, expiry=FEB)),
        package(leg("C450", "bid", 400), leg("P455", "ask", 400, usd=5.2, expiry=FEB)),
    ),
]


@pytest.mark.parametrize(("rule", "prints", "near_miss"), RULES, ids=[row[0] for row in RULES])
def test_rule_fires_here_and_just_not_there(
    rule: str, prints: list[StampedPrint], near_miss: list[StampedPrint]
) -> None:
    assert rule in fired(*prints)
    assert rule not in fired(*near_miss)


def test_stock_and_two_legs_of_unknown_side_say_nothing() -> None:
    """In the middle of both markets: a conversion, or a straddle against stock. Nobody knows."""
    middle = [
        _with(print_, conditions=(STOCK_TIED,))
        for print_ in (leg("C450", "mid", 400), leg("P450", "mid", 400, usd=3.2))
    ]

    rows = run(*middle)

    (packet,) = only(rows, Packet)
    assert packet.features.structure_type == "multi_leg"
    assert packet.features.structure_signs == [0, 0]
    assert only(rows, Alert) == []


def test_market_without_a_bid_is_wide() -> None:
    (event,) = only(
        run(leg("C480", "ask", 900, usd=0.5, bid_micros=0, expiry=JUN)), SmartMoneyEvent
    )

    for score in event.scores:
        assert "wide_quote_context" in [penalty["code"] for penalty in score["penalties"]]


def test_diagonal_of_unknown_side_is_no_roll() -> None:
    middle = package(leg("C450", "mid", 400), leg("C455", "mid", 400, usd=5.2, expiry=FEB))

    rows = run(*middle)

    (packet,) = only(rows, Packet)
    assert (packet.features.structure_type, packet.features.roll_consistent) == ("diagonal", False)
    assert "roll_up_down_out" not in fired(*middle)


def test_legs_that_no_flag_ties_are_matched_by_time_size_and_side() -> None:
    legs = [leg("C450", "ask"), leg("C455", "bid", usd=2.1, ts=ms(30))]

    (packet,) = only(run(*legs), Packet)
    apart = only(run(legs[0], _with(legs[1], ts=ms(51))), Packet)

    found = packet.features
    assert (found.structure_type, found.structure_inferred) == ("vertical", True)
    assert (found.structure_signs, found.structure_confidence) == ([1, -1], 0.6)
    assert (found.structure_direction, found.structure_net_debit_usd) == ("bullish", 22_000.0)
    assert packet.contract == "NVDA-2025-01-17-STRUCT-vertical"
    assert (packet.first_price_micros, packet.vwap_micros) == (None, None)
    assert (found.first_price, found.last_price, found.vwap) == (None, None, None)
    assert [each.features.structure_type for each in apart] == ["", ""]


def test_what_the_legs_traded_counts_as_traded_before() -> None:
    legs = [leg("C450", "ask", 300), leg("C455", "bid", 300, usd=2.1, ts=ms(30))]
    later = _with(leg("C455", "ask", 200, usd=2.1, ts=ms(9_000)), seq=8, uid=b"later" + bytes(11))

    packets = only(run(*legs, later), Packet)

    assert [packet.features.day_volume_before for packet in packets] == [0, 300]


def test_print_of_a_package_is_no_member_of_its_contract_s_session() -> None:
    prints = [leg("C450", "ask", ts=ms(at), seq=at, uid=bytes([at + 1]) * 16) for at in (0, 40, 90)]
    bound = package(_with(prints[1], seq=7), leg("C455", "bid", usd=2.1, ts=ms(40)))

    rows = only(run(prints[0], *bound, prints[2]), Packet)

    assert [(row.contract, row.print_count) for row in rows] == [
        ("NVDA-2025-01-17-STRUCT-vertical", 2), ("NVDA-2025-01-17-450-C", 2),
    ]  # fmt: skip


@pytest.mark.parametrize("rule", ["new_position_likely", "closing_unwind_likely"])
def test_rules_on_open_interest_abstain_until_it_is_loaded(rule: str) -> None:
    (event,) = only(run(leg("C450", "ask", 400)), SmartMoneyEvent)

    told = {each["classifier_id"]: each for each in event.features["rules"]}
    assert told[rule]["fired"] is False
    assert told[rule]["reason"].startswith("needs_")


@pytest.mark.parametrize(
    ("spot", "hits"),
    [
        (450_490_000, ["no_follow_through"]),  # unchanged
        (449_000_000, ["no_follow_through"]),  # against it
        (451_000_000, []),  # 11 basis points on
    ],
)
def test_reading_is_looked_at_again_a_quarter_of_an_hour_later(spot: int, hits: list[str]) -> None:
    quarter = 15 * 60_000
    later = leg("P300", "mid", 1, ts=ms(quarter - 1_000), spot_bid_micros=spot,
                spot_ask_micros=spot + 20_000)  # fmt: skip
    rows = run(leg("C450", "ask", 900), later)

    found = only(rows, ClassifierHit)
    (event,) = only(rows, SmartMoneyEvent)
    follow = [hit for hit in found if hit.classifier_id == "no_follow_through"]
    assert [hit.classifier_id for hit in follow] == hits
    assert all((hit.event_uid, hit.ts) == (event.uid, event.ts) for hit in follow)
    places = [(row.cause_seq, row.ordinal) for row in rows if not isinstance(row, EvidenceLink)]
    assert len(set(places)) == len(places)
    assert {hit.cause_seq for hit in follow} <= {99_999}
    assert all("NVDA 17JAN25 450C" in hit.explanations[0]["text"] for hit in found)


def test_reading_without_a_later_price_is_not_judged() -> None:
    assert "no_follow_through" not in fired(leg("C450", "ask", 900))


# --- profiles -------------------------------------------------------------------------------


def lead(*entries: LogEntry) -> tuple[str | None, str]:
    """Return the leading profile and the direction of the one event."""
    (event,) = only(run(*entries), SmartMoneyEvent)
    return event.primary_profile, event.direction


def burst(name: str, side: str, size: int, count: int, **changes: object) -> list[StampedPrint]:
    """Return prints 20 ms apart on several venues."""
    return [
        leg(name, side, size, ts=ms(n * 20), seq=n, venue=3 + n % 5,
            uid=bytes([n + 1]) * 16, **changes)  # type: ignore[arg-type]
        for n in range(count)
    ]  # fmt: skip


def earnings(days: int) -> Control:
    """Announce earnings of NVDA so many days ahead."""
    payload = {
        "event_id": "NVDA:2024-12-31:earnings", "underlying": "NVDA", "kind": "earnings",
        "announced_ts": T0 - DAY_US, "event_ts": T0 + days * DAY_US,
    }  # fmt: skip
    return Control(1, "calendar", T0 - DAY_US, payload)


BOX = package(
    leg("C450", "ask", usd=5.2), leg("C455", "bid", usd=3.1),
    leg("P450", "bid", usd=3.1), leg("P455", "ask", usd=6.2),
)  # fmt: skip


def test_many_large_fills_at_the_ask_read_as_accumulation() -> None:
    assert lead(*burst("C450", "ask", 200, 8, expiry=JUN)) == (
        "institutional_directional", "bullish",
    )  # fmt: skip
    assert lead(*burst("C450", "mid", 20, 2, expiry=JUN))[0] is None


def test_small_short_dated_calls_far_out_read_as_attention() -> None:
    small = {"usd": 0.52, "expiry": JAN, "iv": 0.9}

    assert lead(*burst("C480", "ask", 100, 9, **small)) == ("retail_whale", "bullish")
    assert lead(*burst("C455", "ask", 100, 9, **small))[0] != "retail_whale"


def test_options_that_outlive_the_earnings_read_as_positioning() -> None:
    quoted = leg("C470", "ask", 180, expiry=FEB)
    half = [quoted, _with(quoted, ts=ms(9), uid=bytes(16), bid_micros=None, quote_ts=None)]

    assert lead(earnings(7), *half)[0] == "event_driven"
    assert lead(earnings(60), *half)[0] != "event_driven"


def test_sold_straddle_reads_as_supply_of_volatility() -> None:
    sold = package(leg("C450", "bid", 200), leg("P450", "bid", 200, usd=3.2))

    assert lead(*sold) == ("vol_seller", "neutral")
    assert lead(*package(leg("C450", "ask", 200), leg("P450", "ask", 200, usd=3.2)))[0] != (
        "vol_seller"
    )


def test_box_reads_as_arbitrage() -> None:
    assert lead(*BOX) == ("arbitrage", "neutral")
    assert lead(*BOX[:2])[0] != "arbitrage"


def test_large_size_at_the_money_after_a_move_reads_as_a_hedge() -> None:
    def large(move: float) -> StampedPrint:
        return leg("C450", "ask", 1_800, usd=0.5, move_60s_bps=move)

    assert lead(large(-20.0))[0] == "hedge_reactive"
    assert lead(large(0.0))[0] != "hedge_reactive"


def test_alert_of_a_structure_names_its_legs() -> None:
    (alert,) = only(run(*BOX), Alert)

    assert alert.headline.startswith("NVDA 17JAN25 450C/450P/455C/455P box: 400 contracts")
    assert alert.contract == "NVDA-2025-01-17-STRUCT-box"


def test_alert_repeats_its_packet_and_its_event() -> None:
    rows = run(leg("C450", "ask", 1_900, usd=0.5, expiry=JUN))
    (packet,), (event,), (alert,) = (
        only(rows, Packet),
        only(rows, SmartMoneyEvent),
        only(rows, Alert),
    )

    assert (alert.packet_uid, alert.packet_ts) == (packet.uid, packet.ts)
    assert (alert.event_uid, alert.ts) == (event.uid, event.ts)
    assert (alert.print_count, alert.size, alert.premium_micros) == (1, 1_900, 95_000_000_000)
    assert alert.primary_profile == event.primary_profile == "institutional_directional"
    assert (alert.contract, alert.underlying) == (packet.contract, "NVDA")


def test_alert_says_the_terms_the_rules_and_the_doubts_of_its_reading() -> None:
    rows = run(leg("C450", "ask", 1_900, usd=0.5, expiry=JUN))
    (event,), (alert,) = only(rows, SmartMoneyEvent), only(rows, Alert)
    reading = event.scores[0]

    terms = [item for item in alert.explanations if "points" in item["values"]]
    penalties = [item for item in alert.explanations if "penalty" in item["values"]]
    rules = [item for item in alert.explanations if "rule" in item]

    assert [(item["text"], item["values"]["points"], item["role"]) for item in terms] == [
        (reason["text"], reason["contribution"], "for") for reason in reading["reasons"]
    ]
    assert [(item["text"], item["values"]["penalty"], item["role"]) for item in penalties] == [
        (penalty["text"], penalty["value"], "against") for penalty in reading["penalties"]
    ]
    assert len(penalties) == 1
    assert [item["thresholds"] for item in terms + penalties] == [
        item["thresholds"] for item in reading["reasons"] + reading["penalties"]
    ]
    assert terms[0]["thresholds"] == {"eligible_min_premium_usd": 10_000, "eligible_min_size": 10}
    assert {(item["rule"], item["role"]) for item in rules} == {
        (rule, "for") for rule in alert.classifier_ids
    }
    assert alert.explanations[: len(terms) + len(rules)] == terms + rules
    assert {item["role"] for item in alert.explanations} == {"for", "against"}


# --- what surrounds a packet ----------------------------------------------------------------


def test_event_tells_the_flow_of_its_underlying_up_to_its_end() -> None:
    put = leg("P450", "bid", 300, usd=3.2, ts=ms(2_000))
    rows = run(leg("C450", "ask", 900), put, leg("C460", "ask", 500, ts=ms(5_000)))

    hours = [event.features["flow"]["1h"] for event in only(rows, SmartMoneyEvent)]

    assert [hour["volume"] for hour in hours] == [900, 1_200, 1_700]
    assert [(hour["call_volume"], hour["put_volume"]) for hour in hours] == [
        (900, 0), (900, 300), (1_400, 300),
    ]  # fmt: skip


@pytest.mark.parametrize(("side", "factor"), [("ask", 1.2), ("bid", 0.8)])
def test_flow_weighs_in_the_direction_of_the_reading(side: str, factor: float) -> None:
    calls = [leg("C450", "ask", 900, seq=n, ts=ms(2_000 * n)) for n in range(40)]
    rows = run(*calls, leg("C460", side, 900, ts=ms(90_000)))

    event = only(rows, SmartMoneyEvent)[-1]

    assert event.direction == {"ask": "bullish", "bid": "bearish"}[side]
    assert event.features["flow"]["boost"]["factor"] == factor


def test_first_quarter_of_an_hour_has_a_baseline_of_its_own() -> None:
    opens = T0 - 30 * 60_000_000
    day = SessionDay(TRADE_DATE, opens, opens + 390 * 60_000_000)
    early = [leg("C450", "ask", 10, seq=n, ts=opens + n * 1_000_000) for n in range(13)]
    entries: list[LogEntry] = [*early, leg("C450", "ask", 10, seq=99, ts=T0), clock(999, ms(9_000))]

    counts = [
        [packet.features.size_z_n for packet in only(step(state, entries, Params()), Packet)]
        for state in (new_state(calendar=Calendar([day])), new_state())
    ]

    assert counts[0] == [*range(13), 0]
    assert counts[1] == [*range(14)]
