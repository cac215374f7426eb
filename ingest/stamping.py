"""Stamping: a print plus what was known when it printed. Nothing downstream joins quotes again.

`Stamper` sees the events of one source in feed order, each with the seq that the log gave it. Equal
events in equal order give equal stamps, whatever the batches were.
"""

from collections.abc import Iterable

from flow.domain.events import (
    EquityPrint,
    EquityQuote,
    OptionPrint,
    OptionQuote,
    PrintFlag,
    QuoteMode,
    StampedEquityPrint,
    StampedPrint,
)
from flow.domain.multipliers import NO_MULTIPLIERS, Multipliers
from flow.domain.sessions import Calendar, Session
from flow.domain.units import MILLISECOND_US, MINUTE_US
from ingest.feeds import Capabilities
from ingest.moves import Moves
from ingest.rings import FORGET_US, STOCK_KEEP_COUNT, STOCK_KEEP_US, QuoteRings
from ingest.spots import NO_ENTRY, NO_SPOT, Spot, Standing
from ingest.terms import Terms, read_terms

SPOT_MAX_AGE_US = 1_000 * MILLISECOND_US  # options-engine.md 5.1, errata 4
MAX_CONTRACTS = 200_000
_CHANGE = int(QuoteMode.CHANGE)
_LATE = int(PrintFlag.LATE_ARRIVAL)
_SAME_TICK = int(PrintFlag.SAME_TICK)
_MINUTE_BAR = int(PrintFlag.MINUTE_BAR)
_CONDITIONS_UNKNOWN = int(PrintFlag.CONDITIONS_UNKNOWN)
_SPOT_STALE = int(PrintFlag.SPOT_STALE)


