"""The step: what is clustered, what is counted, what comes out and in which order."""

from typing import TypeVar

import msgspec
import pytest

from flow.domain.events import Control, PrintFlag, StampedPrint
from flow.domain.ids import content_uid
from flow.domain.sessions import Session
from signals.engine.params import Params
from signals.engine.pipeline import EngineState, decode_state, encode_state, new_state, step
from signals.engine.records import (
    ENGINE_VERSION,
    Alert,
    ClassifierHit,
    Derived,
    EvidenceLink,
    Packet,
    SmartMoneyEvent,
)
from tests.support.engine_builders import (
    CANCEL,
    COMPLEX,
    COMPRESSION,
    LATE,
    SPY_CALL,
    SPY_PUT,
    T0,
    clock,
    ms,
    session_close,
    stamped,
    tuning,
    unquoted,
)

PARAMS = Params()
T = TypeVar("T")


def run(*entries: StampedPrint | Control, state: EngineState | None = None) -> list[Derived]:
    return step(state or new_state(), entries, PARAMS, 5)


def only(rows: list[Derived], kind: type[T]) -> list[T]:
    return [row for row in rows if isinstance(row, kind)]


def sweep(start: float = 0, seq: int = 1, **changes: object) -> list[StampedPrint]:
    """Three fills of 200 at the ask on three venues within 100 ms: $252,000 in SPY calls."""
    return [
        stamped(seq=seq + n, ts=ms(start + n * 50), size=200, venue=3 + n, **changes)
        for n in range(3)
    ]


def test_sweep_becomes_packet_event_hits_links_and_alert() -> None:
    rows = run(*sweep(), clock(4, ms(351)))

    kinds = [type(row).__name__ for row in rows]
    assert kinds == [
        "Packet", "SmartMoneyEvent", "ClassifierHit", "ClassifierHit",
        *["EvidenceLink"] * 10, "Alert", *["EvidenceLink"] * 4,
    ]  # fmt: skip
    (packet,), (event,), (alert,) = (
        only(rows, Packet),
        only(rows, SmartMoneyEvent),
        only(rows, Alert),
    )
    assert (event.direction, event.abstained, event.abstain_reasons) == ("bullish", False, ())
    assert (event.packet_uid, event.packet_ts, event.ts) == (packet.uid, packet.ts, packet.end_ts)
    assert alert.event_uid == event.uid
    assert alert.classifier_ids == ("large_bullish_call_sweep", "unusual_contract_spike")
    assert alert.dedupe_key == "SPY|institutional_directional|bullish"
    assert alert.headline == (
        "SPY 17JAN25 450C: 600 contracts, $252,000 premium, "
        "consistent with directional accumulation"
    )
    assert {item["role"] for item in alert.explanations} == {"for", "against"}
    assert packet.tuning_revision == event.tuning_revision == alert.tuning_revision == 5


def test_golden_alert_score_of_the_sweep() -> None:
    # institutional: .20 + .25x(252/500) + .18x(3/8) + .16 + .12 = .6735, no penalty;
    # premium 252,000: log10(25.2)/3 = .46714; quality 1.0:
    # .40x.46714 + .30x.6735 + .15 + .15x.25 = .57641 -> 58
    (alert,) = only(run(*sweep(), clock(4, ms(351))), Alert)

    assert (alert.score, alert.severity, alert.evidence_quality) == (58, "medium", 1.0)


def test_causing_entry_and_ordinals() -> None:
    rows = run(*sweep(), stamped(seq=4, ts=ms(3_000), contract=SPY_PUT), clock(77, ms(9_000)))

    numbered = [row for row in rows if not isinstance(row, EvidenceLink)]
    assert {row.cause_seq for row in rows} == {77}
    ordinals = [row.ordinal for row in numbered]
    assert ordinals == sorted(set(ordinals))
    assert ordinals[0] == 0


def test_ordinals_start_again_with_each_causing_entry() -> None:
    rows = run(*sweep(), clock(4, ms(351)), *sweep(5_000, 5, contract=SPY_PUT), clock(9, ms(9_000)))

    assert [(row.cause_seq, row.ordinal) for row in only(rows, Packet)] == [(4, 0), (9, 0)]


