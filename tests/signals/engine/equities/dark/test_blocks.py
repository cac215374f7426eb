"""Absorbed blocks: what is one, what nearly is, and what becomes of a candidate.

t       5 s ... 15 s        30 s ... 40 s
block   first look          second look      tolerance: the spread, a tick at least
"""

from typing import Any

import pytest

from flow.domain.events import PrintFlag, StampedEquityPrint
from flow.domain.sale_condition_table import SALE_CODES
from signals.engine.equities.dark.pipeline import new_state
from signals.engine.equities.dark.records import DarkEvent
from tests.signals.engine.equities.dark.support import (
    ASK,
    MID,
    events,
    links,
    printed,
    run,
    states,
    texts,
)
from tests.support.equity_builders import at_ms, dollars, lit_print, unquoted_print


def block(ms: float = 0, size: float = 2_000, price: float = MID, **changes: Any) -> Any:
    return printed(1, ms, price, size, **changes)


def later(ms: float, moved: float = 0.0, seq: int = 9, **changes: Any) -> StampedEquityPrint:
    """Return a lit print of a quote whose mid has moved by some dollars."""
    quote = {"bid_micros": dollars(499.98 + moved), "ask_micros": dollars(500.02 + moved)}
    return lit_print(seq=seq, ts=at_ms(ms), **(quote | changes))


def ended(*entries: StampedEquityPrint, **values: Any) -> DarkEvent:
    """Return the last row of the block at T0."""
    return events(run([block(), *entries], **values), "absorbed_block")[-1]


def test_a_candidate_is_told_at_once() -> None:
    candidate = events(run([block()]))[0]

    assert (candidate.kind, candidate.state) == ("absorbed_block", "candidate")
    assert candidate.confidence == 0.7718
    assert candidate.features["spread_bps"] == 0.8
    assert candidate.features["quote_age_us"] == 100_000
    assert "consistent with a block absorbed away from the lit market" in texts(candidate)
    assert "inside a quote of 499.98 x 500.02" in texts(candidate)


@pytest.mark.parametrize(
    ("near_miss", "counter"),
    [
        (block(size=1_999), "small"),
        (block(size=1_999.999999), "small"),
        (block(price=500.0100), "window"),  # the band of the ask begins there
        (block(price=499.99), "window"),
        (block(off_exchange=False), "lit"),
        (block(bid_micros=dollars(500), ask_micros=dollars(500)), "locked"),
        (block(bid_micros=dollars(500.03)), "unquoted"),  # crossed
        (block(bid_micros=0), "unquoted"),
        (block(quote_ts=at_ms(0) - 1_000_001), "unquoted"),  # sampled and stale
        (block(exec_ts=at_ms(-10_000.001)), "late_report"),
        (block(conditions=(SALE_CODES["AveragePrice"],)), "ineligible"),
        (block(conditions=(SALE_CODES["DerivativelyPriced"],)), "ineligible"),
        (block(conditions=(SALE_CODES["PriorReferencePrice"],)), "ineligible"),
        (block(conditions=(SALE_CODES["QualifiedContingent"],)), "ineligible"),
        (block(conditions=(SALE_CODES["Cancelled"],)), "ineligible"),
        (block(bid_micros=dollars(498.749), ask_micros=dollars(501.251)), "wide"),
        (block(size=7_999, price=500.0035), "small"),  # sub-penny improvement: a quarter counts
        (block(price=0, size=10), "ineligible"),
        (unquoted_print(size_micros=5_000 * 10**6), "unquoted"),
    ],
)
def test_near_misses_open_nothing(near_miss: StampedEquityPrint, counter: str) -> None:
    state = new_state()
    rows = run([near_miss], state=state)

    assert states(rows, "absorbed_block") == []
    assert state.counters[counter] == 1
    assert sum(state.counters.values()) == 1


@pytest.mark.parametrize(
    "just_enough",
    [
        block(price=500.0099, size=8_000),
        block(price=499.9901, size=8_000),
        block(off_exchange=None),  # the venue says it
        block(exec_ts=at_ms(-10_000), quote_ts=at_ms(-10_100)),
        block(size=8_000, price=500.0035),
        block(bid_micros=dollars(498.75), ask_micros=dollars(501.25)),
        block(conditions=(SALE_CODES["Regular"], SALE_CODES["ExtendedHours"])),
    ],
)
def test_just_enough_is_a_candidate(just_enough: StampedEquityPrint) -> None:
    assert states(run([just_enough]), "absorbed_block")[:1] == ["candidate"]


