"""Golden G2, and the January script of G12, under the rules of platform.md 2.3 BETTER.

    p1 block  p2 p3 p4 buys  p5 block  p6 opened  p7  p8 sell  p9 block  p10 updated  p11 ...
    0 s       1  3  5        6         7          9   20       30        37           62

p1 and p9 are those of the reference; p5, which its cooldown hid, is a block like them, for errata
55 has episodes in place of the cooldown and a block is its own episode.
"""

import pytest

from flow.domain.events import StampedEquityPrint
from signals.engine.equities.dark.pipeline import new_state
from tests.signals.engine.equities.dark.support import events, links, printed, run, states, texts
from tests.support.equity_builders import T0, at_ms, dollars


def sequence() -> list[StampedEquityPrint]:
    """Return p1 to p15 of G2: SPY in 499.98 x 500.02, quoted 100 ms before each print."""
    return [
        printed(1, 0, 500.00, 2_500),
        printed(2, 1_000, 500.02, 900),
        printed(3, 3_000, 500.02, 900),
        printed(4, 5_000, 500.05, 700),
        printed(5, 6_000, 500.00, 5_000),
        printed(6, 7_000, 500.02, 600),
        printed(7, 9_000, 500.02, 4_000),
        printed(8, 20_000, 499.98, 3_500),
        printed(9, 30_000, 500.00, 2_000),
        printed(10, 37_000, 500.02, 300),
        printed(11, 62_000, 500.02, 500),
        printed(12, 63_000, 500.02, 199),
        printed(13, 64_000, 500.02, 4_000, off_exchange=False),
        printed(14, 64_500, 500.02, 4_000, quote_ts=at_ms(64_500) - 1_100_000),
        printed(15, 70_000, 500.02, 800, bid_micros=dollars(496)),
    ]


