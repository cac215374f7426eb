"""Accumulation and distribution: when they open, go on, turn, and end; what nearly opens one.

window 60 s, inclusive: a print exactly that old still counts
"""

from typing import Any

import pytest

from flow.domain.events import Control, PrintFlag, StampedEquityPrint
from signals.engine.equities.dark.pipeline import new_state
from tests.signals.engine.equities.dark.support import (
    ASK,
    BID,
    events,
    links,
    printed,
    run,
    states,
    texts,
)
from tests.support.equity_builders import at_ms, dollars

KINDS = pytest.mark.parametrize(
    ("kind", "price"), [("stealth_accumulation", ASK), ("distribution", BID)]
)


def four(price: float = ASK, sizes: tuple[float, ...] = (750,) * 4, **changes: Any) -> list[Any]:
    """Return prints of one side, a second apart, from T0 on."""
    return [
        printed(n, 1_000 * n, price, size, **changes) for n, size in enumerate(sizes, 1)
    ]  # fmt: skip


@KINDS
def test_just_enough_opens(kind: str, price: float) -> None:
    opened = events(run(four(price)), kind)[0]

    assert (opened.state, opened.ts, opened.window_start_ts) == (
        "opened",
        at_ms(4_000),
        at_ms(1_000),
    )
    assert opened.confidence == 0.65  # 0.3 + 0.4 x 3,000/6,000 + 0.3 x 4/8
    assert opened.direction == ("bullish" if price == ASK else "bearish")
    assert opened.vwap_micros == dollars(price)
    assert f"consistent with {kind.removeprefix('stealth_')}" in texts(opened)


@KINDS
@pytest.mark.parametrize(
    "sizes",
    [
        (750, 750, 750, 749.999999),
        (1_000, 1_000, 1_000),
        (1_500, 1_500, 199, 199),
        (200, 200, 200, 200),
    ],
)
def test_too_little_opens_nothing(kind: str, price: float, sizes: tuple[float, ...]) -> None:
    assert states(run(four(price, sizes)), kind) == []


@KINDS
@pytest.mark.parametrize(("last_ms", "told"), [(61_000, ["opened", "closed"]), (61_000.001, [])])
def test_the_window_is_inclusive(kind: str, price: float, last_ms: float, told: list[str]) -> None:
    rows = run([*four(price)[:3], printed(4, last_ms, price, 750)])

    assert states(rows, kind) == told


@KINDS
@pytest.mark.parametrize(
    ("size", "told"),
    # 3,000 against 2,000 is 0.6; against a micro-share more it is less
    [(2_000, ["opened", "closed"]), (2_000.000001, ["abstained"])],
)
def test_a_side_needs_three_fifths(kind: str, price: float, size: float, told: list[str]) -> None:
    against = printed(9, 500, BID if price == ASK else ASK, size)

    rows = run([against, *four(price)])

    assert states(rows, kind) == told


def test_an_abstention_is_told_once_until_the_window_empties() -> None:
    against = printed(20, 500, BID, 9_000)
    more = [printed(n, 1_000 * n, ASK, 750) for n in (5, 6)]
    again = [printed(30, 70_000, BID, 9_000)]
    again += [printed(30 + n, 70_000 + n, ASK, 750) for n in (1, 2, 3, 4)]
    state = new_state()

    rows = run([against, *four(), *more, *again], state=state)

    told = events(rows, "stealth_accumulation")
    assert [(e.state, e.ts) for e in told] == [
        ("abstained", at_ms(4_000)),
        ("abstained", at_ms(70_004)),
    ]
    assert len({event.uid for event in told}) == 2
    assert (told[0].confidence, told[0].reasons) == (0.0, ("two_sided",))
    assert "two-sided, so no direction is told" in texts(told[0])
    assert told[0].direction == "neutral"
    assert "consistent with" not in texts(told[0])
    assert state.counters["two_sided"] == 4
    assert [link.ref_seq for link in links(rows, told[0]) if link.role == "member"] == [1, 2, 3, 4]


def test_an_abstention_may_still_become_an_episode() -> None:
    against = printed(20, 500, BID, 2_100)
    rows = run([against, *four(), printed(5, 5_000, ASK, 750)])

    assert states(rows, "stealth_accumulation") == ["abstained", "opened", "closed"]