def test_the_widest_spread_leaves_nothing_for_tightness() -> None:
    widest = block(bid_micros=dollars(498.75), ask_micros=dollars(501.25))

    assert events(run([widest]))[0].confidence == 0.575


def test_an_old_quote_lowers_the_confidence() -> None:
    old = block(quote_ts=at_ms(-1_000))  # sampled: at the limit half is left

    found = events(run([old]))[0]

    assert found.confidence == 0.3859
    assert "times 0.5 for the age of the quotes" in texts(found)


def test_an_improved_block_says_what_it_counts() -> None:
    found = events(run([block(size=8_000, price=500.0035)]))[0]

    assert found.confidence == 0.7718  # as 2,000 shares
    assert found.features["improved_count"] == 1
    assert "1 print shows sub-penny price improvement" in texts(found)
    assert "each counts 25 % of its size" in texts(found)


def test_a_block_of_a_feed_without_conditions_is_worth_less_and_says_so() -> None:
    untold = int(PrintFlag.CONDITIONS_UNKNOWN)
    blind = block(flags=untold, conditions=())
    told = block(flags=untold, conditions=(SALE_CODES["Regular"],))

    found, other = events(run([blind]))[0], events(run([told]))[0]

    assert (found.features["untold_count"], other.features["untold_count"]) == (1, 0)
    assert found.confidence == round(0.7 * other.confidence, 6)
    assert "cannot be told apart; each counts 70 % in the confidence" in texts(found)
    assert "times 0.7 for the age of the quotes and untold sale conditions" in texts(found)
    assert "untold" not in texts(other)


@pytest.mark.parametrize(
    ("first_ms", "second_ms", "state"),
    [
        (5_000, 30_000, "confirmed"),
        (15_000, 40_000, "confirmed"),
        (4_999.999, 30_000, "unconfirmed"),
        (15_000.001, 30_000, "unconfirmed"),
        (5_000, 29_999.999, "unconfirmed"),
        (5_000, 40_000.001, "unconfirmed"),
    ],
)
def test_both_looks_need_a_print_in_their_time(
    first_ms: float, second_ms: float, state: str
) -> None:
    found = ended(later(first_ms), later(second_ms))

    assert found.state == state
    assert found.reasons == (() if state == "confirmed" else ("no_print",))


def test_nobody_told_the_mid() -> None:
    found = ended()

    assert (found.state, found.rev, found.end_ts) == ("unconfirmed", 1, at_ms(40_000))
    assert found.mid_end_micros is None
    assert [check["held"] for check in found.features["checks"]] == [None, None]
    assert "No print told the mid between 5 s and 15 s later." in texts(found)
    assert "No print told the mid between 30 s and 40 s later." in texts(found)


@pytest.mark.parametrize(
    ("moved", "state"), [(0.04, "confirmed"), (-0.04, "confirmed"), (0.0401, "rejected")]
)
def test_the_mid_may_move_by_the_spread(moved: float, state: str) -> None:
    assert ended(later(5_000), later(30_000, moved)).state == state


def test_a_mid_that_moved_early_rejects_at_once() -> None:
    found = ended(later(6_000, -0.05), later(30_000))

    assert (found.state, found.rev, found.end_ts) == ("rejected", 1, at_ms(6_000))
    assert found.reasons == ("mid_moved",)
    assert found.impact_bps == -1.0
    (check,) = found.features["checks"]
    assert (check["after_ms"], check["held"], check["moved_bps"]) == (5_000, False, -1.0)
    assert (
        "6 s later, at the first print from 5 s on, the mid had moved -1.0 bps, beyond 0.04"
        in texts(found)
    )
    assert "consistent with" not in texts(found)


def test_a_missing_first_look_does_not_save_a_mid_that_moved() -> None:
    found = ended(later(31_000, 1.0))

    assert found.state == "rejected"
    assert [check["after_ms"] for check in found.features["checks"]] == [30_000]


@pytest.mark.parametrize(("moved", "state"), [(0.01, "confirmed"), (0.0101, "rejected")])
def test_a_tick_is_always_allowed(moved: float, state: str) -> None:
    found = ended(later(5_000, moved), later(30_000), dark_check_max_spreads=0)

    assert found.state == state


