"""Cancels and corrections take their prints out of what was inferred (platform.md C8, D9)."""

from typing import Any

import msgspec
import pytest

from flow.domain.events import Control, PrintFlag, StampedEquityPrint
from signals.engine.equities.dark.pipeline import decode_state, encode_state, new_state, step
from signals.engine.params import Params
from tests.signals.engine.equities.dark.support import events, printed, run, texts
from tests.support.equity_builders import at_ms, clock, dollars

ASK, MID, BID = 500.02, 500.00, 499.98
ZONE = "hidden_liquidity_zone"
CANCEL = int(PrintFlag.CANCEL)
Entries = list[StampedEquityPrint | Control]


def cancel(seq: int, ms: float, of: StampedEquityPrint, **changes: Any) -> StampedEquityPrint:
    """Return the entry that takes a print back so many milliseconds after T0."""
    fields: dict[str, Any] = {"corrects": of.uid, "flags": CANCEL} | changes
    return printed(seq, ms, of.price_micros / 1e6, of.size_micros / 1e6, **fields)


def buys(count: int, size: float = 900) -> list[StampedEquityPrint]:
    return [printed(n + 1, n * 1_000, ASK, size) for n in range(count)]


@pytest.mark.parametrize("flags", [CANCEL, 0], ids=["cancel", "correction"])
@pytest.mark.parametrize(("ms", "told"), [(2_000, 2), (50_000, 3)], ids=["waiting", "decided"])
def test_a_block_that_is_taken_back_is_withdrawn(ms: float, told: int, flags: int) -> None:
    block = printed(1, 0, MID, 2_500)
    entries: Entries = [block, cancel(9, ms, block, flags=flags)]

    found = events(run(entries), "absorbed_block")

    assert [event.state for event in found][-1] == "withdrawn"
    assert len(found) == told
    assert (found[-1].uid, found[-1].rev) == (found[0].uid, len(found) - 1)
    assert (found[-1].confidence, found[-1].reasons) == (0.0, ("print_withdrawn",))
    assert "cancelled or corrected" in texts(found[-1])


def test_an_episode_goes_on_without_a_print_while_enough_is_left() -> None:
    tape = buys(5)

    found = events(run([*tape, cancel(9, 6_000, tape[1])]), "stealth_accumulation")

    assert [event.state for event in found] == ["opened", "updated", "closed"]
    assert found[1].reasons == ("print_withdrawn",)
    assert [event.print_count for event in found] == [4, 4, 4]
    assert tape[1].seq not in {member.seq for member in found[2].members}
    assert found[2].size_micros == 3_600_000_000


def test_an_episode_that_would_not_have_been_told_is_withdrawn_and_may_open_anew() -> None:
    tape = buys(4)
    later = [printed(20, 10_000, ASK, 900)]

    found = events(run([*tape, cancel(9, 5_000, tape[3]), *later]), "stealth_accumulation")

    assert [event.state for event in found] == ["opened", "withdrawn", "opened", "closed"]
    first, second, third, _ = found
    assert (second.uid, second.rev, second.confidence) == (first.uid, 1, 0.0)
    assert second.print_count == first.print_count  # the figures of before
    assert third.uid != first.uid
    assert tape[3].seq not in {member.seq for member in third.members}


def test_a_print_of_an_ended_episode_leaves_the_balance_of_both_sides() -> None:
    """Both sides trade alike; the cancelled buy was told by the episode that lapsed."""
    first = [printed(n, 1_000 * n, ASK, 1_000) for n in range(1, 5)]
    both = [
        printed(10 + 2 * n + side, 6_000 + 2_000 * n + side, (ASK, BID)[side], 800)
        for n in range(87)
        for side in (0, 1)
    ]
    *_, closed, last = events(run([*first, *both]), "stealth_accumulation")
    told = next(each for each in both[::2] if each.ts > last.end_ts - 50_000_000)
    taken = cancel(999, (last.end_ts - at_ms(0)) / 1_000 - 1, told)

    *_, again = events(run([*first, *both, taken]), "stealth_accumulation")

    assert (closed.state, last.state, again.state) == ("closed", "abstained", "abstained")
    assert again.features["window_micros"] == last.features["window_micros"] - 800 * 10**6


def test_a_print_that_was_never_told_leaves_its_window() -> None:
    tape = buys(4)

    found = run([*tape[:3], cancel(9, 2_500, tape[0]), tape[3]])

    assert not events(found, "stealth_accumulation")


