"""Cancels through the step: prints that are taken back before and after their packet was final."""

from typing import TypeVar

import msgspec
import pytest

from flow.domain.events import Control, LogEntry, StampedPrint
from flow.domain.open_interest import OpenInterest, open_interest_payload
from signals.engine.params import Params
from signals.engine.pipeline import EngineState, decode_state, encode_state, new_state, step
from signals.engine.records import (
    Alert,
    ClassifierHit,
    Derived,
    EvidenceLink,
    Packet,
    SmartMoneyEvent,
)
from tests.support.engine_builders import (
    COMPLEX,
    SPY_CALL,
    SPY_PUT,
    TRADE_DATE,
    clock,
    ms,
    stamped,
    tuning,
)

PARAMS = Params()
EARLIER, LAST, OPENING, ONLY = (ord(letter) for letter in "ACEG")
SPIKE = "unusual_contract_spike"
T = TypeVar("T")


def fill(n: int, at: float | None = None, **changes: object) -> StampedPrint:
    fields = {"seq": n, "ts": ms(n * 50 if at is None else at), "size": 200, "venue": 3 + n}
    return stamped(**(fields | changes))


def cancel(seq: int, at: float, letter: int = LAST, **changes: object) -> StampedPrint:
    return fill(seq, at, **({"conditions": (letter,)} | changes))


SWEEP = (fill(0), fill(1), fill(2))
FINAL = clock(10, ms(900))
END = clock(99, ms(9_000))


def run(*entries: LogEntry, state: EngineState | None = None) -> list[Derived]:
    return step(new_state() if state is None else state, entries, PARAMS, 5)


def only(rows: list[Derived], kind: type[T]) -> list[T]:
    return [row for row in rows if isinstance(row, kind)]


def test_print_cancelled_before_its_packet_is_final_is_no_member() -> None:
    state = new_state()
    rows = run(*SWEEP, cancel(20, 120, venue=4), END, state=state)

    (packet,) = only(rows, Packet)
    assert (packet.rev, packet.print_count, packet.size) == (0, 2, 400)
    assert packet.features.cancelled_count == 1
    assert [member.seq for member in packet.members] == [0, 2]
    assert (state.counters["cancel"], state.counters["orphan_cancel"]) == (1, 0)
    assert state.cancelled == {}


def test_packet_of_which_every_print_was_cancelled_in_time_never_comes() -> None:
    assert run(fill(0), cancel(20, 60, ONLY, venue=3), END) == []


def test_print_cancelled_later_makes_the_next_revision_of_every_row() -> None:
    rows = run(*SWEEP, FINAL, cancel(20, 2_000, venue=5), END)

    first, second = only(rows, Packet)
    assert (first.uid, first.ts, first.end_ts) == (second.uid, second.ts, second.end_ts)
    assert (first.rev, second.rev) == (0, 1)
    assert (second.print_count, second.size, second.premium_micros) == (2, 400, 168_000_000_000)
    assert second.features.cancelled_count == 1
    before, after = only(rows, SmartMoneyEvent)
    assert (before.uid, before.rev, after.uid, after.rev) == (before.uid, 0, before.uid, 1)
    one, two = only(rows, Alert)
    assert (two.uid, two.rev, two.supersedes, two.withdrawn) == (one.uid, 1, one.uid, False)
    assert two.score < one.score
    hits = only(rows, ClassifierHit)
    assert [(hit.rev, hit.event_uid) for hit in hits if hit.classifier_id == SPIKE] == [
        (0, before.uid), (1, before.uid),
    ]  # fmt: skip


def test_revision_says_which_print_was_taken_back_and_by_what() -> None:
    rows = run(*SWEEP, FINAL, cancel(20, 2_000, venue=5), END)

    links = [link for link in only(rows, EvidenceLink) if link.parent_kind == "packet"]
    assert [(link.role, link.ref_seq, link.rev) for link in links] == [
        ("cancelled", 2, 1), ("cancel", 20, 1),
    ]  # fmt: skip
    members = [
        link.ref_seq
        for link in only(rows, EvidenceLink)
        if (link.parent_kind, link.role, link.rev) == ("smart_money_event", "member", 1)
    ]
    assert members == [0, 1]
    keys = [(link.uid, link.rev, link.ordinal) for link in only(rows, EvidenceLink)]
    assert len(set(keys)) == len(keys)


