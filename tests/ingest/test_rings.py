from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.events import OptionQuote
from ingest.rings import FORGET_US, KEEP_COUNT, KEEP_US, STANDS_US, QuoteRings

S = 1_000_000
MS = 1_000


def quote(ts: int, order: int | None = None) -> OptionQuote:
    return OptionQuote(ts, b"", "K", 1, 2, 1, 1, order)


def rings(*times: int, orders: dict[int, int] | None = None) -> QuoteRings:
    found = QuoteRings()
    for seq, ts in enumerate(times):
        found.add("K", quote(ts, (orders or {}).get(seq)), seq)
    return found


def seen(found: QuoteRings, ts: int, order: int | None = None) -> tuple[int | None, bool]:
    entry, same_tick = found.as_of("K", ts, order)
    return (None if entry is None else entry[1]), same_tick


def test_quote_strictly_before_is_seen() -> None:
    # quotes   0:10   1:20   2:20   3:30     print at 20 sees 0, at 21 sees 2
    found = rings(10, 20, 20, 30)
    assert seen(found, 21) == (2, False)
    assert seen(found, 20) == (0, True)
    assert seen(found, 10) == (None, True)
    assert seen(found, 5) == (None, False)


def test_the_newest_quote_is_given_whatever_its_age() -> None:
    found = rings(10, 20)
    newest = found.newest_of("K")
    assert newest is not None
    assert (newest[0], newest[1]) == (20, 1)
    assert found.newest_of("L") is None


def test_unknown_key_has_no_quote() -> None:
    assert QuoteRings().as_of("K", 5, None) == (None, False)


def test_quote_of_the_same_instant_with_a_smaller_order_is_seen() -> None:
    found = rings(10, 20, 20, 20, orders={0: 1, 1: 5, 2: 7})
    assert seen(found, 20, order=9) == (2, True)  # the one without order was passed over
    assert seen(found, 20, order=6) == (1, True)
    assert seen(found, 20, order=5) == (0, True)
    assert seen(found, 20) == (0, True)
    assert seen(rings(20, orders={0: 1}), 20, order=2) == (0, False)


#             arrival, each with its order (None: carries none)      a later print sees
@pytest.mark.parametrize(
    ("orders", "last"),
    [
        ((7, 5), 0), ((5, 7), 1), ((5, 7, 6), 1), ((7, 6, 5), 0), ((5, 5), 1),
        ((7, None), 1), ((None, 5), 1),
        ((7, None, 5), 1),  # 5 goes before 7, and the one without an order stays behind 7
    ],
)  # fmt: skip
def test_quotes_of_one_instant_stand_by_the_vendors_order(
    orders: tuple[int | None, ...], last: int
) -> None:
    found = QuoteRings()
    for seq, order in enumerate(orders):
        is_newest = found.add("K", quote(20, order), seq)
        assert is_newest is (seen(found, 21)[0] == seq)

    assert seen(found, 21) == (last, False)
    for order in (6, 7, 9):
        smaller = [(o, seq) for seq, o in enumerate(orders) if o is not None and o < order]
        assert seen(found, 20, order)[0] == (max(smaller)[1] if smaller else None)


def test_a_late_quote_finds_its_instant_and_then_its_order() -> None:
    # arrival: 20 with order 7, 30, then 20 with 5 and 20 with 9
    found = rings(20, 30, 20, 20, orders={0: 7, 1: 8, 2: 5, 3: 9})
    assert seen(found, 25) == (3, False)
    assert seen(found, 20, order=9) == (0, True)
    assert seen(found, 20, order=7) == (2, True)


def test_late_quote_finds_its_place() -> None:
    # arrival: 10, 30, 20   a print at 25 sees the one that came last
    found = rings(10, 30, 20, 20)
    assert seen(found, 25) == (3, False)
    assert seen(found, 31) == (1, False)
    assert found.newest == 30


def test_quote_stands_for_900_seconds() -> None:
    found = rings(0)
    assert seen(found, STANDS_US) == (0, False)
    assert seen(found, STANDS_US + 1) == (None, False)


def test_newest_older_than_five_seconds_stays() -> None:
    found = rings(0, 1 * S, 10 * S, 14 * S)
    assert seen(found, 9 * S) == (1, False)
    assert seen(found, 1 * S - 1) == (None, False)  # 0 went when 1 s was already older than 5 s


def test_many_quotes_in_five_seconds_keep_the_newest() -> None:
    found = rings(0, *range(10 * S, 10 * S + KEEP_COUNT + 500))
    assert seen(found, 10 * S + KEEP_COUNT + 500) == (KEEP_COUNT + 500, False)
    assert seen(found, 10 * S + 500) == (500, True)
    assert seen(found, 10 * S + 499) == (None, True)