def test_blocks_of_the_sequence() -> None:
    found = events(run(sequence()), "absorbed_block")

    told = [((e.ts - T0) // 1_000, e.state, e.rev, e.confidence) for e in found]
    assert sorted(told) == [
        (0, "candidate", 0, 0.82805),
        (0, "confirmed", 1, 0.82805),
        (6_000, "candidate", 0, 0.9968),
        (6_000, "confirmed", 1, 0.9968),
        (30_000, "candidate", 0, 0.7718),
        (30_000, "confirmed", 1, 0.7718),
    ]
    assert [(e.end_ts - T0) // 1_000 for e in found if e.rev] == [30_000, 37_000, 62_000]
    assert {e.direction for e in found} == {"neutral"}


def test_accumulation_of_the_sequence_is_one_episode() -> None:
    rows = run(sequence())
    opened, updated, closed = events(rows, "stealth_accumulation")

    assert [opened.state, updated.state, closed.state] == ["opened", "updated", "closed"]
    assert [opened.rev, updated.rev, closed.rev] == [0, 1, 2]
    assert len({e.uid for e in (opened, updated, closed)}) == 1
    assert {e.ts for e in (opened, updated, closed)} == {at_ms(7_000)}
    assert (opened.confidence, updated.confidence) == (0.656667, 0.925)
    assert [m.seq for m in opened.members] == [2, 3, 4, 6]
    assert [m.seq for m in updated.members] == [2, 3, 4, 6, 7, 10]
    assert (opened.print_count, opened.size_micros) == (4, 3_100 * 10**6)
    assert (updated.print_count, updated.size_micros) == (6, 7_400 * 10**6)
    assert updated.features["imbalance"] == 0.678899  # errata B: 0.679
    assert opened.placement_counts == {"A": 3, "AA": 1}


def test_the_episode_ends_when_its_window_empties() -> None:
    closed = events(run(sequence()), "stealth_accumulation")[-1]

    assert (closed.window_start_ts, closed.end_ts) == (at_ms(1_000), at_ms(62_000))
    assert closed.features["closed_ts"] == at_ms(122_000)
    assert closed.reasons == ("window_empty",)
    assert (closed.print_count, closed.size_micros) == (7, 7_900 * 10**6)
    assert closed.confidence == 0.925
    assert "Closed: no print of this side for 60 s." in texts(closed)


def test_every_print_of_the_sequence_is_counted_once() -> None:
    state = new_state()
    rows = run(sequence(), state=state)

    used = {key: count for key, count in state.counters.items() if count}
    # p14 is stale, p15 stands in a wide quote, p12 is small, p13 lit
    assert used == {"lit": 1, "unquoted": 1, "wide": 1, "small": 1, "window": 8, "block": 3}
    assert states(rows, "distribution") == []


def test_three_blocks_at_one_price_are_also_a_zone() -> None:
    (zone,) = events(run(sequence()), "hidden_liquidity_zone")

    assert (zone.ts, zone.state, zone.print_count) == (at_ms(30_000), "opened", 3)


def test_quantities_of_the_first_block() -> None:
    rows = run(sequence())
    candidate, _, _ = (e for e in events(rows, "absorbed_block") if e.state == "candidate")
    confirmed = next(e for e in events(rows) if e.state == "confirmed")

    assert (candidate.notional_micros, candidate.vwap_micros) == (dollars(1_250_000), dollars(500))
    assert (candidate.mid_start_micros, candidate.mid_end_micros) == (dollars(500), None)
    assert candidate.impact_bps is None
    assert (confirmed.mid_end_micros, confirmed.impact_bps) == (dollars(500), 0.0)
    roles = [(link.role, link.ref_kind, link.ref_seq) for link in links(rows, confirmed)]
    # the first print at or after 5 s, and at or after 30 s, with their quotes
    assert roles == [
        ("member", "equity_print", 1),
        ("check", "equity_print", 4),
        ("check", "equity_print", 9),
        ("quote", "equity_quote", 1_001),
        ("quote", "equity_quote", 1_004),
        ("quote", "equity_quote", 1_009),
    ]


def january() -> list[StampedEquityPrint]:
    """Return nine ticks, one a second: a block, four buys and four sells of 800 shares."""
    quote = {"bid_micros": dollars(127.98), "ask_micros": dollars(128.02)}
    ticks = [(128.00, 2_000), *[(128.02, 800)] * 4, *[(127.98, 800)] * 4]
    return [printed(n, 1_000 * n, price, size, **quote) for n, (price, size) in enumerate(ticks, 1)]


def test_january_script_has_no_distribution() -> None:
    """Errata 27: block 0.7625 at 1, accumulation 0.663333 at 5, two-sided at 8 and 9."""
    state = new_state()
    rows = run(january(), state=state)

    told = [((e.ts - T0) // 1_000_000, e.kind, e.state, e.confidence) for e in events(rows)]
    assert told == [
        (1, "absorbed_block", "candidate", 0.7625),
        (5, "stealth_accumulation", "opened", 0.663333),
        (9, "distribution", "abstained", 0.0),
        (1, "absorbed_block", "unconfirmed", 0.7625),
        (5, "stealth_accumulation", "closed", 0.663333),
    ]
    declined, closed = events(rows)[2], events(rows)[4]
    assert (declined.reasons, declined.features["imbalance"]) == (("two_sided",), 0.5)
    assert "50 % of the window's size took this side" in texts(declined)
    assert closed.features["two_sided_count"] == 2  # at 8 (0.571) and at 9 (0.5)
    assert "The other side caught up at 2 prints meanwhile." in texts(closed)
    assert state.counters["two_sided"] == 3


@pytest.mark.parametrize(
    ("apart_ms", "told"), [(55_000, ["abstained"]), (56_000, ["opened", "closed"])]
)
def test_a_distribution_follows_when_most_buys_have_left(apart_ms: int, told: list[str]) -> None:
    # buys at 2, 3, 4, 5 s; at the fourth sell three of them still count (0.571), or two (0.667)
    shift_ms = apart_ms - 1_000
    later = [
        printed(each.seq, (each.ts - T0) / 1_000 + shift_ms, 127.98, 800,
                bid_micros=each.bid_micros, ask_micros=each.ask_micros)
        for each in january()[5:]
    ]  # fmt: skip

    assert states(run([*january()[:5], *later]), "distribution") == told
