"""Stamps a second time: look at every quote seen so far, keep no rings; and commits however cut.

Source: options-engine.md 5.1, errata 4 and 43, platform errata 20. Event streams are random, so
that quotes of one instant, silence, late prints and unknown contracts all occur. Golden G4, G16.2.
"""

import dataclasses
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import cast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow.domain.contracts import ContractError, parse_contract
from flow.domain.events import (
    STREAM_KINDS,
    EquityPrint,
    EquityQuote,
    MarketEvent,
    OptionPrint,
    OptionQuote,
    PrintFlag,
    QuoteMode,
)
from flow.domain.sessions import Calendar, Session, SessionDay
from flow.storage.instruments import Instruments
from flow.storage.kinds import Row
from flow.storage.streams import StreamHead
from ingest.building import Builder
from ingest.feeds import Capabilities
from ingest.stamping import Stamper
from ingest.synthetic_feed import ledger
from tests.support.instruments import NumberedInstruments

SECOND = 1_000_000
OPEN = 1_737_037_800 * SECOND  # 2025-01-16 09:30 in New York
DAY = date(2025, 1, 16).toordinal()
CAPABILITIES = Capabilities(
    quote_mode_options=QuoteMode.CHANGE, quote_mode_equities=QuoteMode.CHANGE
)
CONTRACTS = (
    "SPY-2025-01-17-450-C",
    "SPY-2025-01-16-440-P",
    "AAPL1-2025-01-17-100-C",
    "no-contract",
)


def calendar() -> Calendar:
    return Calendar([SessionDay(DAY, OPEN, OPEN + 23_400 * SECOND)])


@st.composite
def streams(draw: st.DrawFn) -> list[OptionQuote | OptionPrint]:
    """Quotes in time order, those of one instant in any, with prints up to 4 s behind them."""
    gaps = st.sampled_from([0, 0, 1, 999, 40_000, 1_000_001, 4 * SECOND, 901 * SECOND])
    has_orders = draw(st.booleans())
    orders = st.integers(0, 9) if has_orders else st.none()
    at, events = OPEN, list[OptionQuote | OptionPrint]()
    for n, gap in enumerate(draw(st.lists(gaps, max_size=30))):
        at += gap
        contract = draw(st.sampled_from(CONTRACTS))
        if draw(st.booleans()):
            bid = draw(st.sampled_from([None, 0, 100, 4_100_000]))
            order = draw(orders)
            events.append(OptionQuote(at, b"q", contract, bid, 4_200_000, n, n, order))
        else:
            behind = draw(st.sampled_from([0, 0, 1, 40_000, 4 * SECOND]))
            order = draw(st.none() | orders)
            events.append(OptionPrint(at - behind, b"p", contract, 4_200_000, 3, 3, (73,), order))
    return events


def slow_quote(
    seen: Sequence[tuple[int, OptionQuote]], print_: OptionPrint
) -> tuple[int | None, bool]:
    """Return the seq of the quote a print may see, and whether one of its instant is unused."""
    own = sorted(
        ((seq, quote) for seq, quote in seen if quote.contract == print_.contract),
        key=lambda pair: (pair[1].ts, pair[1].order or 0, pair[0]),
    )
    same = [(seq, quote) for seq, quote in own if quote.ts == print_.ts]
    usable = [
        (seq, quote)
        for seq, quote in same
        if print_.order is not None and quote.order is not None and quote.order < print_.order
    ]
    if usable:
        return usable[-1][0], same[-1] != usable[-1]
    earlier = [(quote.ts, seq) for seq, quote in own if quote.ts < print_.ts]
    if not earlier or print_.ts - earlier[-1][0] > 900 * SECOND:
        return None, bool(same)
    return earlier[-1][1], bool(same)


@given(streams())
def test_quote_of_a_print_is_that_of_a_scan(events: list[OptionQuote | OptionPrint]) -> None:
    stamper, seen = Stamper(CAPABILITIES, calendar()), list[tuple[int, OptionQuote]]()
    for seq, event in enumerate(events, 1):
        if isinstance(event, OptionQuote):
            stamper.saw_option_quote(event, seq)
            seen.append((seq, event))
            continue
        stamped = stamper.stamp_option_print(event, seq)
        quote_seq, same_tick = slow_quote(seen, event)
        quote = dict(seen).get(quote_seq or 0)

        assert stamped.quote_seq == quote_seq
        assert bool(stamped.flags & PrintFlag.SAME_TICK) is same_tick
        assert stamped.quote_ts == (quote.ts if quote else None)
        assert stamped.bid_micros == (quote.bid_micros if quote else None)
        assert stamped.ask_size == (quote.ask_size if quote else None)


@given(streams())
def test_silence_of_a_print_is_since_the_feeds_last_word(
    events: list[OptionQuote | OptionPrint],
) -> None:
    stamper, spoken = Stamper(CAPABILITIES, calendar()), list[int]()
    for seq, event in enumerate(events, 1):
        if isinstance(event, OptionQuote):
            stamper.saw_option_quote(event, seq)
            spoken.append(event.ts)
            continue
        found = stamper.stamp_option_print(event, seq).quote_silence_us
        before = [ts for ts in spoken if ts <= event.ts]
        if not spoken:
            assert found is None
        elif max(spoken) <= event.ts:
            assert found == event.ts - max(spoken)
        elif found is not None:
            assert event.ts - max(before) <= found <= event.ts - max(before) + 1_000