def test_alert_that_no_longer_stands_is_taken_back() -> None:
    alone = fill(0, size=2_000)
    rows = run(alone, FINAL, cancel(20, 2_000, ONLY, size=2_000, venue=3), END)

    one, two = only(rows, Alert)
    assert (two.uid, two.rev, two.score, two.severity) == (one.uid, 1, 0, "low")
    assert (two.withdrawn, two.supersedes) == (True, one.uid)
    assert two.headline == ("SPY 17JAN25 450C: withdrawn, prints were cancelled (cancelled)")
    assert (two.breakdown, two.explanations, two.classifier_ids) == ([], [], ())
    assert two.dedupe_key == one.dedupe_key
    assert (one.premium_micros, two.premium_micros) == (840_000_000_000, 0)
    places = [(row.cause_seq, row.ordinal) for row in rows if not isinstance(row, EvidenceLink)]
    assert len(set(places)) == len(places)
    packet = only(rows, Packet)[1]
    assert (packet.print_count, packet.size, packet.premium_micros) == (0, 0, 0)
    assert (packet.first_price_micros, packet.vwap_micros) == (None, None)
    assert packet.features.event_gate == "cancelled"
    assert (packet.features.session_date, packet.features.premium_usd) == ("2025-01-15", 0)
    assert packet.features.cancelled_count == 1
    assert (packet.contract, packet.underlying) == (SPY_CALL, "SPY")
    assert only(rows, SmartMoneyEvent)[1].abstain_reasons == ("cancelled",)


#   300 at the ask, 900 at the mid, 1,400 at the ask: without the 1,400 it is no reading, without
#   the 900 as well it is one again.
def test_withdrawn_alert_stays_withdrawn() -> None:
    middle = {"size": 900, "price_micros": 4_150_000}
    prints = (fill(0, size=300), fill(1, **middle), fill(2, size=1_400))
    cancels = (cancel(20, 2_000, size=1_400, venue=5), cancel(21, 4_000, venue=4, **middle))
    again = fill(30, 20_000, size=300)

    rows = run(*prints, FINAL, *cancels, again, clock(99, ms(60_000)))

    assert [event.abstained for event in only(rows, SmartMoneyEvent)] == [False, True, False, False]
    one, two, three, fresh = only(rows, Alert)
    assert [(row.uid == one.uid, row.rev, row.withdrawn) for row in (two, three, fresh)] == [
        (True, 1, True), (True, 2, True), (False, 0, False),
    ]  # fmt: skip
    assert (three.score, three.dedupe_key, three.supersedes) == (0, one.dedupe_key, one.uid)
    assert three.headline == "SPY 17JAN25 450C: withdrawn, prints were cancelled"


def test_rest_below_the_floors_takes_the_event_back() -> None:
    small, large = fill(0, size=100), fill(1, size=900)
    rows = run(small, large, FINAL, cancel(20, 2_000, size=900, venue=4), END)

    event, alert = only(rows, SmartMoneyEvent)[1], only(rows, Alert)[1]
    assert event.abstain_reasons == ("insufficient_premium",)
    assert alert.withdrawn
    assert alert.headline.endswith("prints were cancelled (insufficient premium)")


def test_packet_without_event_is_revised_alone() -> None:
    rows = run(fill(0, size=5), fill(1, size=5), FINAL, cancel(20, 2_000, size=5, venue=4), END)

    assert [packet.print_count for packet in only(rows, Packet)] == [2, 1]
    assert only(rows, SmartMoneyEvent) == []


def test_chain_of_a_withdrawn_alert_ends_so_that_the_next_one_speaks() -> None:
    alone = fill(0, size=2_000)
    again = fill(1, 30_000, size=2_000)

    merged = run(alone, FINAL, again, END, clock(100, ms(60_000)))
    rows = run(
        alone, FINAL, cancel(20, 2_000, ONLY, size=2_000, venue=3), again, clock(100, ms(60_000))
    )

    assert len(only(merged, Alert)) == 1
    assert [(alert.withdrawn, alert.rev) for alert in only(rows, Alert)] == [
        (False, 0), (True, 1), (False, 0),
    ]  # fmt: skip