class Stamper:
    """The quote memory of one source. Pure: it reads no clock and no database."""

    def __init__(
        self,
        capabilities: Capabilities,
        calendar: Calendar,
        multipliers: Multipliers = NO_MULTIPLIERS,
    ) -> None:
        self._calendar = calendar
        self.multipliers = multipliers  # replaced when a load brings others
        self._option_mode = int(capabilities.quote_mode_options)
        self._equity_mode = int(capabilities.quote_mode_equities)
        # A change feed's quote stands until the next one; a sample only as long as it is fresh.
        is_change = capabilities.quote_mode_equities == QuoteMode.CHANGE
        self._move_age_us = None if is_change else SPOT_MAX_AGE_US
        # Where the calendar is closed, a market without closing hours goes on as by day.
        self._closed = Session.REGULAR if capabilities.always_open else Session.CLOSED
        self._default_flags = 0 if capabilities.conditions_known else _CONDITIONS_UNKNOWN
        self._options = QuoteRings()
        self._equities = QuoteRings(STOCK_KEEP_US, STOCK_KEEP_COUNT)
        self._moves: dict[str, Moves] = {}
        self._moves_minute = 0
        self._standing: dict[str, Standing] = {}
        self._terms: dict[str, Terms] = {}

    def saw_option_quote(self, event: OptionQuote, seq: int) -> None:
        """Remember an option quote."""
        self._options.add(event.contract, event, seq)

    def saw_equity_quote(self, event: EquityQuote, seq: int) -> None:
        """Remember an equity quote, for equity prints and as the underlying of option prints."""
        symbol, ts = event.symbol, event.ts
        is_newest = self._equities.add(symbol, event, seq)
        self._standing.pop(symbol, None)
        if not is_newest:
            return
        moves = self._moves.get(symbol)
        if moves is None:
            moves = self._moves[symbol] = Moves(ts, self._move_age_us)
        moves.quote(ts, _mid2(event.bid_micros, event.ask_micros), self._calendar.locate(ts))
        if ts // MINUTE_US > self._moves_minute:
            self._moves_minute = ts // MINUTE_US
            self._forget_moves(ts - FORGET_US)

    def stamp_option_print(
        self, event: OptionPrint, seq: int, *, late: bool = False
    ) -> StampedPrint:
        """Return the print with its as-of quote, underlying, session and premium.

        Units: `premium_micros` = price x size x multiplier, in micro-dollars. The multiplier is
        that of reference data, else 100 (options-engine.md 0.4).
        Missing: None with its reason in `flags` (contract unreadable, adjusted, spot stale); the
        quote is None where none was seen within 900 s.
        """
        ts, text, price, size = event.ts, event.contract, event.price_micros, event.size
        terms = self._terms.get(text) or self._terms_of(text)
        flags = event.flags | terms.flags
        if late:
            flags |= _LATE
        if not event.conditions:
            flags |= self._default_flags
        entry, same_tick = self._options.as_of(text, ts, event.order)
        quote_ts, quote_seq, quote = entry or NO_ENTRY
        if same_tick:
            flags |= _SAME_TICK
        standing = self._standing.get(terms.underlying)
        if standing is not None and standing.first <= ts <= standing.last:
            spot = standing.spot
        else:
            spot = self._spot(terms.underlying, event)
        session, session_date = self._calendar.locate(
            ts, gth=terms.is_index, late_close=terms.late_close
        )
        multiplier = self.multipliers.of(terms.root, session_date) or terms.multiplier
        expiry = terms.expiry
        return StampedPrint(
            seq, ts, event.uid, text, price, size, event.venue, event.conditions,
            None if multiplier is None else price * size * multiplier,
            quote.bid_micros, quote.ask_micros, quote.bid_size, quote.ask_size,
            quote_ts, quote_seq,
            self._options.silence_us(ts), self._option_mode,
            spot.bid, spot.ask, spot.ts, spot.seq,
            spot.move_60s, spot.move_5m, spot.move_5m_z,
            event.iv, int(session or self._closed), session_date,
            None if expiry is None or expiry < session_date else expiry - session_date,
            flags | spot.flags, event.order or 0,
        )  # fmt: skip

    def stamp_equity_print(
        self, event: EquityPrint, seq: int, *, late: bool = False
    ) -> StampedEquityPrint:
        """Return the print with the quote that stood at its execution (report, where not told).

        Source: platform.md 2.1 (late reports join on the execution time where it is given).
        """
        exec_ts = event.exec_ts
        at = event.ts if exec_ts is None or exec_ts > event.ts else exec_ts
        order = event.order if at == event.ts else None
        entry, same_tick = self._equities.as_of(event.symbol, at, order)
        quote_ts, quote_seq, quote = entry or NO_ENTRY
        session, session_date = self._calendar.locate(event.ts)
        session = session or self._closed
        flags = event.flags | (_LATE if late else 0) | (_SAME_TICK if same_tick else 0)
        return StampedEquityPrint(
            seq, event.ts, event.uid, event.symbol, event.price_micros, event.size_micros,
            event.venue, event.conditions, event.off_exchange, exec_ts,
            quote.bid_micros, quote.ask_micros, quote.bid_size, quote.ask_size,
            quote_ts, quote_seq,
            self._equities.silence_us(at), self._equity_mode, int(session), session_date, flags,
            event.corrects,
        )  # fmt: skip

    def warm(
        self,
        option_quotes: Iterable[tuple[int, OptionQuote]],
        equity_quotes: Iterable[tuple[int, EquityQuote]],
    ) -> None:
        """Fill the memory after a restart from (seq, quote) rows of the log, in seq order.

        For stamps equal to those without a restart the rows hold each contract's last 5 s and each
        symbol's last 12 s, the quote before them, and all quotes of that time; the moves need
        304 s.
        """
        for seq, option_quote in option_quotes:
            self.saw_option_quote(option_quote, seq)
        for seq, equity_quote in equity_quotes:
            self.saw_equity_quote(equity_quote, seq)

    def _spot(self, underlying: str, event: OptionPrint) -> Spot:
        """Return the underlying at a print: shown when stale, but then without moves.

        Missing: an unreadable contract has no underlying.

        The vendor orders of two tapes do not compare; only the bars of one minute share one.
        """
        ts = event.ts
        order = event.order if event.flags & _MINUTE_BAR else None
        entry, _ = self._equities.as_of(underlying, ts, order) if underlying else (None, False)
        if entry is None:
            return NO_SPOT
        quote_ts, seq, quote = entry
        bid, ask = quote.bid_micros, quote.ask_micros
        if ts - quote_ts > SPOT_MAX_AGE_US and self._is_silent(ts):
            return Spot(bid, ask, quote_ts, seq, flags=_SPOT_STALE)
        moves = self._moves.get(underlying)
        if not bid or not ask or moves is None:
            return Spot(bid, ask, quote_ts, seq)
        short, long, long_z, first, last = moves.at(ts, bid + ask)
        spot = Spot(bid, ask, quote_ts, seq, short, long, long_z)
        if entry is self._equities.newest_of(underlying):
            # An older quote may be stale, and one of its instant is not seen.
            last = min(last, quote_ts + SPOT_MAX_AGE_US)
            self._standing[underlying] = Standing(max(first, quote_ts + 1), last, spot)
        return spot

    def _is_silent(self, ts: int) -> bool:
        """Return whether an old quote of the underlying may not be used (options errata 4)."""
        if self._equity_mode != _CHANGE:
            return True
        silence = self._equities.silence_us(ts)
        return silence is None or silence > SPOT_MAX_AGE_US

    def _terms_of(self, text: str) -> Terms:
        if len(self._terms) >= MAX_CONTRACTS:
            self._terms.clear()  # a cache: what was read once is read again
        return self._terms.setdefault(text, read_terms(text))

    def _forget_moves(self, before: int) -> None:
        stale = [symbol for symbol, moves in self._moves.items() if moves.last_ts < before]
        for symbol in stale:
            del self._moves[symbol]
        self._standing.clear()


def _mid2(bid: int | None, ask: int | None) -> int | None:
    """Return bid + ask, None where a side is not known."""
    return bid + ask if bid and ask else None
