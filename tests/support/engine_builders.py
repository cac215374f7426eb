"""Builders for engine tests: every default is visible, nothing is random."""

import os
from pathlib import Path
from typing import Any

from flow.domain.contracts import parse_contract
from flow.domain.events import Control, QuoteMode, StampedPrint
from flow.domain.ids import content_uid
from flow.domain.sessions import Session

PROJECT = Path(__file__).resolve().parents[2]
SHARED_DATA = Path(os.environ.get("ISLANDFLOW_SHARED_DATA") or PROJECT.parent / "shared" / "data")

T0 = 1_736_953_200_000_000  # 2025-01-15T15:00:00Z, the goldens' T0
TRADE_DATE = 739_266  # 2025-01-15
SPY_CALL = "SPY-2025-01-17-450-C"
SPY_PUT = "SPY-2025-01-17-450-P"
AUTO, ISO, AUCTION, CROSS, COMPLEX = ord("I"), ord("S"), ord("a"), ord("c"), ord("f")
CANCEL, LATE, COMPRESSION = ord("C"), ord("D"), ord("u")

_DEFAULTS: dict[str, Any] = {
    "seq": 1,
    "ts": T0,
    "contract": SPY_CALL,
    "price_micros": 4_200_000,
    "size": 100,
    "venue": 3,
    "conditions": (AUTO,),
    "bid_micros": 4_100_000,
    "ask_micros": 4_200_000,
    "bid_size": 10,
    "ask_size": 10,
    "quote_seq": 1,
    "quote_silence_us": 0,
    "quote_mode": int(QuoteMode.CHANGE),
    "spot_bid_micros": 450_490_000,
    "spot_ask_micros": 450_510_000,
    "spot_seq": 1,
    "move_60s_bps": 0.0,
    "move_5m_bps": 0.0,
    "move_5m_z": None,
    "iv": None,
    "session": int(Session.REGULAR),
    "session_date": TRADE_DATE,
    "flags": 0,
}


def stamped(**changes: Any) -> StampedPrint:
    """Return a stamped print: 100 SPY calls at the ask of 4.10 x 4.20, quoted 1 ms before."""
    fields = _DEFAULTS | changes
    ts = fields["ts"]
    fields.setdefault("quote_ts", ts - 1_000)
    fields.setdefault("spot_ts", ts - 1_000)
    fields.setdefault("uid", content_uid("test", fields["seq"], ts, fields["contract"]))
    fields.setdefault("premium_micros", fields["price_micros"] * fields["size"] * 100)
    if "dte" not in fields:
        try:
            fields["dte"] = parse_contract(fields["contract"]).expiry - fields["session_date"]
        except ValueError:
            fields["dte"] = None
    return StampedPrint(**fields)


def unquoted(**changes: Any) -> StampedPrint:
    """Return a stamped print of a contract without any quote."""
    nothing = {"bid_micros": None, "ask_micros": None, "bid_size": None, "ask_size": None}
    return stamped(**(nothing | {"quote_ts": None, "quote_seq": None, "quote_mode": 0} | changes))


def clock(seq: int, ts: int) -> Control:
    """Return a clock entry: nothing at or before `ts` is on time any more."""
    return Control(seq, "clock", ts)


def session_close(seq: int, ts: int) -> Control:
    """Return the close of a trading session."""
    return Control(seq, "session_close", ts)


def tuning(seq: int, ts: int, revision: int, **values: object) -> Control:
    """Return the entry that puts a tuning revision in force."""
    return Control(seq, "tuning", ts, {"revision": revision, "digest": "", "values": values})


def ms(milliseconds: float) -> int:
    """Return an instant so many milliseconds after T0."""
    return T0 + round(milliseconds * 1_000)