# 1,000 bought and 600 sold read as bullish. Without the 1,000 the same packet reads as bearish.
BOUGHT, SOLD = fill(0, size=1_000), fill(1, size=600, price_micros=4_100_000)
TURNED = (BOUGHT, SOLD, FINAL, cancel(20, 2_000, size=1_000, venue=3))


def alerts_of(rows: list[Derived]) -> list[tuple[str, int]]:
    return [(alert.direction, alert.rev) for alert in only(rows, Alert)]


def test_alert_that_turned_takes_in_no_event_of_its_first_reading() -> None:
    again = fill(30, 20_000, size=600)

    rows = run(*TURNED, again, clock(99, ms(60_000)))

    assert alerts_of(rows) == [("bullish", 0), ("bearish", 1), ("bullish", 0)]
    assert only(rows, Alert)[2].supersedes is None
    assert [link for link in only(rows, EvidenceLink) if link.role == "merged"] == []


def test_alert_that_turned_takes_in_events_of_its_new_reading() -> None:
    again = fill(30, 20_000, size=600, price_micros=4_100_000)

    rows = run(*TURNED, again, clock(99, ms(60_000)))

    assert alerts_of(rows) == [("bullish", 0), ("bearish", 1)]
    (merged,) = (link for link in only(rows, EvidenceLink) if link.role == "merged")
    assert merged.uid == only(rows, Alert)[0].uid


def test_alert_that_turned_is_taken_back_under_its_new_reading() -> None:
    state = new_state()
    gone = cancel(21, 3_000, size=600, price_micros=4_100_000, venue=4)

    rows = run(*TURNED, gone, END, state=state)

    assert [alert.dedupe_key for alert in only(rows, Alert)] == [
        "SPY|institutional_directional|bullish",
        "SPY|institutional_directional|bearish",
        "SPY|institutional_directional|bearish",
    ]
    assert state.chains == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"price_micros": 4_210_000},
        {"size": 199},
        {"venue": 9},
        {"contract": "SPY-2025-01-17-451-C"},
        {"session_date": 739_265},
    ],
)
def test_cancel_that_fits_no_print_is_an_orphan(changes: dict[str, object]) -> None:
    state = new_state()
    rows = run(*SWEEP, FINAL, cancel(20, 2_000, LAST, **({"venue": 4} | changes)), END, state=state)

    assert len(only(rows, Packet)) == 1
    assert state.counters["orphan_cancel"] == 1


def test_cancel_of_a_print_that_is_forgotten_is_an_orphan() -> None:
    state = new_state()
    step(state, [*SWEEP, FINAL], Params.from_values({"cancel_memory_prints": 0}), 5)

    step(state, [cancel(20, 2_000, venue=4), END], PARAMS, 5)

    assert state.counters["orphan_cancel"] == 1


def test_second_cancel_of_one_print_finds_nothing() -> None:
    state = new_state()
    rows = run(
        *SWEEP, FINAL, cancel(20, 2_000, venue=5), cancel(21, 3_000, venue=5), END, state=state
    )

    assert [packet.rev for packet in only(rows, Packet)] == [0, 1]
    assert state.counters["orphan_cancel"] == 1


def test_each_further_cancel_is_a_further_revision() -> None:
    rows = run(
        *SWEEP, FINAL, cancel(20, 2_000, venue=5), cancel(21, 3_000, venue=4),
        cancel(22, 4_000, venue=3), END,
    )  # fmt: skip

    assert [(p.rev, p.print_count) for p in only(rows, Packet)] == [(0, 3), (1, 2), (2, 1), (3, 0)]
    assert [alert.rev for alert in only(rows, Alert)] == [0, 1, 2, 3]


@pytest.mark.parametrize(("letter", "gone"), [(OPENING, 0), (LAST, 2), (EARLIER, 1), (ONLY, None)])
def test_letter_says_which_of_equal_prints_is_meant(letter: int, gone: int | None) -> None:
    alike = [fill(n, venue=3) for n in range(3)]
    rows = run(*alike, FINAL, cancel(20, 2_000, letter, venue=3), END)

    packets = only(rows, Packet)
    if gone is None:
        assert len(packets) == 1
    else:
        assert [m.seq for m in packets[1].members] == [n for n in range(3) if n != gone]


