"""Sessions of prints (options-engine.md 8.3, golden G5; errata 1, 17, 45)."""

import pytest

from signals.engine.clusters import ClosedSession, Clusters, Held, OpenContract, session_end
from signals.engine.params import Params
from tests.support.engine_builders import SPY_CALL, SPY_PUT, TRADE_DATE, ms, stamped


class OneRuling:
    """Revision 0 is the default, 1 has a gap of 100 ms, 2 a gap of 1,000 ms."""

    def cluster_params(self, revision: int) -> Params:
        gap = {0: 250, 1: 100, 2: 1_000}[revision]
        return Params.from_values({"cluster_gap_ms": gap})


def clusters() -> Clusters:
    return Clusters(OneRuling())


def held_at(*times: float, revision: int = 0) -> list[Held]:
    return [Held(stamped(seq=n, ts=ms(at)), revision) for n, at in enumerate(times)]


def times_of(sessions: list[ClosedSession]) -> list[list[float]]:
    return [[(each.print.ts - ms(0)) / 1_000 for each in session.held] for session in sessions]


#   gap 250, span 2,000:   0 ---120--- 300 ------501          one session
#                          0 ------------250                  one: the gap is inclusive
#                          0 -------------251                 two
@pytest.mark.parametrize(
    ("times", "members"),
    [
        ((0,), 1),
        ((0, 120, 300, 501), 4),
        ((0, 250), 2),
        ((0, 250.001), 1),
        (tuple(range(0, 2_001, 200)), 11),
        ((*range(0, 2_000, 250), 2_000), 9),
        ((*range(0, 2_000, 250), 2_000.001), 8),
    ],
)
def test_session_end(times: tuple[float, ...], members: int) -> None:
    assert session_end(held_at(*times), 0, Params()) == members


def test_session_never_crosses_a_trade_date() -> None:
    held = [*held_at(0), Held(stamped(seq=9, ts=ms(1), session_date=TRADE_DATE + 1), 0)]

    assert session_end(held, 0, Params()) == 1


def test_session_is_final_only_after_end_and_gap() -> None:
    found = clusters()
    found.add(stamped(ts=ms(0)), 0)
    found.add(stamped(seq=2, ts=ms(100)), 0)

    assert found.close_before(ms(350)) == []
    assert times_of(found.close_before(ms(350) + 1)) == [[0, 100]]
    assert found.open == {}


def test_arrival_order_does_not_matter() -> None:
    found = clusters()
    for seq, at in enumerate((100, 0, 50, 100)):
        found.add(stamped(seq=seq, ts=ms(at)), 0)

    (session,) = found.close_before(ms(1_000))

    assert times_of([session]) == [[0, 50, 100, 100]]
    uids = [each.print.uid for each in session.held[2:]]
    assert uids == sorted(uids)


def test_earlier_print_that_arrives_later_is_final_on_its_own_time() -> None:
    #   500 arrives first, then 0: 0 is final after 250, 500 after 750
    found = clusters()
    found.add(stamped(seq=1, ts=ms(500)), 0)
    found.add(stamped(seq=2, ts=ms(0)), 0)

    assert times_of(found.close_before(ms(251))) == [[0]]
    assert times_of(found.close_before(ms(751))) == [[500]]


def test_long_burst_is_cut_by_span_on_the_settled_part() -> None:
    found = clusters()
    for seq in range(30):
        found.add(stamped(seq=seq, ts=ms(seq * 100)), 0)

    sessions = found.close_before(ms(2_500))

    assert times_of(sessions) == [[n * 100.0 for n in range(21)]]
    assert times_of(found.close_before(ms(9_000))) == [[n * 100.0 for n in range(21, 30)]]


def test_sessions_are_processed_by_due_end_start_and_contract() -> None:
    found = clusters()
    found.add(stamped(seq=1, ts=ms(100), contract=SPY_PUT), 0)
    found.add(stamped(seq=2, ts=ms(100), contract=SPY_CALL), 0)
    found.add(stamped(seq=3, ts=ms(0), contract="TSLA-2025-01-17-450-C"), 0)
    found.add(stamped(seq=4, ts=ms(100), contract="TSLA-2025-01-17-450-C"), 0)
    found.add(stamped(seq=5, ts=ms(50), contract="AAPL-2025-01-17-450-C"), 0)

    order = [session.contract for session in found.close_before(ms(1_000))]

    assert order == [
        "AAPL-2025-01-17-450-C",
        "TSLA-2025-01-17-450-C",
        SPY_CALL,
        SPY_PUT,
    ]


def test_gap_is_that_of_the_opening_print() -> None:
    #   revision 2 (gap 1,000) opens at 0, so 900 joins although it came under revision 1 (100)
    found = clusters()
    found.add(stamped(seq=1, ts=ms(0)), 2)
    found.add(stamped(seq=2, ts=ms(900)), 1)

    assert times_of(found.close_before(ms(5_000))) == [[0, 900]]


def test_shorter_gap_behind_a_longer_one_is_not_final_before_it() -> None:
    #   first: 0 under gap 1,000, cut by span at 2,000; second: 2,050 under gap 100 would be due
    #   at 2,150, but the first is due at 2,900
    found = clusters()
    for seq, at in enumerate((0, 950, 1_900)):
        found.add(stamped(seq=seq, ts=ms(at)), 2)
    found.add(stamped(seq=9, ts=ms(2_050)), 1)

    assert found.close_before(ms(2_500)) == []
    sessions = found.close_before(ms(2_901))
    assert times_of(sessions) == [[0, 950, 1_900], [2_050]]
    assert [session.due for session in sessions] == [ms(2_900), ms(2_900)]