def zone_block(seq: int, price: float) -> StampedEquityPrint:
    quote = {"bid_micros": dollars(price - 0.02), "ask_micros": dollars(price + 0.02)}
    return printed(seq, seq * 1_000, price, 2_500, **quote)


def test_a_zone_that_loses_a_block_is_told_again_then_taken_back() -> None:
    blocks = [zone_block(n, 500 + n / 100) for n in (1, 2, 3, 4)]
    taken = [cancel(10, 50_000, blocks[3]), cancel(11, 50_001, blocks[0])]

    found = events(run([*blocks, *taken]), ZONE)

    assert [(event.state, event.rev) for event in found] == [
        ("opened", 0), ("updated", 1), ("updated", 2), ("withdrawn", 3),
    ]  # fmt: skip
    assert {event.uid for event in found} == {found[0].uid}
    again = found[2]
    assert again.reasons == ("print_withdrawn",)
    assert (again.print_count, again.size_micros) == (3, 7_500_000_000)
    assert (again.features["low_micros"], again.features["high_micros"]) == (
        dollars(500.01), dollars(500.03),
    )  # fmt: skip
    assert (again.end_ts, again.mid_end_micros) == (blocks[2].ts, dollars(500.03))
    assert again.confidence == found[0].confidence < found[1].confidence
    assert "cancelled or corrected" in texts(again)
    assert found[3].print_count == 3  # the figures of before


def test_a_zone_without_one_block_of_many_keeps_the_prices_of_those_that_evidence_dropped() -> None:
    blocks = [zone_block(n, 500.0 if n == 2 else 500.10) for n in range(1, 31)]
    for number in range(2, 31):  # the first and the newest are kept, and the twenty largest
        blocks[number - 1] = msgspec.structs.replace(
            blocks[number - 1], size_micros=blocks[0].size_micros + number * 1_000_000
        )

    *_, last = events(run([*blocks, cancel(99, 50_000, blocks[29])]), ZONE)

    assert blocks[1].seq not in {member.seq for member in last.members}
    assert (last.reasons, last.print_count) == (("print_withdrawn",), 29)
    assert last.features["low_micros"] == dollars(500.0)
    assert last.features["high_micros"] == dollars(500.10)


def test_what_nothing_rests_on_is_counted_and_infers_nothing() -> None:
    state = new_state()
    stranger = printed(1, 0, MID, 9_000, corrects=b"stranger", flags=CANCEL)

    assert not run([stranger, printed(2, 0, MID, 9_000, corrects=b"other")], state=state)
    assert (state.counters["withdrawal"], state.counters["unknown_withdrawal"]) == (2, 2)
    assert state.counters["block"] == 0


def test_a_cancel_is_never_too_late() -> None:
    state, block = new_state(), printed(1, 0, MID, 2_500)
    params = Params()
    step(state, [block, clock(2, at_ms(100_000))], params, 1)

    entries: Entries = [cancel(3, 1_000, block), clock(4, at_ms(101_000))]
    found = events(step(state, entries, params, 1))

    assert [event.state for event in found] == ["withdrawn"]


@pytest.mark.parametrize("ms", [-5, 0, 5], ids=["before", "at once", "after"])
def test_a_cancel_takes_its_print_back_whenever_it_says_that_it_was(ms: float) -> None:
    block, other = printed(1, 0, MID, 2_500), printed(2, -3, MID, 2_500)

    found = events(run([block, other, cancel(3, ms, block)]), "absorbed_block")

    assert [event.state for event in found if event.ts == block.ts] == ["candidate", "withdrawn"]
    assert "withdrawn" not in {event.state for event in found if event.ts == other.ts}


def test_a_restored_state_takes_back_what_was_told_before() -> None:
    tape: Entries = [*buys(5), printed(8, 5_500, MID, 2_500), clock(9, at_ms(70_000))]
    more: Entries = [cancel(10, 71_000, tape[5]), clock(11, at_ms(80_000))]  # type: ignore[arg-type]
    state, params = new_state(), Params()
    step(state, tape, params, 1)

    again = decode_state(encode_state(state))

    whole = step(new_state(), [*tape, *more], params, 1)
    assert step(again, more, params, 1) == whole[-len(step(state, more, params, 1)) :]
    assert events(whole)[-1].state in {"withdrawn", "closed"}


