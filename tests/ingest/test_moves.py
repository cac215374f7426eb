from statistics import pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.moves import EXACT_A_SECOND, KEEP_US, LONG_US, MEMORY_US, SHORT_US, SLOT_US, Moves

S = 1_000_000
SHORT, LONG = 0, 1
OPEN = ("regular", 1)


def moves(
    quotes: list[tuple[float, int | None]], session: object = OPEN, max_age_us: int | None = None
) -> Moves:
    """Build from (seconds, doubled mid)."""
    found = Moves(int(quotes[0][0] * S), max_age_us)
    for second, mid2 in quotes:
        found.quote(int(second * S), mid2, session)
    return found


def move(found: Moves, ts: int, mid2: int, which: int) -> float | None:
    """Return the move of 60 s or of 300 s."""
    return found.at(ts, mid2)[which]


def z(found: Moves, ts: int) -> float | None:
    return found.at(ts, 2_025)[2]


def test_move_over_a_minute_golden() -> None:
    found = moves([(0, 200), (30, 202), (100, 204)])
    assert move(found, 100 * S, 204, SHORT) == 2 / 202 * 10_000.0
    assert move(found, 89 * S, 204, SHORT) == 4 / 200 * 10_000.0
    assert move(found, 90 * S, 204, SHORT) == 4 / 200 * 10_000.0  # 202 came at, not before, 30 s
    assert move(found, 91 * S, 204, SHORT) == 2 / 202 * 10_000.0


def test_quiet_symbol_keeps_its_standing_mid() -> None:
    found = moves([(0, 200), (1, 202)])
    assert move(found, 400 * S, 202, LONG) == 0.0


def test_no_move_before_the_first_quote_or_beyond_memory() -> None:
    found = moves([(100, 200), (101, 202), (500, 204)])
    assert move(found, 120 * S, 200, SHORT) is None
    assert move(found, 155 * S, 200, SHORT) is None  # 95 s: before anything stood
    assert move(found, 520 * S, 204, LONG) == 2 / 202 * 10_000.0
    assert move(moves([(0, 200), (10, 200)]), 2_000 * S, 200, SHORT) is None


def test_sample_stands_no_longer_than_its_age_allows() -> None:
    quotes: list[tuple[float, int | None]] = [(0, 200), (10, 202), (10.5, 204), (70, 206)]
    sampled = moves(quotes, max_age_us=S)

    assert move(sampled, 70 * S, 206, SHORT) is None  # 202 came at, not before, 10 s
    assert move(sampled, 71 * S, 206, SHORT) == 2 / 204 * 10_000.0
    assert move(sampled, 72 * S, 206, SHORT) is None  # 1.5 s old by then
    assert move(moves(quotes), 72 * S, 206, SHORT) == 2 / 204 * 10_000.0


def test_newest_sample_grows_old_like_the_others() -> None:
    sampled = moves([(0, 200), (10, 202)], max_age_us=S)

    assert move(sampled, 71 * S, 204, SHORT) == 2 / 202 * 10_000.0
    assert move(sampled, 72 * S, 204, SHORT) is None


def test_samples_that_stand_no_more_make_no_deviation() -> None:
    assert z(moves(walk(3_600)), 3_600 * S) is not None
    # Of the samples every seventh stands; the last move of five minutes does.
    assert z(moves(walk(3_600), max_age_us=S), 3_594 * S) is None


def test_one_sided_quote_leaves_no_mid() -> None:
    found = moves([(0, 200), (10, None), (20, 202), (100, 204)])
    assert move(found, 75 * S, 204, SHORT) is None  # at 15 s no mid stood
    assert move(found, 85 * S, 204, SHORT) == 2 / 202 * 10_000.0


def test_a_gap_of_more_than_fifteen_minutes_starts_over() -> None:
    found = moves([(0, 200), (1_000, 300), (1_010, 302)])
    assert move(found, 1_030 * S, 302, SHORT) is None
    assert move(found, 1_065 * S, 302, SHORT) == 2 / 300 * 10_000.0


@pytest.mark.parametrize("late", [20 * S, 99 * S, 100 * S - 1])
def test_late_quote_changes_nothing(late: int) -> None:
    quotes: list[tuple[float, int | None]] = [(0, 200), (30, 202), (100, 204)]
    found, behind = moves(quotes), moves(quotes)
    behind.quote(late, 999, OPEN)
    for ts in (90 * S + 1, 100 * S, 155 * S, 160 * S, 161 * S):
        assert found.at(ts, 204) == behind.at(ts, 204)


# 450.00 until 60.5 s before the print, 454.50 since: the minute before the print was quiet.
@pytest.mark.parametrize("back", [60.5, 60.000001])
def test_the_minute_is_looked_back_to_the_instant(back: float) -> None:
    found = Moves(0, None)
    for ts, mid2 in ((100 * S, 900), (200_900_000 - round(back * S), 909), (200_700_000, 909)):
        found.quote(ts, mid2, OPEN)

    assert move(found, 200_900_000, 909, SHORT) == 0.0
    assert move(found, 200_900_000 - round((back - 60) * S), 909, SHORT) == 100.0


def walk(seconds: int) -> list[tuple[float, int | None]]:
    return [(float(s), 2_000 + (s * 7919) % 101) for s in range(0, seconds, 7)]