@given(streams())
def test_terms_of_a_print_follow_from_its_contract(events: list[OptionQuote | OptionPrint]) -> None:
    stamper = Stamper(CAPABILITIES, calendar())
    for seq, event in enumerate(events, 1):
        if isinstance(event, OptionQuote):
            continue
        stamped = stamper.stamp_option_print(event, seq, late=seq % 2 == 0)
        try:
            contract = parse_contract(event.contract)
        except ContractError:
            assert (stamped.premium_micros, stamped.dte) == (None, None)
            assert stamped.flags & PrintFlag.PARSE_ERROR
            continue
        multiplier = contract.multiplier
        assert stamped.premium_micros == (
            None if multiplier is None else event.price_micros * event.size * multiplier
        )
        assert bool(stamped.flags & PrintFlag.ADJUSTED) is contract.adjusted
        assert bool(stamped.flags & PrintFlag.LATE_ARRIVAL) is (seq % 2 == 0)
        if stamped.session == Session.REGULAR:
            assert (stamped.session_date, stamped.dte) == (DAY, contract.expiry - DAY)


# --- commits: cut anywhere, resent after any break ------------------------------------------

EVENTS = ledger(5, 600, rate_prints_per_s=50, start_us=OPEN)
KINDS = tuple(kind for kind in STREAM_KINDS if kind != "news")


def builder() -> Builder:
    heads: dict[str, StreamHead] = {
        kind: StreamHead(
            id=number, run=0, source="test", kind=kind, next_seq=1, batch_no=0, clock=None,
            tuning_revision=1,
        )
        for number, kind in enumerate(KINDS, 1)
    }  # fmt: skip
    return Builder(
        heads=heads,
        capabilities=CAPABILITIES,
        calendar=calendar(),
        instruments=cast("Instruments", NumberedInstruments()),
    )


def commit(found: Builder, events: Sequence[MarketEvent]) -> dict[str, list[Row]]:
    """Build one commit and move the heads, as the writer does after it."""
    found.start_commit(OPEN)
    for event in events:
        found.add(event)
    for kind, batch in found.batches.items():
        found.heads[kind] = dataclasses.replace(batch.head, next_seq=batch.next_seq)
    return {kind: list(batch.rows) for kind, batch in found.batches.items()}


def joined(parts: Sequence[dict[str, list[Row]]]) -> dict[str, list[Row]]:
    return {kind: [row for part in parts for row in part[kind]] for kind in KINDS}


WHOLE = joined([commit(builder(), EVENTS)])


def test_one_commit_holds_every_event_once() -> None:
    assert sum(len(rows) for rows in WHOLE.values()) == len(EVENTS)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, len(EVENTS)), max_size=12))
def test_rows_do_not_depend_on_where_commits_are_cut(cuts: list[int]) -> None:
    found, edges = builder(), [0, *sorted(cuts), len(EVENTS)]

    parts = [commit(found, EVENTS[start:end]) for start, end in pairwise(edges)]

    assert joined(parts) == WHOLE


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, len(EVENTS)), st.integers(0, 80)), max_size=6))
def test_rows_do_not_depend_on_what_is_sent_again(breaks: list[tuple[int, int]]) -> None:
    found, parts, start, resent = builder(), list[dict[str, list[Row]]](), 0, 0
    for end, overlap in [*sorted(breaks), (len(EVENTS), 0)]:
        again = max(0, start - overlap)
        resent += start - again
        parts.append(commit(found, EVENTS[again:end]))
        assert found.counters.duplicates == start - again
        assert found.counters.received == found.counters.stored + found.counters.duplicates
        start = max(start, end)

    assert joined(parts) == WHOLE


@pytest.mark.parametrize("kind", [OptionPrint, EquityPrint, OptionQuote])
def test_same_identity_with_other_content_is_a_conflict(kind: type[MarketEvent]) -> None:
    event = next(each for each in EVENTS if isinstance(each, kind))
    changes = (
        {"price_micros": 1}
        if isinstance(event, OptionPrint | EquityPrint)
        else {"bid_size": 99_999}
    )
    other = msgspec.structs.replace(event, **changes)
    found = builder()

    rows = commit(found, [event, other, event])

    assert sum(len(each) for each in rows.values()) == 1
    assert (found.counters.stored, found.counters.duplicates, found.counters.quarantined) == (
        1,
        1,
        1,
    )
    assert [item.reason for item in found.conflicts] == ["conflict"]


def test_quote_of_a_share_that_carries_another_side_on_is_the_same_row() -> None:
    event = next(each for each in EVENTS if isinstance(each, EquityQuote))
    found = builder()

    commit(found, [event, msgspec.structs.replace(event, bid_size=99_999)])

    assert (found.counters.duplicates, found.conflicts) == (1, [])
