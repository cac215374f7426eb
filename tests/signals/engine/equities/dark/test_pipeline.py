"""The step: lateness, the watermark, control entries, and what the state can be asked.

clock entry c: prints up to c - 5 s are taken, in the order of (ts, seq)
"""

from typing import Any

import pytest

from flow.domain.events import Control
from signals.engine.equities.dark.pipeline import new_state, step
from signals.engine.params import Params
from tests.signals.engine.equities.dark.support import (
    ASK,
    MID,
    content,
    events,
    printed,
    run,
    states,
)
from tests.support.equity_builders import (
    TRADE_DATE,
    at_ms,
    clock,
    lit_print,
    session_close,
    tuning,
)

PARAMS = Params()


def block(seq: int, ms: float, **changes: Any) -> Any:
    return printed(seq, ms, MID, 2_000, **changes)


def test_a_print_waits_until_its_lateness_has_passed() -> None:
    state = new_state()

    assert step(state, [block(1, 0), clock(2, at_ms(4_999.999))], PARAMS) == []
    rows = step(state, [clock(3, at_ms(5_000))], PARAMS)

    assert states(rows) == ["candidate"]
    assert {row.cause_seq for row in rows} == {3}
    assert [row.ordinal for row in events(rows)] == [0]


def test_prints_alone_move_nothing() -> None:
    assert step(new_state(), [block(1, 0), lit_print(seq=2, ts=at_ms(90_000))], PARAMS) == []


@pytest.mark.parametrize(("ms", "late"), [(0, 1), (0.001, 0)])
def test_what_comes_after_its_lateness_is_counted_and_not_used(ms: float, late: int) -> None:
    state = new_state()

    rows = run([clock(1, at_ms(5_000)), block(2, ms)], state=state)

    assert state.counters["late"] == late
    assert states(rows)[:1] == ([] if late else ["candidate"])


def test_lateness_is_a_threshold() -> None:
    rows = step(
        new_state(), [block(1, 0), clock(2, at_ms(0))], Params.from_values({"dark_lateness_ms": 0})
    )

    assert states(rows) == ["candidate"]


def test_the_watermark_never_goes_back() -> None:
    state = new_state()

    run([clock(1, at_ms(9_000)), clock(2, at_ms(100)), block(3, 3_000)], state=state)

    assert state.counters["late"] == 1


def test_prints_of_one_instant_are_taken_by_position() -> None:
    prints = [printed(n, 0, ASK, 700 + n) for n in (1, 2, 3, 4, 5)]

    opened = events(run(prints, dark_min_accum_size=2_800))[0]

    assert [member.seq for member in opened.members] == [1, 2, 3, 4]


def test_arrival_out_of_order_is_put_in_order() -> None:
    prints = [printed(n, 1_000 * n, ASK, 750) for n in range(1, 7)]
    shuffled = [prints[n] for n in (3, 0, 5, 1, 4, 2)]

    assert content(run(shuffled)) == content(run(prints))


def test_timers_and_prints_alternate_in_event_time() -> None:
    rows = run([block(1, 0), *(printed(n, 41_000 + n, ASK, 750) for n in (2, 3, 4, 5))])

    # The block's wait ended at 40 s, before the episode opened, though one clock told both.
    assert states(rows) == ["candidate", "unconfirmed", "opened", "closed"]


def test_the_close_of_the_session_settles_what_waits() -> None:
    prints = [block(1, 0), *(printed(n, n, ASK, 750) for n in (2, 3, 4, 5))]

    closed = step(new_state(), [*prints, session_close(9, at_ms(10))], PARAMS, 1)

    assert states(closed) == ["candidate", "opened", "unconfirmed", "closed"]
    assert content(closed) == content(run(prints))


def test_tuning_takes_effect_from_its_place_in_the_log() -> None:
    entries = [block(1, 0), tuning(2, 7, dark_min_block_size=2_001), block(3, 1)]

    candidates = [event for event in events(run(entries)) if event.state == "candidate"]

    assert [(e.ts, e.tuning_revision) for e in candidates] == [(at_ms(0), 1)]