def test_identities_follow_the_opening_print() -> None:
    prints = sweep()
    rows = run(*prints, clock(4, ms(351)))
    tail = (ENGINE_VERSION, PARAMS.digest, SPY_CALL, prints[0].uid.hex())

    assert only(rows, Packet)[0].uid == content_uid("packet", *tail)
    assert only(rows, SmartMoneyEvent)[0].uid == content_uid("smart_money_event", *tail)
    assert only(rows, Alert)[0].uid == content_uid("alert", *tail)
    assert only(rows, ClassifierHit)[0].uid == content_uid(
        "classifier_hit", *tail, "large_bullish_call_sweep"
    )


def test_links_of_an_event_name_every_print_and_quote_once() -> None:
    prints = [
        stamped(seq=1, size=400, quote_ts=T0 - 5, quote_seq=8, spot_ts=T0 - 7, spot_seq=9),
        stamped(seq=2, ts=ms(10), size=400, quote_ts=T0 - 5, quote_seq=8, spot_ts=None),
        unquoted(seq=3, ts=ms(20), size=10, spot_ts=T0 - 7, spot_seq=9),
    ]
    rows = run(*prints, clock(4, ms(999)))
    (packet,), (event,) = only(rows, Packet), only(rows, SmartMoneyEvent)

    links = [link for link in only(rows, EvidenceLink) if link.parent_kind == "smart_money_event"]

    assert [
        (link.role, link.ref_kind, link.ref_ts, link.ref_seq, link.ref_uid) for link in links
    ] == [
        ("packet", "packet", packet.ts, None, packet.uid),
        ("member", "option_print", ms(0), 1, prints[0].uid),
        ("member", "option_print", ms(10), 2, prints[1].uid),
        ("member", "option_print", ms(20), 3, prints[2].uid),
        ("quote", "option_quote", T0 - 5, 8, None),
        ("spot", "equity_quote", T0 - 7, 9, None),
    ]
    assert [link.ordinal for link in links] == list(range(6))
    assert {(link.ts, link.uid) for link in links} == {(event.ts, event.uid)}


def test_links_of_an_alert_name_event_packet_and_hits() -> None:
    rows = run(*sweep(), clock(4, ms(351)))
    (alert,) = only(rows, Alert)

    links = [link for link in only(rows, EvidenceLink) if link.parent_kind == "alert"]

    assert [(link.role, link.ref_uid) for link in links] == [
        ("event", alert.event_uid),
        ("packet", alert.packet_uid),
        *(("hit", hit.uid) for hit in only(rows, ClassifierHit)),
    ]
    assert [link.ordinal for link in links] == [0, 1, 2, 3]


def test_packet_below_the_floor_becomes_no_event() -> None:
    rows = run(stamped(size=1), clock(2, ms(999)))

    (packet,) = rows
    assert isinstance(packet, Packet)
    assert packet.features.event_gate == "insufficient_premium"


def test_event_that_no_profile_explains_declines_and_raises_no_alert() -> None:
    #   inside the spread no side leads: institutional .20 + .06 + .02 + .16, less its penalty
    rows = run(stamped(size=300, price_micros=4_150_000), clock(2, ms(999)))

    (event,) = only(rows, SmartMoneyEvent)
    assert (event.abstained, event.abstain_reasons) == (True, ("below_score_floor",))
    assert event.direction == "unknown"
    assert event.primary_profile is None
    assert len(event.scores) == 6
    assert max(score["score"] for score in event.scores) < 0.42
    reasons = {rule["classifier_id"]: rule["reason"] for rule in event.features["rules"]}
    assert reasons["large_bullish_call_sweep"] == "too_few_prints"
    assert reasons["large_bearish_put_sweep"] == "other_right"
    assert not only(rows, Alert)


def test_event_without_quotes_declines_although_a_rule_fired() -> None:
    rows = run(unquoted(size=5_000), clock(2, ms(999)))

    (event,) = only(rows, SmartMoneyEvent)
    assert event.abstain_reasons == (
        "below_score_floor", "stale_or_missing_quote_context", "insufficient_evidence",
    )  # fmt: skip
    assert len(only(rows, ClassifierHit)) == 1
    assert not only(rows, Alert)