def test_a_print_that_left_the_window_still_leaves_its_episode() -> None:
    tape = [printed(n + 1, n * 10_000, ASK, 1_500) for n in range(12)]
    at_the_end = cancel(99, 111_000, tape[0])

    whole = events(run(tape), "stealth_accumulation")
    less = events(run([*tape, at_the_end]), "stealth_accumulation")

    assert tape[-1].ts - tape[0].ts > 60_000_000  # the window
    assert less[-1].print_count == whole[-1].print_count - 1
    assert less[-1].window_start_ts == tape[1].ts
    assert [event.reasons for event in less].count(("print_withdrawn",)) == 1


def test_a_block_leaves_its_own_zone_of_several() -> None:
    def block(seq: int, price: float) -> StampedEquityPrint:
        quote = {
            "bid_micros": round((price - 0.02) * 1e6),
            "ask_micros": round((price + 0.02) * 1e6),
        }
        return printed(seq, seq * 100, price, 2_500, **quote)

    low, high = [block(n, 499) for n in (1, 2, 3)], [block(n, 501) for n in (4, 5, 6)]

    found = events(run([*low, *high, cancel(9, 50_000, high[0])]), ZONE)

    assert [event.state for event in found] == ["opened", "opened", "withdrawn"]
    assert found[2].uid == found[1].uid


def test_a_block_that_no_zone_has_yet_is_no_part_of_the_next() -> None:
    blocks = [printed(n + 1, n * 1_000, MID, 2_500) for n in range(4)]

    found = events(run([*blocks[:2], cancel(9, 1_500, blocks[0]), *blocks[2:]]), ZONE)

    assert [(event.state, event.ts) for event in found] == [("opened", blocks[3].ts)]
    assert [member.seq for member in found[0].members] == [2, 3, 4]


def test_what_is_left_of_a_withdrawn_zone_waits_for_another() -> None:
    blocks = [printed(n + 1, n * 1_000, MID, 2_500) for n in range(4)]
    away = printed(8, 2_500, 490.0, 2_500, bid_micros=489_980_000, ask_micros=490_020_000)
    tape = [*blocks[:3], away, cancel(9, 2_600, blocks[1]), blocks[3]]

    found = events(run(tape), ZONE)

    assert [event.state for event in found] == ["opened", "withdrawn", "opened"]
    assert found[2].uid != found[0].uid
    assert [member.seq for member in found[2].members] == [1, 3, 4]


@pytest.mark.parametrize(
    ("cancelled_ms", "states", "counts"),
    [
        (60_000, ["opened", "updated", "closed"], [4, 4, 4]),  # the window empties at 63 s
        (63_000, ["opened", "updated", "closed"], [4, 4, 4]),
        (65_000, ["opened", "closed"], [4, 4]),  # without the print it was empty 2 s before
    ],
)
def test_an_episode_without_its_newest_print_ends_when_its_window_empties(
    cancelled_ms: float, states: list[str], counts: list[int]
) -> None:
    tape = [*buys(4, 1_000), printed(5, 50_000, ASK, 1_000)]
    after = printed(7, 80_000, ASK, 1_000)

    found = events(run([*tape, cancel(6, cancelled_ms, tape[4]), after]), "stealth_accumulation")

    assert ([event.state for event in found], [event.print_count for event in found]) == (
        states, counts,
    )  # fmt: skip
    *_, without, closed = found
    assert (closed.features["closed_ts"], closed.end_ts) == (at_ms(63_000), at_ms(3_000))
    assert closed.reasons[0] == "window_empty"
    told = closed if cancelled_ms > 63_000 else without
    assert "print_withdrawn" in told.reasons
    assert "cancelled or corrected" in texts(told)


def test_what_a_window_lost_before_a_cancel_has_no_part_in_the_update() -> None:
    tape = [printed(n + 1, n * 10_000, ASK, 1_500) for n in range(7)]
    sell = printed(50, 1_000, BID, 1_500)

    *_, told, closed = events(
        run([*tape, sell, cancel(99, 95_000, tape[6])]), "stealth_accumulation"
    )

    assert told.reasons == ("print_withdrawn",)
    assert (told.print_count, told.features["window_print_count"]) == (6, 2)  # 40 s and 50 s
    assert (told.features["opposite_micros"], told.features["imbalance"]) == (0, 1.0)
    # 0.3 + 0.4 x 3,000 of 6,000 shares + 0.3 x 2 of 8 prints
    assert told.confidence == 0.575
    assert closed.features["closed_ts"] == at_ms(110_000)