def test_cancel_acts_at_its_own_instant_whatever_the_clock_did() -> None:
    #   the cancel at 120 comes before the packet is due at 350, the one at 2,000 after it
    early, late = cancel(20, 120, venue=4), cancel(21, 2_000, venue=5)
    at_once = run(*SWEEP, early, late, END)
    in_steps = run(*SWEEP, early, clock(9, ms(140)), clock(10, ms(800)), late, END)

    def told(rows: list[Derived]) -> list[tuple[int, int]]:
        return [(packet.rev, packet.print_count) for packet in only(rows, Packet)]

    assert told(at_once) == told(in_steps) == [(0, 2), (1, 1)]


def test_cancel_that_came_late_still_finds_its_print() -> None:
    rows = run(*SWEEP, clock(10, ms(5_000)), cancel(20, 2_000, venue=5), END)

    assert [packet.rev for packet in only(rows, Packet)] == [0, 1]


def test_revision_is_measured_under_the_revision_of_its_packet() -> None:
    rows = run(
        *SWEEP, FINAL, tuning(11, ms(950), 8, eligible_etf_min_premium_usd=900_000),
        cancel(20, 2_000, venue=5), END,
    )  # fmt: skip

    assert {packet.tuning_revision for packet in only(rows, Packet)} == {5}
    assert only(rows, Alert)[1].withdrawn is False


def test_saved_state_remembers_what_a_cancel_needs() -> None:
    entries: list[LogEntry] = [*SWEEP, FINAL, cancel(20, 2_000, venue=5), END]
    state = new_state()
    before = step(state, entries[:4], PARAMS, 5)

    after = step(decode_state(encode_state(state)), entries[4:], PARAMS, 5)

    assert before + after == run(*entries)


def test_reading_of_a_withdrawn_event_is_not_followed_up() -> None:
    state = new_state()
    run(fill(0, size=2_000), FINAL, state=state)
    assert len(state.followups.saved()) == 1

    run(cancel(20, 2_000, ONLY, size=2_000, venue=3), END, state=state)

    assert state.followups.saved() == []


def test_revised_reading_is_followed_up_once_at_its_revision() -> None:
    state = new_state()
    run(*SWEEP, FINAL, cancel(20, 2_000, venue=5), END, state=state)

    assert [waiting.rev for waiting in state.followups.saved()] == [1]
    assert state.followups.saved()[0].contract == SPY_CALL


def usual(count: int) -> list[StampedPrint]:
    """Return packets of one contract, one a second: 10 contracts, a volatility of 0.5."""
    return [fill(100 + n, -90_000 + 1_000 * n, size=10, iv=0.5) for n in range(count)]


def test_revision_is_compared_with_what_was_usual_at_the_first_reading() -> None:
    sweep = [msgspec.structs.replace(print_, iv=0.6) for print_ in SWEEP]
    # large prints of the same contract between the packet and its cancel
    later = [fill(200 + n, 1_000 + 300 * n, size=5_000, iv=2.0) for n in range(20)]

    rows = run(*usual(12), *sweep, FINAL, *later, cancel(300, 8_000, venue=5), END)

    first, second = (packet.features for packet in only(rows, Packet) if packet.ts == sweep[0].ts)
    assert (first.size_z_n, first.size_z_scope, first.size_typical) == (12, "contract", 10)
    assert (second.size_z_n, second.size_z_scope, second.size_typical) == (12, "contract", 10)
    assert (second.iv_n, second.iv_typical, second.iv_shock) == (12, 0.5, 0.1)
    assert first.iv_shock == second.iv_shock
    assert 0 < (second.size_z or 0) < (first.size_z or 0)
    assert sum(first.trade_types.values()) == sum(second.trade_types.values()) + 1
    assert second.day_volume_before == first.day_volume_before == 120


