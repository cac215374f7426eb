from statistics import pstdev

from hypothesis import given
from hypothesis import strategies as st

from ingest.moves import LONG_S, SHORT_S, Moves

S = 1_000_000
OPEN = ("regular", 1)


def moves(
    quotes: list[tuple[float, int | None]], session: object = OPEN, max_age_us: int | None = None
) -> Moves:
    """Build from (seconds, doubled mid)."""
    found = Moves(int(quotes[0][0] * S), max_age_us)
    for second, mid2 in quotes:
        found.quote(int(second * S), mid2, session)
    return found


def test_move_over_a_minute_golden() -> None:
    found = moves([(0, 200), (30, 202), (100, 204)])
    assert found.move_bps(100 * S, 204, SHORT_S) == 2 / 202 * 10_000.0
    assert found.move_bps(89 * S, 204, SHORT_S) == 4 / 200 * 10_000.0
    assert (
        found.move_bps(90 * S, 204, SHORT_S) == 4 / 200 * 10_000.0
    )  # 202 came at, not before, 30 s
    assert found.move_bps(91 * S, 204, SHORT_S) == 2 / 202 * 10_000.0


def test_quiet_symbol_keeps_its_standing_mid() -> None:
    found = moves([(0, 200), (1, 202)])
    assert found.move_bps(400 * S, 202, LONG_S) == 0.0


def test_no_move_before_the_first_quote_or_beyond_memory() -> None:
    found = moves([(100, 200), (101, 202), (500, 204)])
    assert found.move_bps(120 * S, 200, SHORT_S) is None
    assert found.move_bps(155 * S, 200, SHORT_S) is None  # 95 s: before anything stood
    assert found.move_bps(520 * S, 204, LONG_S) == 2 / 202 * 10_000.0
    assert moves([(0, 200), (10, 200)]).move_bps(2_000 * S, 200, SHORT_S) is None


def test_sample_stands_no_longer_than_its_age_allows() -> None:
    quotes: list[tuple[float, int | None]] = [(0, 200), (10, 202), (10.5, 204), (70, 206)]
    sampled = moves(quotes, max_age_us=S)

    assert sampled.move_bps(70 * S, 206, SHORT_S) is None  # 202 came at, not before, 10 s
    assert sampled.move_bps(71 * S, 206, SHORT_S) == 2 / 204 * 10_000.0
    assert sampled.move_bps(72 * S, 206, SHORT_S) is None  # 1.5 s old by then
    assert moves(quotes).move_bps(72 * S, 206, SHORT_S) == 2 / 204 * 10_000.0


def test_newest_sample_grows_old_like_the_others() -> None:
    sampled = moves([(0, 200), (10, 202)], max_age_us=S)

    assert sampled.move_bps(71 * S, 204, SHORT_S) == 2 / 202 * 10_000.0
    assert sampled.move_bps(72 * S, 204, SHORT_S) is None


def test_samples_that_stand_no_more_make_no_deviation() -> None:
    assert moves(walk(3_600)).z(10.0) is not None
    assert moves(walk(3_600), max_age_us=S).z(10.0) is None  # one in seven seconds stands


def test_one_sided_quote_leaves_no_mid() -> None:
    found = moves([(0, 200), (10, None), (20, 202), (100, 204)])
    assert found.move_bps(75 * S, 204, SHORT_S) is None  # at 15 s no mid stood
    assert found.move_bps(85 * S, 204, SHORT_S) == 2 / 202 * 10_000.0


def test_a_gap_of_more_than_fifteen_minutes_starts_over() -> None:
    found = moves([(0, 200), (1_000, 300), (1_010, 302)])
    assert found.move_bps(1_030 * S, 302, SHORT_S) is None
    assert found.move_bps(1_065 * S, 302, SHORT_S) == 2 / 300 * 10_000.0


def test_late_quote_changes_nothing_that_was_sampled() -> None:
    quotes: list[tuple[float, int | None]] = [(0, 200), (30, 202), (100, 204)]
    found, late = moves(quotes), moves(quotes)
    late.quote(20 * S, 999, OPEN)
    assert found.move_bps(100 * S, 204, SHORT_S) == late.move_bps(100 * S, 204, SHORT_S)


def walk(seconds: int) -> list[tuple[float, int | None]]:
    return [(float(s), 2_000 + (s * 7919) % 101) for s in range(0, seconds, 7)]


def test_z_needs_twenty_samples_inside_the_session() -> None:
    # no mid stood before 0 s, so the first sample is at minute 6 and the twentieth at minute 25
    assert moves(walk(25 * 60 - 7)).z(10.0) is None
    assert moves(walk(25 * 60 + 14)).z(10.0) is not None


def test_z_is_the_move_over_the_deviation_of_the_samples() -> None:
    quotes = walk(3_600)
    found = moves(quotes)

    def standing(second: int) -> int:
        return [mid2 for at, mid2 in quotes if at < second and mid2 is not None][-1]

    minutes = [m * 60 for m in range(6, 60)]
    samples = [(standing(m) - standing(m - 300)) / standing(m - 300) * 10_000 for m in minutes]
    z = found.z(25.0)
    assert z is not None
    assert abs(z - 25.0 / pstdev(samples)) < 1e-9


def test_z_is_missing_without_a_move_or_without_variation() -> None:
    flat = moves([(float(s), 200) for s in range(0, 3_600, 5)])
    assert flat.z(3.0) is None
    assert moves(walk(3_600)).z(None) is None


def test_a_new_session_forgets_the_samples() -> None:
    found = moves(walk(3_600))
    found.quote(3_605 * S, 2_000, ("post", 1))
    assert found.z(10.0) is None


@given(st.lists(st.tuples(st.integers(0, 700), st.integers(1, 10**6)), min_size=1, max_size=40))
def test_every_remembered_second_answers_like_a_scan(quotes: list[tuple[int, int]]) -> None:
    ordered = sorted(quotes, key=lambda pair: pair[0])
    found = moves([(float(second), mid2) for second, mid2 in ordered])
    last = ordered[-1][0]
    for second in range(max(0, last - LONG_S), last + 1):
        before = [mid2 for at, mid2 in ordered if at < second]
        expected = before[-1] if before else None
        got = found.move_bps((second + SHORT_S) * S, 10, SHORT_S)
        assert got == (None if expected is None else (10 - expected) / expected * 10_000.0)
