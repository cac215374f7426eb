"""Builders and an oracle for candle tests: every default is visible, nothing is random.

The oracle is told by hand what each kind of print may do, and shares no code with the candles.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from flow.domain.candles.bar import Bar
from flow.domain.events import Control, StampedEquityPrint
from flow.domain.ids import content_uid
from flow.domain.sessions import Session

B = 1_699_999_980_000_000  # golden G3's window, a full minute
MINUTE = 60_000_000
TRADE_DATE = 738_473

_DEFAULTS: dict[str, Any] = {
    "seq": 1,
    "ts": B,
    "symbol": "AIG",
    "price_micros": 100_000_000,
    "size_micros": 100_000_000,
    "venue": 108,
    "conditions": (1000,),
    "off_exchange": False,
    "exec_ts": None,
    "bid_micros": None,
    "ask_micros": None,
    "bid_size": None,
    "ask_size": None,
    "quote_ts": None,
    "quote_seq": None,
    "quote_silence_us": None,
    "quote_mode": 0,
    "session": int(Session.REGULAR),
    "session_date": TRADE_DATE,
    "flags": 0,
}


def equity_print(**changes: Any) -> StampedEquityPrint:
    """Return a stamped print: 100 AIG at 100.00 on the NYSE, regular, at the start of G3's W."""
    fields = _DEFAULTS | changes
    fields.setdefault("uid", content_uid("test", fields["seq"], fields["ts"], fields["symbol"]))
    return StampedEquityPrint(**fields)


def trade(offset_ms: float, price: float, shares: float, seq: int, **changes: Any) -> Any:
    """Return a print so many milliseconds after B."""
    changes.setdefault("ts", B + round(offset_ms * 1_000))
    price_micros, size_micros = round(price * 1_000_000), round(shares * 1_000_000)
    return equity_print(seq=seq, price_micros=price_micros, size_micros=size_micros, **changes)


def clock(seq: int, offset_ms: float) -> Control:
    """Return a clock entry so many milliseconds after B."""
    return Control(seq, "clock", B + round(offset_ms * 1_000))


def minutes(bars: Iterable[Bar]) -> list[Bar]:
    """Return the minute bars."""
    return [bar for bar in bars if bar.interval_s == 60]


def seconds(bars: Iterable[Bar]) -> list[Bar]:
    """Return the second bars."""
    return [bar for bar in bars if bar.interval_s == 1]


def ohlc(bar: Bar) -> tuple[float | None, ...]:
    """Return open, high, low and close in dollars."""
    prices = (bar.open_micros, bar.high_micros, bar.low_micros, bar.close_micros)
    return tuple(None if price is None else price / 1_000_000 for price in prices)


class Kind(NamedTuple):
    """A kind of print, and what it may do by the tape's rules."""

    changes: dict[str, Any]
    last: bool
    high_low: bool
    volume: bool
    session: int = 2


_POST, _OFF = {"session": 3}, {"venue": 150, "off_exchange": True}
KINDS = {
    "regular": Kind({}, True, True, True),
    "unstated": Kind({"conditions": (), "off_exchange": None}, True, True, True),
    "sweep": Kind({"conditions": (1005, 1029)}, True, True, True),
    "average price": Kind({"conditions": (1020,), **_OFF}, False, False, True),
    "derivative": Kind({"conditions": (1009,), **_OFF}, False, False, True),
    "out of sequence": Kind({"conditions": (1011, 1014)}, False, False, True),
    "odd lot": Kind({"conditions": (1000, 1031)}, False, False, True),
    "official close": Kind({"conditions": (1024,)}, False, False, False),
    "off exchange": Kind(_OFF, True, True, True),
    "reported in 10 s": Kind({"delay_us": 10_000_000, **_OFF}, True, True, True),
    "reported late": Kind({"delay_us": 10_000_001, **_OFF}, False, False, True),
    "early extended": Kind({"conditions": (1013,)}, False, False, True),
    "extended": Kind({"conditions": (1013,), **_POST}, True, True, True, 3),
    "extended, unstated": Kind({"conditions": (), **_POST}, True, True, True, 3),
    "extended, sold": Kind({"conditions": (1013, 1014), **_POST}, False, False, True, 3),
    "closing auction": Kind({"conditions": (1007,), **_POST}, True, True, True),
}


def of_kind(name: str, **changes: Any) -> StampedEquityPrint:
    """Return a print of a kind."""
    fields = dict(KINDS[name].changes)
    delay_us = fields.pop("delay_us", None)
    if delay_us is not None:
        fields["exec_ts"] = changes["ts"] - delay_us
    return equity_print(**(fields | changes))


def by_hand(named: Iterable[tuple[str, StampedEquityPrint]], width_us: int) -> dict[Any, Any]:
    """Return what each window holds: figures by (symbol, start, session), from the kinds' table."""
    found: dict[Any, list[tuple[Kind, StampedEquityPrint]]] = {}
    for name, print_ in named:
        kind = KINDS[name]
        if kind.volume:
            start = print_.ts // width_us * width_us
            found.setdefault((print_.symbol, start, kind.session), []).append((kind, print_))
    return {window: _figures(rows) for window, rows in found.items()}


def _figures(rows: list[tuple[Kind, StampedEquityPrint]]) -> tuple[Any, ...]:
    ordered = sorted(rows, key=lambda row: (row[1].ts, row[1].seq))
    lasts = [print_ for kind, print_ in ordered if kind.last]
    ranged = sorted(print_.price_micros for kind, print_ in rows if kind.high_low)
    prints = [print_ for _, print_ in rows]
    off = [print_.size_micros for print_ in prints if print_.off_exchange is True]
    return (
        lasts[0].price_micros if lasts else None,
        ranged[-1] if ranged else None,
        ranged[0] if ranged else None,
        lasts[-1].price_micros if lasts else None,
        sum(print_.size_micros for print_ in prints),
        len(prints),
        sum(print_.size_micros for print_ in prints if print_.off_exchange is False),
        sum(off),
        len(off),
        sum(round(print_.price_micros * print_.size_micros / 1_000_000) for print_ in prints),
        (lasts[0].ts, lasts[0].seq, lasts[-1].ts, lasts[-1].seq) if lasts else (None,) * 4,
    )


def figures(bar: Bar) -> tuple[Any, ...]:
    """Return a bar's figures in the oracle's order."""
    return (
        bar.open_micros,
        bar.high_micros,
        bar.low_micros,
        bar.close_micros,
        bar.volume_micros,
        bar.trades,
        bar.lit_volume_micros,
        bar.off_exchange_volume_micros,
        bar.off_exchange_count,
        bar.notional_micros,
        (bar.first_ts, bar.first_seq, bar.last_ts, bar.last_seq),
    )
