"""What must hold for any tape, any split, any arrival order inside the lateness and any clock.

And the whole inference against a plain recomputation (`oracle`).
"""

from collections.abc import Sequence
from random import Random
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from flow.domain.events import Control, StampedEquityPrint
from signals.engine.equities.dark.pipeline import decode_state, encode_state, new_state, step
from signals.engine.equities.dark.records import DarkRow
from signals.engine.params import Params
from signals.engine.records import EvidenceLink
from tests.signals.engine.equities.dark import oracle
from tests.signals.engine.equities.dark.support import END, content, events, run
from tests.signals.engine.equities.dark.tapes import tape, tapes
from tests.support.equity_builders import (
    LATENESS_MS,
    at_ms,
    clock,
    session_close,
    tuning,
)

PARAMS = Params()
Entries = list[StampedEquityPrint | Control]


def with_clocks(prints: Sequence[StampedEquityPrint], every_ms: int) -> Entries:
    """Put in clock entries that keep their promise: what is to come is not yet late by 5 s."""
    entries: Entries = []
    promised = at_ms(0)
    for place, print_ in enumerate(prints):
        earliest = min(each.ts for each in prints[place:]) + LATENESS_MS * 1_000
        while promised + every_ms * 1_000 < earliest:
            promised += max(every_ms * 1_000, (earliest - promised) // 4)
            if promised >= earliest:
                promised = earliest - 1
            entries.append(clock(20_000 + len(entries), promised))
        entries.append(print_)
    return entries


def cut(entries: Entries, batch: int) -> list[DarkRow]:
    state, rows = new_state(), list[DarkRow]()
    entries = [*entries, END]
    for start in range(0, len(entries), batch):
        rows += step(state, entries[start : start + batch], PARAMS, 1)
    return rows


@settings(deadline=None)
@given(tapes(hostile=True), st.sampled_from([100, 1_000, 7_000]))
def test_any_batch_split_gives_the_same_rows(prints: list[Any], every_ms: int) -> None:
    entries = with_clocks(prints, every_ms)
    whole = cut(entries, 10**9)

    for batch in (1, 7, 100):
        assert cut(entries, batch) == whole


@settings(deadline=None)
@given(tapes(hostile=True), st.sampled_from([100, 2_500, 9_000]))
def test_the_clock_has_no_say_in_the_content(prints: list[Any], every_ms: int) -> None:
    assert content(run(with_clocks(prints, every_ms))) == content(run(prints))


@settings(deadline=None)
@given(tapes(), st.randoms(use_true_random=False), st.sampled_from([100, 2_500]))
def test_arrival_order_inside_the_lateness_changes_nothing(
    prints: list[Any], random: Any, every_ms: int
) -> None:
    delays = [random.randint(0, LATENESS_MS * 1_000) for _ in prints]
    order = sorted(range(len(prints)), key=lambda place: (prints[place].ts + delays[place], place))
    # The log gives positions in the order of arrival.
    arrived = [
        msgspec.structs.replace(prints[place], seq=seq) for seq, place in enumerate(order, 1)
    ]
    state = new_state()

    rows = run(with_clocks(arrived, every_ms), state=state)

    assert state.counters["late"] == 0
    assert content(rows) == content(run(prints))


@settings(deadline=None)
@given(tapes(hostile=True), st.data())
def test_a_saved_state_has_the_same_future(prints: list[Any], data: st.DataObject) -> None:
    entries = with_clocks(prints, 1_000)
    entries.insert(len(entries) // 2, tuning(500, 2, dark_window_ms=20_000))
    place = data.draw(st.integers(0, len(entries)))
    state = new_state()
    before = step(state, entries[:place], PARAMS, 1)
    encoded = encode_state(state)

    restored = decode_state(encoded)
    after = step(restored, [*entries[place:], END], PARAMS, 1)

    assert encode_state(decode_state(encoded)) == encoded
    assert before + after == run(entries)
    assert step(state, [*entries[place:], END], PARAMS, 1) == after
    assert encode_state(state) == encode_state(restored)


@given(tapes(), st.lists(st.integers(0, 44), max_size=5))
def test_what_is_delivered_twice_counts_once(prints: list[Any], again: list[int]) -> None:
    doubled = list(prints)
    for place in again:
        if place < len(prints):
            doubled.append(msgspec.structs.replace(prints[place], seq=5_000 + len(doubled)))
    doubled.sort(key=lambda each: (each.ts, each.seq))

    assert content(run(doubled)) == content(run(prints))


@given(tapes(), tapes(max_size=10))
def test_what_comes_too_late_changes_nothing(prints: list[Any], late: list[Any]) -> None:
    state = new_state()
    last = max((each.ts for each in prints), default=at_ms(0))
    entries: Entries = [*prints, clock(1, last + LATENESS_MS * 1_000)]
    too_late = [each for each in late if each.ts <= last]

    rows = run([*entries, *too_late], state=state)

    assert content(rows) == content(run(prints))
    assert state.counters["late"] == len(too_late)


@given(tapes(hostile=True))
def test_every_print_is_counted_once(prints: list[Any]) -> None:
    state = new_state()

    run(prints, state=state)

    counted = {key: count for key, count in state.counters.items() if key != "two_sided"}
    assert sum(counted.values()) == len(prints)
    assert not state.pending
    assert not state.timers


@given(tapes(hostile=True))
def test_keys_are_unique_and_links_have_their_parent(prints: list[Any]) -> None:
    rows = run([*prints, session_close(9_999, at_ms(10**8))])
    told = events(rows)
    keys = [(event.ts, event.uid, event.rev) for event in told]

    assert len(set(keys)) == len(keys)
    assert len({(row.cause_seq, row.ordinal) for row in told}) == len(told)
    revisions: dict[bytes, int] = {}
    for event in told:  # revisions come one after the other
        assert event.rev == revisions.get(event.uid, 0)
        revisions[event.uid] = event.rev + 1
        assert 0 <= event.confidence <= 1
        assert event.window_start_ts <= event.ts
    links = [row for row in rows if isinstance(row, EvidenceLink)]
    assert {(link.ts, link.uid, link.rev) for link in links} == set(keys)
    assert len({(link.ts, link.uid, link.rev, link.ordinal) for link in links}) == len(links)
    uids = {print_.uid for print_ in prints}
    assert {link.ref_uid for link in links if link.ref_kind == "equity_print"} <= uids


@given(tapes())
def test_every_event_comes_to_an_end(prints: list[Any]) -> None:
    newest = {event.uid: event for event in events(run(prints))}

    for event in newest.values():
        ends = {
            "absorbed_block": {"confirmed", "rejected", "unconfirmed"},
            "hidden_liquidity_zone": {"opened", "updated"},
        }.get(event.kind, {"closed", "abstained"})
        assert event.state in ends


@given(tapes())
def test_the_close_of_a_session_gives_the_content_of_a_late_clock(prints: list[Any]) -> None:
    last = max((print_.ts for print_ in prints), default=at_ms(0))

    closed = step(new_state(), [*prints, session_close(9_999, last)], PARAMS, 1)

    zones = "hidden_liquidity_zone"  # those end with the session alone
    ended = {event.uid for event in events(closed, zones)}
    assert content([row for row in closed if row.uid not in ended]) == content(
        [row for row in run(prints) if row.uid not in ended]
    )


@given(tapes())
def test_buys_and_sells_are_mirrored(prints: list[Any]) -> None:
    mirrored = [
        msgspec.structs.replace(
            print_, price_micros=print_.bid_micros + print_.ask_micros - print_.price_micros
        )
        for print_ in prints
    ]
    no_notional: dict[str, Any] = {"dark_min_notional_usd": 0, "dark_retail_weight": 1.0}

    def sides(rows: Sequence[DarkRow], kind: str) -> list[tuple[Any, ...]]:
        return [(e.state, e.ts, e.size_micros, e.confidence) for e in events(rows, kind)]

    one, other = run(prints, **no_notional), run(mirrored, **no_notional)
    assert sides(one, "stealth_accumulation") == sides(other, "distribution")
    assert sides(one, "distribution") == sides(other, "stealth_accumulation")


@given(tapes())
def test_stricter_floors_never_add_blocks(prints: list[Any]) -> None:
    def opened(**values: Any) -> set[int]:
        return {e.ts for e in events(run(prints, **values), "absorbed_block")}

    assert opened(dark_min_block_size=2_500) <= opened()
    assert opened(dark_max_spread_ratio=0.0001) <= opened()


@settings(max_examples=60, deadline=None)  # the plain way walks every list again
@given(st.integers(0, 2**32), st.integers(0, 150))
def test_the_plain_recomputation_agrees(seed: int, size: int) -> None:
    prints = tape(Random(seed), size)
    rows = [event for event in events(run(prints)) if event.kind != "hidden_liquidity_zone"]
    found = [
        oracle.Told(
            e.symbol, e.kind, e.state, e.ts, e.end_ts, e.print_count, e.size_micros, e.confidence,
            tuple(member.seq for member in e.members),
        )
        for e in rows
    ]  # fmt: skip

    expected = []
    for symbol in ("SPY", "QQQ"):
        own = [print_ for print_ in prints if print_.symbol == symbol]
        expected += oracle.blocks(own) + oracle.episodes(own)
    assert sorted(found) == sorted(expected)


@given(tapes())
def test_rows_are_json(prints: list[Any]) -> None:
    for event in events(run(prints)):
        plain = msgspec.json.decode(msgspec.json.encode(event.features))
        assert plain == event.features
        for sentence in event.explanations:
            assert sentence["text"].endswith(".")
            assert set(sentence["keys"]) <= set(sentence["values"])