def test_updates_need_half_the_count_and_a_quarter_more() -> None:
    rows = run([printed(n, 1_000 * n, ASK, 750) for n in range(1, 25)])
    told = events(rows, "stealth_accumulation")

    # +2 of 4, +2 of 6, +2 of 8, +3 of 10 (a quarter is 2.5), +4 of 13, +5 of 17
    assert [e.print_count for e in told] == [4, 6, 8, 10, 13, 17, 22, 24]
    assert [e.state for e in told] == ["opened", *["updated"] * 6, "closed"]
    assert [e.rev for e in told] == list(range(8))


def test_an_odd_count_is_halved_upwards() -> None:
    prints = [printed(n, 1_000 * n, ASK, 750) for n in range(1, 9)]

    told = events(run(prints, dark_min_accum_count=5, dark_update_growth=0.0))

    assert [e.print_count for e in told] == [5, 8, 8]  # 2 new are not 2.5


def test_no_update_while_the_other_side_has_caught_up() -> None:
    against = [printed(20 + n, 4_000 + n, BID, 2_000) for n in (1, 2)]
    more = [printed(n, 5_000 + n, ASK, 750) for n in (5, 6)]

    told = events(run([*four(), *against, *more]), "stealth_accumulation")

    assert [e.state for e in told] == ["opened", "closed"]
    assert told[-1].features["two_sided_count"] == 3  # at the second sell, and at both buys
    assert (told[-1].print_count, told[-1].evidence_total) == (6, 6)


def test_an_episode_ends_and_another_begins_from_new_prints_only() -> None:
    again = [printed(10 + n, 64_000 + n, ASK, 750) for n in (1, 2, 3, 4)]
    told = events(run([*four(), *again]), "stealth_accumulation")

    assert [e.state for e in told] == ["opened", "closed", "opened", "closed"]
    assert told[2].uid != told[0].uid
    assert [m.seq for m in told[2].members] == [11, 12, 13, 14]


def test_a_print_at_the_last_instant_keeps_the_episode_open() -> None:
    told = events(run([*four(), printed(9, 64_000, ASK, 750)]), "stealth_accumulation")

    assert [e.state for e in told] == ["opened", "closed"]
    assert told[-1].features["closed_ts"] == at_ms(124_000)


def test_a_trickle_lapses() -> None:
    # one print every 50 s keeps the window from emptying, but from 104 s on nothing is enough
    trickle = [printed(10 + n, 4_000 + 50_000 * n, ASK, 200) for n in range(1, 9)]

    told = events(run([*four(), *trickle]), "stealth_accumulation")

    closed = told[-1]
    assert [e.state for e in told] == ["opened", "closed"]
    assert closed.reasons == ("lapsed",)
    assert closed.features["closed_ts"] == at_ms(174_000)
    assert closed.end_ts == at_ms(154_000)
    assert "Closed: size and side were last enough 120 s before." in texts(closed)


def test_what_a_lapsed_episode_told_still_stands_against_the_other_side() -> None:
    """Both sides trade alike for two minutes: no side may look alone once the first has lapsed."""
    both = [
        printed(10 + 2 * n + side, 6_000 + 2_000 * n + side, (ASK, BID)[side], 800)
        for n in range(87)
        for side in (0, 1)
    ]

    rows = run([*four(sizes=(1_000,) * 4), *both])

    assert states(rows, "distribution") == ["abstained"]
    *_, closed, last = events(rows, "stealth_accumulation")
    assert (closed.state, closed.reasons) == ("closed", ("lapsed",))
    # The window still holds 27 buys of the ended episode and 4 since, against 30 sells.
    assert (last.state, last.features["window_print_count"]) == ("abstained", 4)
    assert last.features["window_micros"] == 31 * 800 * 10**6
    assert last.features["opposite_micros"] == 30 * 800 * 10**6


def test_both_sides_of_one_symbol_are_judged_apart() -> None:
    sells = [printed(10 + n, 90_000 + n, BID, 750) for n in (1, 2, 3, 4)]

    rows = run([*four(), *sells])

    assert states(rows, "stealth_accumulation") == ["opened", "closed"]
    assert states(rows, "distribution") == ["opened", "closed"]


def test_symbols_are_judged_apart() -> None:
    mixed = [
        printed(n, 1_000 * n, ASK, 750, symbol=("SPY", "QQQ")[n % 2]) for n in range(1, 9)
    ]  # fmt: skip

    opened = [event for event in events(run(mixed)) if event.state == "opened"]

    assert {event.symbol for event in opened} == {"SPY", "QQQ"}


