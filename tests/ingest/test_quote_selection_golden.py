"""Golden group G4 strict: which quote a print may see; G16.2 (options-engine.md 5.1; errata 4, 43).

Strictly before the print, or of its instant only where one vendor order tells it came first. G4's
times are milliseconds; it leaves the asks open, they stand two dollars above the bids.
"""

from datetime import UTC, date, datetime
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from flow.domain.events import OptionPrint, OptionQuote, PrintFlag, QuoteMode, StampedPrint
from flow.domain.sessions import Calendar, SessionDay
from flow.domain.units import from_datetime
from ingest.feeds import Capabilities
from ingest.rings import QuoteRings
from ingest.stamping import Stamper
from signals.engine.params import Params
from signals.engine.placement import Side, place

CALL = "SPY-2025-01-17-450-C"
USD = 1_000_000
NOON = from_datetime(datetime(2025, 1, 16, 17, 0, tzinfo=UTC))
DAY = SessionDay(date(2025, 1, 16).toordinal(), NOON - 9_000 * USD, NOON + 14_400 * USD)


class Quoted(NamedTuple):
    """A quote: milliseconds, seq in the log, bid in dollars, its place in the vendor's order."""

    ms: int
    seq: int
    bid: int
    order: int | None = None


class Row(NamedTuple):
    """Quotes as they arrive, the print's place in the vendor's order, and what it may see."""

    quotes: tuple[Quoted, ...]
    order: int | None = None
    seq: int | None = None
    bid: int | None = None
    age_ms: int | None = None
    same_tick: bool = False


# G4's own quotes; the print is at 1 000.
Q900, Q1001 = Quoted(900, 1, 1), Quoted(1_001, 2, 2)
FIVE, SEVEN = Quoted(1_000, 5, 5), Quoted(1_000, 7, 7)
ORDERED = (Q900, FIVE._replace(order=5), SEVEN._replace(order=7))
ROWS = {
    # 900 ... print 1 000, 1 001: the 900 one, age 1 000 - 900 = 100
    "G4 row 1": Row((Q900, Q1001), seq=1, bid=1, age_ms=100),
    "G4 row 1, the later one first": Row((Q1001, Q900), seq=1, bid=1, age_ms=100),
    "only a later one": Row((Q1001,)),
    "one millisecond before": Row((Quoted(999, 1, 1), Q1001), seq=1, bid=1, age_ms=1),
    # two of the print's instant, and times in ms do not tell which came first: none of them
    "G4 row 2, nothing before": Row((FIVE, SEVEN), same_tick=True),
    "G4 row 2, the previous one": Row((Q900, FIVE, SEVEN), None, 1, 1, 100, same_tick=True),
    # an order on one side only is no common order
    "the print alone is ordered": Row((Q900, FIVE, SEVEN), 9, 1, 1, 100, same_tick=True),
    "the quotes alone are ordered": Row(ORDERED, None, 1, 1, 100, same_tick=True),
    # one vendor order (5.1): the last one that is smaller than the print's
    "one order, after both": Row(ORDERED, 8, 7, 7, 0),
    "one order, between": Row(ORDERED, 6, 5, 5, 0, same_tick=True),
    "one order, equal is not before": Row(ORDERED, 5, 1, 1, 100, same_tick=True),
    # no age limit but 900 s (errata 4, 43): an unchanged quote of a quiet contract still stands
    "quiet for 900 s": Row((Quoted(1_000 - 900_000, 1, 1),), seq=1, bid=1, age_ms=900_000),
    "quiet for longer": Row((Quoted(999 - 900_000, 1, 1),)),
}  # fmt: skip


def at(ms: int) -> int:
    return NOON + ms * 1_000


def stamp(row: Row, mode: QuoteMode = QuoteMode.CHANGE, price: int = 3) -> StampedPrint:
    stamper = Stamper(
        Capabilities(quote_mode_options=mode, quote_mode_equities=mode), Calendar([DAY])
    )
    for ms, seq, bid, order in row.quotes:
        quote = OptionQuote(at(ms), b"q", CALL, bid * USD, (bid + 2) * USD, 1, 1, order)
        stamper.saw_option_quote(quote, seq)
    print_ = OptionPrint(at(1_000), b"p", CALL, price * USD, 10, 3, (73,), row.order)
    return stamper.stamp_option_print(print_, 100)


@pytest.mark.parametrize("name", ROWS)
def test_the_stamp_holds_the_quote_that_the_print_may_see(name: str) -> None:
    row, found = ROWS[name], stamp(ROWS[name])

    assert found.quote_seq == row.seq
    assert found.bid_micros == (None if row.bid is None else row.bid * USD)
    age_us = None if found.quote_ts is None else found.ts - found.quote_ts
    assert age_us == (None if row.age_ms is None else row.age_ms * 1_000)
    assert bool(found.flags & PrintFlag.SAME_TICK) is row.same_tick


@pytest.mark.parametrize("name", ROWS)
def test_the_rings_choose_the_same(name: str) -> None:
    row, rings = ROWS[name], QuoteRings()
    for ms, seq, bid, order in row.quotes:
        rings.add(CALL, OptionQuote(at(ms), b"", CALL, bid, bid + 2, 1, 1, order), seq)

    entry, same_tick = rings.as_of(CALL, at(1_000), row.order)

    assert (entry[1] if entry else None, same_tick) == (row.seq, row.same_tick)


@pytest.mark.parametrize(
    ("name", "mode", "side"),
    [
        ("G4 row 1", QuoteMode.CHANGE, Side.A),  # 3 in 1 x 3; by the quote of 1 001 it is inside
        ("G4 row 1", QuoteMode.SAMPLED, Side.A),
        ("only a later one", QuoteMode.CHANGE, Side.MISSING),
        ("G4 row 2, nothing before", QuoteMode.CHANGE, Side.MISSING),
        ("G4 row 2, the previous one", QuoteMode.CHANGE, Side.A),  # by 5 x 7 it is far below
        ("one order, after both", QuoteMode.CHANGE, Side.BB),
        ("quiet for 900 s", QuoteMode.SAMPLED, Side.STALE),
        ("quiet for longer", QuoteMode.SAMPLED, Side.MISSING),
    ],
)
def test_the_side_follows_from_that_quote(name: str, mode: QuoteMode, side: Side) -> None:
    assert place(stamp(ROWS[name], mode), Params()).side is side


times = st.lists(st.integers(0, 2_000), max_size=12)


@given(times, st.lists(st.tuples(st.integers(0, 12), st.integers(1_001, 5_000)), min_size=1))
def test_later_quotes_change_nothing(before: list[int], added: list[tuple[int, int]]) -> None:
    """G16.2: quotes later than the print, wherever they arrive, leave its quote as it was."""
    quotes = [Quoted(ms, seq, 1 + seq % 4) for seq, ms in enumerate(before)]
    more = list(quotes)
    for n, (place_at, ms) in enumerate(added):
        more.insert(place_at, Quoted(ms, 50 + n, 9))

    one, other = stamp(Row(tuple(quotes))), stamp(Row(tuple(more)))

    silences = {"quote_silence_us": None}  # how long the whole feed was silent, no quote's matter
    assert structs.replace(one, **silences) == structs.replace(other, **silences)