def test_minute_bars_raise_a_spike_alert_but_no_sweep() -> None:
    large = [stamped(seq=n, ts=ms(n * 50), size=900, venue=3 + n, conditions=(),
                     flags=int(PrintFlag.MINUTE_BAR)) for n in range(3)]  # fmt: skip

    rows = run(*large, clock(4, ms(999)))

    (alert,), (event,) = only(rows, Alert), only(rows, SmartMoneyEvent)
    assert alert.classifier_ids == ("unusual_contract_spike",)
    assert alert.direction == "unknown"
    assert event.features["rules"][0]["reason"] == "needs_ticks"
    doubts = [item["text"] for item in alert.explanations if item["role"] == "against"]
    assert any(text.startswith("Minute bars") for text in doubts)


@pytest.mark.parametrize(
    ("print_", "counter"),
    [
        (stamped(), "clustered"),
        (stamped(flags=int(PrintFlag.LATE_ARRIVAL)), "late"),
        (stamped(ts=ms(-1_000)), "late"),
        (stamped(ts=ms(-1_000), conditions=(CANCEL,)), "cancel"),
        (stamped(conditions=(CANCEL,)), "cancel"),
        (stamped(conditions=(COMPRESSION,)), "compression"),
        (stamped(conditions=(LATE,)), "late_report"),
        (stamped(price_micros=0), "zero_price"),
        (stamped(flags=int(PrintFlag.PARSE_ERROR)), "unparsed"),
        (stamped(contract="WHAT IS THIS"), "unparsed"),
        (stamped(session=int(Session.CLOSED)), "outside_session"),
        (stamped(session=int(Session.CLOSED), conditions=(LATE,)), "outside_session"),
        (stamped(session=int(Session.CLOSED), conditions=(CANCEL,)), "cancel"),
    ],
)
def test_every_print_is_counted_once(print_: StampedPrint, counter: str) -> None:
    state = new_state()

    run(clock(0, ms(-1_000)), print_, state=state)

    assert {name: n for name, n in state.counters.items() if n} == {counter: 1}


def test_print_outside_every_session_is_no_flow() -> None:
    """Golden G15 after errata 21: 20:30 Eastern is an hour for index products only."""
    evening = ms(10.5 * 3_600_000)
    nvda, spx = (f"{root}-2025-01-17-450-C" for root in ("NVDA", "SPX"))
    closed = stamped(contract=nvda, size=400, ts=evening, session=int(Session.CLOSED))
    overnight = stamped(contract=spx, size=400, ts=evening, session=int(Session.GTH))

    rows = run(closed, overnight, clock(9, evening + 9_000_000))

    assert [packet.underlying for packet in only(rows, Packet)] == ["SPX"]


def test_state_saved_before_a_counter_existed_counts_on() -> None:
    state = new_state()
    del state.counters["outside_session"]

    restored = decode_state(encode_state(state))
    run(stamped(session=int(Session.CLOSED)), state=restored)

    assert restored.counters["outside_session"] == 1


def test_print_at_the_watermark_is_late_and_one_after_is_not() -> None:
    state = new_state()

    rows = run(
        clock(1, ms(0)), stamped(seq=2, ts=ms(0)), stamped(seq=3, ts=ms(0) + 1), clock(4, ms(999)),
        state=state,
    )  # fmt: skip

    assert (state.counters["late"], state.counters["clustered"]) == (1, 1)
    assert [packet.print_count for packet in only(rows, Packet)] == [1]


def test_late_print_joins_no_later_window() -> None:
    rows = run(
        stamped(seq=1, ts=ms(0)), clock(2, ms(100)), stamped(seq=3, ts=ms(50)),
        stamped(seq=4, ts=ms(150)), clock(5, ms(999)),
    )  # fmt: skip

    assert [packet.print_count for packet in only(rows, Packet)] == [2]


def test_packet_says_how_many_late_reports_fell_into_its_time() -> None:
    rows = run(
        stamped(seq=1, ts=ms(0)), stamped(seq=2, ts=ms(50), conditions=(LATE,)),
        stamped(seq=3, ts=ms(100)), stamped(seq=4, ts=ms(101), conditions=(LATE,)),
        clock(5, ms(999)),
    )  # fmt: skip

    (packet,) = only(rows, Packet)
    assert (packet.print_count, packet.features.late_count) == (2, 1)