@pytest.mark.parametrize(
    ("count", "told"), [(15, []), (16, ["opened", "closed"])]
)  # a quarter of each counts
def test_prints_of_retail_brokers_count_a_quarter(count: int, told: list[str]) -> None:
    retail = [printed(n, n, 500.0199, 900) for n in range(1, count + 1)]

    rows = run(retail)

    assert states(rows) == told
    if told:
        opened = events(rows)[0]
        assert opened.features["improved_count"] == 16
        assert opened.features["window_micros"] == 16 * 225 * 10**6
        assert opened.confidence == 0.69  # 0.3 + 0.4 x 3,600/6,000 + 0.3 x 4/8
        assert "16 prints show sub-penny price improvement" in texts(opened)


def test_an_episode_says_at_its_end_too_how_many_conditions_were_untold() -> None:
    tape = [
        printed(n, n, ASK, 900, conditions=(), flags=int(PrintFlag.CONDITIONS_UNKNOWN) * (n < 3))
        for n in range(1, 9)
    ]

    opened, *_, closed = events(run(tape))

    assert opened.features["untold_count"] == closed.features["untold_count"] == 2
    assert "2 prints came from a feed that tells no sale conditions" in texts(closed)


def test_a_weight_of_nothing_leaves_them_out() -> None:
    retail = [printed(n, n, 500.0199, 900) for n in range(1, 30)]

    assert states(run(retail, dark_retail_weight=0.0)) == []


def test_locked_markets_take_no_side() -> None:
    locked = four(500.03, bid_micros=dollars(500), ask_micros=dollars(500))
    state = new_state()

    assert states(run(locked, state=state)) == []
    assert state.counters["locked"] == 4


def test_old_quotes_lower_the_confidence_of_an_episode() -> None:
    opened = events(run([printed(n, n, ASK, 750, quote_ts=at_ms(n - 550)) for n in range(4)]))[0]

    assert opened.confidence == 0.4875  # 0.65 x 0.75


def test_a_duplicate_counts_once() -> None:
    prints = four()[:3]
    again = printed(7, 3_500, ASK, 750, uid=prints[0].uid)
    state = new_state()

    assert states(run([*prints, again], state=state)) == []
    assert state.counters["duplicate"] == 1


def test_a_uid_beyond_the_window_is_another_print() -> None:
    first = printed(1, 0, ASK, 750)
    state = new_state()
    later = [printed(n, 60_000.001 * n, ASK, 750, uid=first.uid) for n in (1, 2, 3)]

    run([first, *later], state=state)

    assert state.counters["duplicate"] == 0
    assert state.counters["window"] == 4
    assert len(state.symbols["SPY"].seen) == 1


def test_an_episode_keeps_the_revision_of_its_opening() -> None:
    prints: list[StampedEquityPrint | Control] = list(four())
    harder = Control(50, "tuning", 0, {"revision": 2, "values": {"dark_min_print_size": 10_000}})
    more = [printed(100 + n, 5_000 + n, ASK, 750) for n in (1, 2)]
    again = [printed(200 + n, 70_000 + n, ASK, 10_000) for n in (1, 2, 3, 4)]

    told = events(run([*prints, harder, *more, *again]), "stealth_accumulation")

    # The prints of 750 still count: the episode was opened under revision 1.
    assert [(e.state, e.tuning_revision) for e in told] == [
        ("opened", 1),
        ("updated", 1),
        ("closed", 1),
        ("opened", 2),
        ("closed", 2),
    ]
    assert told[0].uid != told[3].uid


def test_only_the_largest_and_the_newest_are_kept() -> None:
    sizes = [750 + n for n in range(30)]
    prints = [printed(n, n, ASK, size) for n, size in enumerate(sizes)]
    prints.append(printed(99, 99, ASK, 300))

    rows = run(prints, dark_max_evidence=5)
    closed = events(rows)[-1]

    assert (closed.evidence_total, closed.print_count) == (31, 31)
    assert [member.seq for member in closed.members] == [25, 26, 27, 28, 29, 99]
    assert [link.role for link in links(rows, closed)] == ["member"] * 6 + ["quote"] * 6


def test_the_mid_is_followed_from_the_first_to_the_newest() -> None:
    moved = {"bid_micros": dollars(500.98), "ask_micros": dollars(501.02)}
    opened = events(run([*four()[:3], printed(4, 4_000, 501.02, 750, **moved)]))[0]

    assert (opened.mid_start_micros, opened.mid_end_micros) == (dollars(500), dollars(501))
    assert opened.impact_bps == 20.0
    assert "The mid went from 500.00 to 501.00, +20.0 bps." in texts(opened)