def test_session_close_finalises_what_ends_at_or_before_it() -> None:
    found = clusters()
    found.add(stamped(seq=1, ts=ms(0)), 0)
    found.add(stamped(seq=2, ts=ms(10), contract=SPY_PUT), 0)
    found.add(stamped(seq=3, ts=ms(11), contract="AAPL-2025-01-17-450-C"), 0)

    closed = found.close_session(ms(10), ms(10))

    assert [session.contract for session in closed] == [SPY_CALL, SPY_PUT]
    assert list(found.open) == ["AAPL-2025-01-17-450-C"]
    assert times_of(found.close_before(ms(1_000))) == [[11]]


def test_late_reports_are_counted_inside_the_session_only() -> None:
    found = clusters()
    found.add_aside(SPY_CALL, ms(50))
    found.add(stamped(seq=1, ts=ms(0)), 0)
    found.add_aside(SPY_CALL, ms(101))
    found.add(stamped(seq=2, ts=ms(100)), 0)
    found.add_aside(SPY_CALL, ms(0))

    (session,) = found.close_before(ms(1_000))

    assert session.late_count == 2
    assert found.open == {}


def test_late_report_waits_for_a_session_that_opens_before_it() -> None:
    found = clusters()
    found.add_aside(SPY_CALL, ms(600))
    found.add(stamped(seq=1, ts=ms(0)), 0)

    (first,) = found.close_before(ms(500))
    assert first.late_count == 0
    found.add(stamped(seq=2, ts=ms(550)), 0)
    found.add(stamped(seq=3, ts=ms(650)), 0)
    (second,) = found.close_before(ms(1_000))

    assert second.late_count == 1


def test_late_report_alone_is_forgotten_once_its_time_is_over() -> None:
    found = clusters()
    found.add_aside(SPY_CALL, ms(600))

    assert found.close_before(ms(600)) == []
    assert SPY_CALL in found.open
    assert found.close_before(ms(601)) == []
    assert found.open == {}


def test_look_that_was_planned_anew_is_not_done_twice() -> None:
    found = clusters()
    found.add(stamped(seq=1, ts=ms(100)), 0)
    found.add(stamped(seq=2, ts=ms(0)), 0)  # plans 250 in place of 350
    found.add(stamped(seq=3, ts=ms(200)), 0)

    assert found.close_before(ms(351)) == []
    assert times_of(found.close_before(ms(451))) == [[0, 100, 200]]


def test_restored_clusters_go_on() -> None:
    saved = {SPY_CALL: OpenContract(ms(250), held_at(0, 100), [ms(50)])}

    (session,) = Clusters(OneRuling(), saved).close_before(ms(1_000))

    assert times_of([session]) == [[0, 100]]
    assert session.late_count == 1


#   450 C   0 ---100            600 ---700       final after 350 and after 950
#   450 P       50                               final after 300
#   QQQ     0                                    final after 250
@pytest.mark.parametrize(
    ("underlying", "from_ms", "to_ms", "due_ms"),
    [
        ("SPY", 0, 150, 350),
        ("SPY", 0, 0, 350),
        ("SPY", 1, 150, 300),  # the session of the call opened before
        ("SPY", 50, 50, 300),
        ("SPY", 51, 599, None),
        ("SPY", 500, 600, 950),
        ("SPY", 600, 900, 950),
        ("SPY", 0, 900, 950),
        ("SPY", 601, 900, None),
        ("QQQ", 0, 900, 250),
        ("IWM", 0, 900, None),
    ],
)
def test_open_sessions_of_an_underlying_are_final_at_the_latest_of_them(
    underlying: str, from_ms: int, to_ms: int, due_ms: int | None
) -> None:
    found = clusters()
    for seq, (contract, at) in enumerate(
        [(SPY_CALL, 0), (SPY_CALL, 100), (SPY_CALL, 600), (SPY_CALL, 700), (SPY_PUT, 50),
         ("QQQ-2025-01-17-450-C", 0)]
    ):  # fmt: skip
        found.add(stamped(seq=seq, contract=contract, ts=ms(at)), 0)

    latest = found.latest_due(underlying, ms(from_ms), ms(to_ms))

    assert latest == (0 if due_ms is None else ms(due_ms))


@pytest.mark.parametrize(("revision", "gap"), [(0, 250), (1, 100), (2, 1_000)])
def test_open_session_is_final_by_the_gap_of_its_opening_print(revision: int, gap: int) -> None:
    found = clusters()
    found.add(stamped(ts=ms(0)), revision)
    found.add(stamped(seq=2, ts=ms(40)), 0)

    assert found.latest_due("SPY", ms(0), ms(0)) == ms(40 + gap)


def test_late_reports_alone_hold_nothing_up() -> None:
    found = clusters()
    found.add_aside(SPY_CALL, ms(10))

    assert found.latest_due("SPY", ms(0), ms(100)) == 0


def test_closed_sessions_hold_nothing_up() -> None:
    found = clusters()
    found.add(stamped(ts=ms(0)), 0)
    found.close_before(ms(251))

    assert found.latest_due("SPY", ms(0), ms(100)) == 0