def test_rows_of_a_revision_come_from_the_cancel() -> None:
    rows = run(fill(0, size=2_000), FINAL, cancel(20, 2_000, ONLY, size=2_000, venue=3), END)

    assert {row.cause_seq for row in only(rows, Packet) if row.rev} == {END.seq}


def test_better_alert_is_measured_against_the_revised_score_of_the_open_one() -> None:
    state = new_state()
    rows = run(*SWEEP, FINAL, cancel(20, 2_000, venue=5), END, state=state)

    (chain,) = state.chains.values()
    assert chain.score == only(rows, Alert)[1].score


def test_deviation_of_a_packet_counts_in_its_alert() -> None:
    rows = run(*usual(12), *SWEEP, FINAL)

    packet, (alert,) = only(rows, Packet)[-1], only(rows, Alert)
    deviation = max(packet.features.premium_z or 0, packet.features.size_z or 0)
    assert alert.packet_uid == packet.uid
    assert alert.breakdown[-1]["term"] == "unusual"
    assert alert.breakdown[-1]["value"] == min(1.0, deviation / 6) > 0.25
    assert "note" not in alert.breakdown[-1]


def test_package_of_which_a_leg_is_cancelled_is_a_single_contract() -> None:
    legs = [
        fill(n, 0, contract=contract, venue=3, conditions=(COMPLEX,))
        for n, contract in enumerate((SPY_CALL, SPY_PUT))
    ]
    rows = run(*legs, FINAL, cancel(20, 2_000, ONLY, contract=SPY_CALL, venue=3), END)

    first, second = only(rows, Packet)
    assert (first.print_count, first.features.structure_legs) == (2, 2)
    assert (second.print_count, second.features.structure_legs) == (1, 0)
    assert second.contract == SPY_PUT
    assert (first.uid, second.rev) == (second.uid, 1)


@pytest.mark.parametrize(("gone", "left", "before"), [(0, SPY_PUT, 130), (1, SPY_CALL, 70)])
def test_leg_that_is_left_knows_what_it_had_traded_before(
    gone: int, left: str, before: int
) -> None:
    earlier = [fill(7, -5_000, size=70), fill(8, -4_000, size=130, contract=SPY_PUT)]
    legs = [
        fill(n, 0, contract=contract, venue=3, conditions=(COMPLEX,))
        for n, contract in enumerate((SPY_CALL, SPY_PUT))
    ]
    taken = cancel(20, 2_000, contract=legs[gone].contract, venue=3)

    *_, first, second = only(run(*earlier, *legs, FINAL, taken, END), Packet)

    assert (first.features.day_volume_before, second.rev, second.contract) == (0, 1, left)
    assert second.features.day_volume_before == before


def told(seq: int, contract: str, count: int) -> Control:
    record = OpenInterest(
        contract=contract, session_date=TRADE_DATE, open_interest=count, as_of_date=TRADE_DATE - 1
    )
    return Control(seq, "open_interest", ms(0), open_interest_payload(record))


def test_revision_knows_the_open_interest_of_its_first_reading() -> None:
    taken = cancel(20, 2_000, venue=5)

    rows = run(told(50, SPY_CALL, 900), *SWEEP, FINAL, told(51, SPY_CALL, 10), taken, END)

    assert [packet.features.open_interest for packet in only(rows, Packet)] == [900, 900]


def test_leg_that_is_left_has_its_own_open_interest() -> None:
    legs = [
        fill(n, 0, contract=contract, venue=3, conditions=(COMPLEX,))
        for n, contract in enumerate((SPY_CALL, SPY_PUT))
    ]
    known = [told(50, SPY_CALL, 700), told(51, SPY_PUT, 40)]
    taken = cancel(20, 2_000, contract=SPY_CALL, venue=3)

    rows = run(*known, *legs, FINAL, told(52, SPY_PUT, 50), taken, END)

    assert [packet.features.open_interest for packet in only(rows, Packet)] == [None, 40]


def test_all_prints_of_a_packet_cancelled_one_by_one_are_counted() -> None:
    rows = run(*SWEEP, FINAL, *(cancel(20 + n, 2_000 + n, venue=3 + n) for n in range(3)), END)

    assert [p.features.cancelled_count for p in only(rows, Packet)] == [0, 1, 2, 3]