def test_the_uid_depends_on_the_digest_of_the_tuning() -> None:
    plain = events(run([block(1, 0)]))[0]
    other = events(run([block(1, 0)], dark_min_accum_count=9))[0]

    assert plain.uid != other.uid
    assert plain.ts == other.ts


@pytest.mark.parametrize(
    "payload", [{}, {"revision": 2}, {"revision": 2, "values": {"dark_window_ms": -1}}]
)
def test_a_broken_tuning_entry_changes_nothing_and_is_counted(payload: dict[str, Any]) -> None:
    state = new_state()

    run([Control(1, "tuning", 0, payload), block(2, 0)], state=state)

    assert state.counters["tuning_rejected"] == 1
    assert state.rulings.current == 1


def test_a_pinned_state_ignores_tuning() -> None:
    state = new_state(pinned=True)

    rows = run([tuning(1, 7, dark_min_block_size=9_999), block(2, 0)], state=state)

    assert {event.tuning_revision for event in events(rows)} == {1}
    assert state.counters["tuning_rejected"] == 0


def test_other_entries_do_nothing() -> None:
    entries = [Control(1, kind, at_ms(9_000)) for kind in ("gap", "halt", "calendar")]

    assert step(new_state(), [block(9, 0), *entries], PARAMS) == []


def test_what_a_feed_shows_of_the_off_exchange_market() -> None:
    state = new_state()
    assert state.sees_off_exchange is None
    run([lit_print()], state=state)
    assert state.sees_off_exchange is None
    step(state, [Control(5, "capability", 0, {"off_exchange": False})], PARAMS)
    assert state.sees_off_exchange is False
    step(state, [Control(6, "capability", 0, {"off_exchange": "perhaps"})], PARAMS)
    assert state.sees_off_exchange is False
    seen = new_state(off_exchange=False)
    run([printed(1, 0, ASK, 1)], state=seen)
    assert seen.sees_off_exchange is True


@pytest.mark.parametrize(
    ("venue", "flag", "counter"),
    [
        (150, None, "window"),
        (110, None, "lit"),
        (155, None, "window"),
        (0, None, "unknown"),  # not stated: neither off exchange nor lit
        (110, True, "window"),
        (150, False, "lit"),
    ],
)
def test_the_flag_decides_and_the_venue_where_there_is_none(
    venue: int, flag: bool | None, counter: str
) -> None:
    state = new_state()

    run([printed(1, 0, ASK, venue=venue, off_exchange=flag)], state=state)

    assert state.counters[counter] == 1


@pytest.mark.parametrize(("days", "kept"), [(60, {"SPY", "QQQ"}), (61, {"QQQ"})])
def test_symbols_that_nobody_trades_are_forgotten(days: int, kept: set[str]) -> None:
    state = new_state()
    later = lit_print(
        seq=9, ts=at_ms(86_400_000 * days), symbol="QQQ", session_date=TRADE_DATE + days
    )

    run([block(1, 0), later], state=state)

    assert set(state.symbols) == kept


def test_a_symbol_with_something_open_is_not_forgotten() -> None:
    # Trade dates may leap where the clock does not: a file with a wrong calendar.
    state = new_state()
    leap = lit_print(seq=9, ts=at_ms(1), symbol="QQQ", session_date=TRADE_DATE + 400)

    rows = run([block(1, 0), leap], state=state)

    assert states(rows) == ["candidate", "unconfirmed"]


def test_mids_are_kept_for_as_long_as_they_are_asked_for() -> None:
    state = new_state()
    run([lit_print(seq=n, ts=at_ms(1_000 * n)) for n in range(200)], state=state)
    assert len(state.symbols["SPY"].mids) <= 62

    later = lit_print(seq=999, ts=at_ms(10**8), symbol="QQQ", session_date=TRADE_DATE + 1)
    step(state, [later, clock(1_000, at_ms(10**11))], PARAMS)

    assert len(state.symbols["SPY"].mids) <= 62  # the watermark had passed it: it was late