# Legs at 0, 5 and 10 ms, a gap of 250 ms: due at 260, final when the clock has passed that.
@pytest.mark.parametrize(("at", "found"), [(260, 0), (261, 1)])
def test_package_is_due_a_gap_after_its_last_print(at: int, found: int) -> None:
    legs = [
        stamped(seq=n, ts=ms(n * 5), contract=f"SPY-2025-01-17-{450 + 5 * n}-C",
                conditions=(COMPLEX,))
        for n in range(3)
    ]  # fmt: skip

    packets = only(run(*legs, clock(9, ms(at))), Packet)

    assert [packet.print_count for packet in packets] == [3] * found


def test_clock_that_goes_back_is_ignored() -> None:
    state = new_state()

    run(clock(1, ms(500)), clock(2, ms(100)), state=state)

    assert state.watermark == ms(500)


def test_session_close_finalises_and_moves_the_watermark() -> None:
    state = new_state()

    rows = run(stamped(), session_close(2, T0), stamped(seq=3), state=state)

    assert [packet.cause_seq for packet in only(rows, Packet)] == [2]
    assert state.watermark == T0
    assert state.counters["late"] == 1


@pytest.mark.parametrize("kind", ["gap", "halt", "calendar", "unheard_of"])
def test_other_control_entries_change_nothing(kind: str) -> None:
    state = new_state()

    rows = run(stamped(), Control(2, kind, ms(99_999)), state=state)

    assert rows == []
    assert state.watermark == 0


def test_window_belongs_to_the_revision_of_its_opening_print() -> None:
    #   gap 500 under revision 6: 0 opens before the switch, 400 is therefore apart; 1000 opens
    #   after it, 1400 joins
    prints = [stamped(seq=n, ts=ms(at)) for n, at in enumerate((0, 400, 1_000, 1_400))]
    rows = run(
        prints[0], tuning(10, ms(0), 6, cluster_gap_ms=500), *prints[1:], clock(20, ms(9_999))
    )

    found = [(packet.tuning_revision, packet.print_count) for packet in only(rows, Packet)]
    assert found == [(5, 1), (6, 1), (6, 2)]


def test_tuning_entry_that_does_not_fit_is_counted_and_the_stream_goes_on() -> None:
    state = new_state()

    rows = run(tuning(1, T0, 6, cluster_gap_ms=-1), stamped(), clock(3, ms(999)), state=state)

    assert state.counters["tuning_rejected"] == 1
    assert [packet.tuning_revision for packet in only(rows, Packet)] == [5]


def test_pinned_state_ignores_tuning_entries() -> None:
    state = new_state(pinned=True)

    rows = run(tuning(1, T0, 6, cluster_gap_ms=500), stamped(), clock(3, ms(999)), state=state)

    assert [packet.tuning_revision for packet in only(rows, Packet)] == [5]
    assert state.counters["tuning_rejected"] == 0


def test_equal_alert_within_a_minute_is_merged_into_the_open_one() -> None:
    rows = run(*sweep(), *sweep(1_000, 10), clock(20, ms(9_999)))

    (alert,) = only(rows, Alert)
    events = only(rows, SmartMoneyEvent)
    (merged,) = [link for link in only(rows, EvidenceLink) if link.role == "merged"]
    assert (merged.uid, merged.ts, merged.parent_kind) == (alert.uid, alert.ts, "alert")
    assert (merged.ref_uid, merged.ref_ts) == (events[1].uid, events[1].ts)
    assert merged.ordinal == 4


def test_better_alert_within_a_minute_supersedes() -> None:
    larger = [msgspec.structs.replace(p, size=9_000, premium_micros=3_780_000_000_000)
              for p in sweep(1_000, 10)]  # fmt: skip

    rows = run(*sweep(), *larger, clock(20, ms(9_999)))

    first, second = only(rows, Alert)
    assert second.supersedes == first.uid
    assert second.score >= first.score + 5


def test_alert_after_the_window_stands_alone() -> None:
    rows = run(*sweep(), *sweep(60_000, 10), clock(20, ms(99_999)))

    assert [alert.supersedes for alert in only(rows, Alert)] == [None, None]


def test_nothing_is_kept_of_contracts_that_are_done() -> None:
    state = new_state()

    run(*sweep(), clock(4, ms(999)), clock(5, ms(2_000_000)), state=state)

    assert state.clusters.open == {}
    assert state.chains == {}