def test_ring_is_bounded() -> None:
    found = rings(*range(0, 60 * S, 100))
    assert len(found._rings["K"]) <= KEEP_COUNT + 1


def test_contracts_unseen_for_long_are_forgotten_by_event_time() -> None:
    found = QuoteRings()
    for key in range(100):
        found.add(str(key), quote(0), key)
    found.add("K", quote(1_799 * S), 100)
    assert len(found) == 101
    found.add("K", quote(1_861 * S), 101)
    assert len(found) == 1


@pytest.mark.parametrize(("at", "kept"), [(FORGET_US, 2), (FORGET_US + 60 * S, 1)])
def test_contract_is_forgotten_after_twice_the_time_that_a_quote_stands(at: int, kept: int) -> None:
    found = rings(0)
    found.add("OTHER", quote(at), 1)
    assert len(found) == kept


def test_silence_is_measured_over_all_contracts() -> None:
    found = rings(10 * MS)
    found.add("L", quote(30 * MS), 9)
    assert found.silence_us(30 * MS) == 0
    assert found.silence_us(75 * MS) == 45 * MS
    assert QuoteRings().silence_us(5) is None


def test_silence_is_over_at_the_instant_of_a_quote() -> None:
    found = rings(1_000, 5_000, 5_400)  # the last two are of one millisecond
    assert found.silence_us(5_400) == 0
    assert found.silence_us(5_000) == 0


def test_silence_of_a_print_behind_the_feed() -> None:
    found = rings(10 * MS, 20 * MS, 20 * MS + 10, 40 * MS)
    assert found.silence_us(30 * MS) == 10 * MS  # at most one millisecond too long
    assert found.silence_us(5 * MS) is None


@given(st.lists(st.integers(0, 20 * S), max_size=60), st.integers(0, 20 * S))
def test_as_of_equals_a_scan_of_what_is_remembered(times: list[int], at: int) -> None:
    found = rings(*times)
    entry, _ = found.as_of("K", at, None)
    newest = max(times, default=0)
    earlier = [(ts, seq) for seq, ts in enumerate(times) if ts < at]
    if earlier and max(earlier)[0] > newest - KEEP_US:
        assert entry is not None
        assert entry[:2] == max(earlier)


@given(st.lists(st.integers(0, 20 * S), max_size=60))
def test_in_order_quotes_are_always_found_at_the_end(times: list[int]) -> None:
    times = sorted(times)
    assert seen(rings(*times), 30 * S)[0] == (len(times) - 1 if times else None)


@pytest.mark.parametrize("late", [20 * MS, 20 * MS + 400])
def test_a_feed_that_told_late_was_not_silent(late: int) -> None:
    # arrival: 10, 900, 20 ms   a print at 21 ms, the feed being at 900
    found = rings(10 * MS, 900 * MS, late)
    assert found.silence_us(21 * MS) == 21 * MS - late
    assert found.silence_us(19 * MS) == 9 * MS
    assert found.newest == 900 * MS


@given(st.lists(st.integers(0, 20 * S), min_size=1, max_size=60), st.integers(0, 5 * S))
def test_silence_is_at_most_a_millisecond_too_long(times: list[int], back: int) -> None:
    found = rings(*times)
    at = max(times) - back
    spoken = [ts for ts in times if ts <= at]
    silence = found.silence_us(at)
    if spoken:
        assert silence is not None
        assert 0 <= silence - (at - max(spoken)) < MS
    else:
        assert silence is None


@given(
    st.lists(st.integers(0, 20 * S) | st.integers(9 * S, 9 * S + 5 * MS), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
)
def test_what_the_feed_said_does_not_depend_on_the_order_of_its_quotes(
    times: list[int], random: Random
) -> None:
    in_order = rings(*sorted(times))
    random.shuffle(times)
    shuffled = rings(*times)

    asked = sorted({at + by for at in times for by in (-1, 0, 1)})
    assert [shuffled.silence_us(at) for at in asked] == [in_order.silence_us(at) for at in asked]
    assert shuffled.newest == in_order.newest


@pytest.mark.parametrize("count", [1, 2, 50])
def test_a_second_ring_warmed_with_the_tail_answers_alike(count: int) -> None:
    times = [k * 700 * MS for k in range(count)]
    whole = rings(*times)
    tail = QuoteRings()
    kept = list(whole._rings["K"])
    for ts, seq, _ in kept:
        tail.add("K", quote(ts), seq)
    for at in range(times[-1] - 2 * S, times[-1] + 2 * S, 100 * MS):
        assert seen(tail, at) == seen(whole, at)
