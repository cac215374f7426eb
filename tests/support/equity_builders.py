"""Builders for tests of the equity engine: every default is visible, nothing is random."""

from typing import Any

from flow.domain.events import Control, QuoteMode, StampedEquityPrint
from flow.domain.ids import content_uid
from flow.domain.sessions import Session
from flow.domain.units import MICROS

T0 = 1_736_953_200_000_000  # 2025-01-15T15:00:00Z
TRADE_DATE = 739_266  # 2025-01-15
TRF, NASDAQ = 150, 110  # flow.domain.venues
LATENESS_MS = 5_000

_DEFAULTS: dict[str, Any] = {
    "seq": 1,
    "ts": T0,
    "symbol": "SPY",
    "price_micros": 500_000_000,
    "size_micros": 1_000 * MICROS,
    "venue": TRF,
    "conditions": (),
    "off_exchange": True,
    "exec_ts": None,
    "bid_micros": 499_980_000,
    "ask_micros": 500_020_000,
    "bid_size": 3,
    "ask_size": 4,
    "quote_silence_us": 0,
    "quote_mode": int(QuoteMode.SAMPLED),
    "session": int(Session.REGULAR),
    "session_date": TRADE_DATE,
    "flags": 0,
}


def equity_print(**changes: Any) -> StampedEquityPrint:
    """Return 1,000 SPY off exchange at 500.00 in 499.98 x 500.02, quoted 100 ms before."""
    fields = _DEFAULTS | changes
    fields.setdefault("quote_ts", fields["ts"] - 100_000)
    fields.setdefault("quote_seq", fields["seq"] + 1_000)
    fields.setdefault("uid", content_uid("test", fields["seq"], fields["ts"], fields["symbol"]))
    return StampedEquityPrint(**fields)


def lit_print(**changes: Any) -> StampedEquityPrint:
    """Return a print of an exchange."""
    return equity_print(**({"venue": NASDAQ, "off_exchange": False} | changes))


def unquoted_print(**changes: Any) -> StampedEquityPrint:
    """Return a print of a symbol without any quote."""
    nothing = {"bid_micros": None, "ask_micros": None, "bid_size": None, "ask_size": None}
    return equity_print(**(nothing | {"quote_ts": None, "quote_seq": None} | changes))


def at_ms(milliseconds: float) -> int:
    """Return an instant so many milliseconds after T0."""
    return T0 + round(milliseconds * 1_000)


def dollars(amount: float) -> int:
    """Return micro-dollars."""
    return round(amount * MICROS)


def shares(count: float) -> int:
    """Return micro-shares."""
    return round(count * MICROS)


def clock(seq: int, ts: int) -> Control:
    """Return a clock entry: nothing at or before `ts` is on time any more."""
    return Control(seq, "clock", ts)


def session_close(seq: int, ts: int) -> Control:
    """Return the close of a trading session."""
    return Control(seq, "session_close", ts)


def tuning(seq: int, revision: int, **values: object) -> Control:
    """Return the entry that puts a tuning revision in force."""
    return Control(seq, "tuning", T0, {"revision": revision, "digest": "", "values": values})