def test_only_a_usable_mid_is_looked_at() -> None:
    crossed = later(5_000, bid_micros=dollars(500.03))
    stale = later(5_100, 9.0, quote_ts=at_ms(0))
    reported_late = later(5_200, 9.0, exec_ts=at_ms(-6_000))
    executed_before = later(5_300, 9.0, exec_ts=at_ms(4_000))
    other_symbol = later(5_400, 9.0, symbol="QQQ")
    locked = later(5_500, bid_micros=dollars(500.01), ask_micros=dollars(500.01))

    found = ended(
        crossed, stale, reported_late, executed_before, other_symbol, locked, later(30_000)
    )

    assert found.state == "confirmed"
    assert [check["ts"] for check in found.features["checks"]] == [at_ms(5_500), at_ms(30_000)]


def test_the_first_print_of_two_decides() -> None:
    assert ended(later(5_000, seq=2), later(5_000, 9.0, seq=3), later(30_000)).state == "confirmed"


def test_looks_may_be_one_and_the_same() -> None:
    same = {"dark_check_first_ms": 5_000, "dark_check_second_ms": 5_000}

    assert ended(later(5_000), **same).state == "confirmed"


def test_one_print_may_serve_both_looks() -> None:
    found_rows = run([block(), later(31_000)], dark_check_wait_ms=60_000)
    found = events(found_rows, "absorbed_block")[-1]

    assert found.state == "confirmed"
    checks = [link for link in links(found_rows, found) if link.role == "check"]
    assert len(checks) == 1  # one arrow, though looked at twice


def test_drift_is_the_move_of_the_ten_seconds_before() -> None:
    before = [later(-20_000, -9, seq=2), later(-10_000, -0.05, seq=3), later(-9_999, -7, seq=4)]
    candidate = events(run([*before, block()]))[0]

    assert candidate.features["quote_drift_bps"] == 1.0001
    assert "In the 10 s before, the mid moved +1.0 bps." in texts(candidate)


@pytest.mark.parametrize("ms", [-20_000.001, -9_999.999])
def test_drift_is_unknown_without_a_mid_then(ms: float) -> None:
    candidate = events(run([later(ms), block()]))[0]

    assert candidate.features["quote_drift_bps"] is None
    assert "How the mid moved in the 10 s before is not known." in texts(candidate)


def mid_at(seq: int, ms: float, mid: float, executed_ms: float | None = None) -> Any:
    """Return a small print with the quote of its execution, where that is told."""
    at = ms if executed_ms is None else executed_ms
    quote = {"bid_micros": dollars(mid - 0.02), "ask_micros": dollars(mid + 0.02)}
    exec_ts = None if executed_ms is None else at_ms(executed_ms)
    return printed(seq, ms, mid, 100, exec_ts=exec_ts, quote_ts=at_ms(at - 100), **quote)


def test_a_mid_belongs_to_the_instant_of_its_quote() -> None:
    # The mid went from 500 to 505 at 6 s; a report of 10 s tells of an execution at 1 s.
    before = [mid_at(1, 0, 500), mid_at(2, 6_000, 505), mid_at(3, 10_000, 500, executed_ms=1_000)]
    later_block = printed(
        4, 20_000, 505, 3_000, bid_micros=dollars(504.98), ask_micros=dollars(505.02)
    )

    assert events(run([*before, later_block]))[0].features["quote_drift_bps"] == 0.0


def test_a_block_reported_late_drifted_before_its_execution() -> None:
    before = [mid_at(1, -30_000, 500), mid_at(2, -19_000, 505), mid_at(3, -6_000, 510)]
    late = printed(
        4, 0, 505, 3_000, bid_micros=dollars(504.98), ask_micros=dollars(505.02),
        exec_ts=at_ms(-10_000), quote_ts=at_ms(-10_100),
    )  # fmt: skip

    # 10 s before its execution the mid was 500, 10 s before its report 505
    assert events(run([*before, late]))[0].features["quote_drift_bps"] == 100.0


def test_two_blocks_are_two_events() -> None:
    rows = run([block(), printed(2, 6_000, MID, 5_000), later(11_000, seq=3)])
    candidates = [event for event in events(rows) if event.state == "candidate"]

    assert len({event.uid for event in candidates}) == 2


def test_a_block_among_prints_at_the_ask_joins_no_window() -> None:
    assert states(run([block(), *(printed(n, n, ASK, 999) for n in (2, 3, 4))])) == [
        "candidate",
        "unconfirmed",
    ]


def test_blocks_of_one_instant_are_given_up_whatever_their_identities() -> None:
    blocks = [printed(seq, 0, MID, 2_000) for seq in range(1, 7)]

    found = events(run(blocks), "absorbed_block")

    assert len({event.uid for event in found}) == 6
    assert sorted(event.state for event in found) == ["candidate"] * 6 + ["unconfirmed"] * 6