def test_z_needs_twenty_samples_inside_the_session() -> None:
    # no mid stood before 0 s, so the first sample is at minute 6 and the twentieth at minute 25
    assert z(moves(walk(25 * 60 - 7)), 25 * 60 * S) is None
    assert z(moves(walk(25 * 60 + 14)), 26 * 60 * S) is not None


def test_z_is_the_move_over_the_deviation_of_the_samples() -> None:
    quotes = walk(3_600)
    _, long, found, *_ = moves(quotes).at(3_600 * S, 2_025)

    def standing(second: int) -> int:
        return [mid2 for at, mid2 in quotes if at < second and mid2 is not None][-1]

    minutes = [m * 60 for m in range(6, 60)]
    samples = [(standing(m) - standing(m - 300)) / standing(m - 300) * 10_000 for m in minutes]
    assert found is not None
    assert long is not None
    assert abs(found - long / pstdev(samples)) < 1e-9


def test_z_is_missing_without_a_move_or_without_variation() -> None:
    flat = moves([(float(s), 200) for s in range(0, 3_600, 5)])
    assert flat.at(3_600 * S, 202)[1:3] == (100.0, None)
    assert moves(walk(3_600)).at(6_000 * S, 200)[:3] == (None, None, None)


def test_a_new_session_forgets_the_samples() -> None:
    found = moves(walk(3_600))
    found.quote(3_599 * S, 2_000, ("post", 1))
    assert z(found, 3_600 * S) is None


def test_a_sample_does_not_reach_into_the_session_before() -> None:
    # 20 minutes of a session that begins at 300.2 s: the sample of minute 10 would begin before it
    found = Moves(0, None)
    for second in range(0, 300, 7):
        found.quote(second * S, 1_000, ("pre", 1))
    for second in range(300, 30 * 60 + 20, 7):
        found.quote(second * S + 200_000, 2_000 + second * 7919 % 101, OPEN)
        if second < 30 * 60:
            assert z(found, (second + 1) * S) is None
    assert z(found, 30 * 60 * S + 20 * S) is not None


Quote = tuple[int, int | None]


def stood(quotes: list[Quote], at: int, max_age_us: int) -> int | None:
    """Return the mid of the last quote before an instant, out of all quotes."""
    last = max(ts for ts, _ in quotes)
    before = [(ts, mid2) for ts, mid2 in quotes if ts < at]
    if not before or at <= last - KEEP_US or at - before[-1][0] > max_age_us:
        return None
    return before[-1][1]


gaps = st.sampled_from([0, 0, 1, 40_000, 999_999, S, S + 1, 59 * S, 60 * S, 240 * S, 901 * S])
mids = st.none() | st.integers(1, 4)


@pytest.mark.parametrize("max_age_us", [None, S])
@given(
    st.lists(st.tuples(gaps | st.integers(0, 70 * S), mids, st.booleans()), min_size=1),
    st.integers(0, 62 * S),
)
def test_moves_are_those_of_a_scan_of_all_quotes(
    max_age_us: int | None, steps: list[tuple[int, int | None, bool]], after: int
) -> None:
    at, quotes = 1_000 * S, list[Quote]()
    found = Moves(at, max_age_us)
    for gap, mid2, is_late in steps:
        at += gap
        found.quote(at, mid2, OPEN)
        quotes.append((at, mid2))
        if is_late:
            found.quote(at - 1, 99, OPEN)
    asked = {ts + back for ts, _ in quotes for back in (-1, 0, 1)}
    asked |= {ts + back + by for ts, _ in quotes for back in (SHORT_US, LONG_US) for by in (0, 1)}

    for ts in {*asked, at + after}:
        short, long, _, first, last = found.at(ts, 5)
        assert first <= ts <= last
        for got, back in ((short, SHORT_US), (long, LONG_US)):
            mid2 = stood(quotes, ts - back, max_age_us or MEMORY_US)
            assert got == (None if mid2 is None else (5 - mid2) / mid2 * 10_000.0)
        assert found.at(first, 5) == found.at(last, 5) == found.at(ts, 5)


def test_many_changes_of_a_second_are_kept_by_the_slot() -> None:
    # 2,000 changes within a second: the first 128 are exact, of the others a mid may be 8 ms old
    quotes = [(10 * S + n * 500, 1_000 + n) for n in range(2_000)]
    found = Moves(0, None)
    for ts, mid2 in quotes:
        found.quote(ts, mid2, OPEN)

    for ts, mid2 in quotes:
        got = move(found, ts + 1 + SHORT_US, 10_000, SHORT)
        assert got is not None
        late = (mid2 - 10_000 / (1 + got / 10_000)) * 500
        assert -1 < late < (1 if mid2 < 1_000 + EXACT_A_SECOND else SLOT_US)


def test_what_is_kept_of_a_busy_symbol_is_bounded() -> None:
    found = Moves(0, None)
    for n in range(420_000):
        found.quote(n * 1_000, 1_000 + n % 7, OPEN)
    assert len(found._times) <= (KEEP_US + 60 * S) // S * (EXACT_A_SECOND + S // SLOT_US)
    assert len(found._mids) == len(found._times)
    for n in range(420, 500):
        found.quote(n * S, 1_000, OPEN)
    found.quote(1_000 * S, 1_000, OPEN)
    assert len(found._times) < 10
