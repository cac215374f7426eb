"""Lean equity files: SIP ticks and minute bars of one symbol and day.

Source: QuantConnect/Lean Data/equity/readme; PROVENANCE.md section 3 for the tick quotes.
"""

from collections.abc import Iterator
from functools import lru_cache

from flow.domain.conditions import lean_equity_codes
from flow.domain.events import EquityPrint, EquityQuote, Malformed, PrintFlag
from flow.domain.units import MICROS, MINUTE_US
from flow.domain.venues import is_off_exchange, venue_code
from ingest.feeds import MAX_NOTIONAL_MICROS, FeedItem
from ingest.lean_zip import (
    TIME,
    Field,
    Identity,
    Row,
    RowFormat,
    midnight_us,
    price_field,
    row_ts,
    rows_in_order,
    size_field,
    wrong_cell,
)

PRICE_UNIT = 100  # 1e-4 dollars in micro-dollars
BAR_QUOTE_ORDER = 1  # one vendor order for the bars of one minute: the quote comes first
BAR_PRINT_ORDER = 2
BAR_FLAGS = int(PrintFlag.MINUTE_BAR | PrintFlag.CONDITIONS_UNKNOWN)
_EXCHANGE = Field("exchange", rb"[A-Za-z]?", "bad_venue", "one letter")
_CONDITION = Field("condition", rb"[0-9A-Fa-f]{1,8}", "bad_condition", "hexadecimal bit mask")
_SUSPICIOUS = Field("suspicious", rb"[01]", "bad_fields", "0 or 1")
TRADE_TICK = RowFormat(
    TIME, price_field("price"), size_field("size"), _EXCHANGE, _CONDITION, _SUSPICIOUS
)
QUOTE_TICK = RowFormat(
    TIME, price_field("bid"), size_field("bid size"), price_field("ask"), size_field("ask size"),
    _EXCHANGE, _CONDITION, _SUSPICIOUS,
)  # fmt: skip
TRADE_BAR = RowFormat(
    TIME, price_field("open"), price_field("high"), price_field("low"), price_field("close"),
    size_field("volume"),
)  # fmt: skip
QUOTE_BAR = RowFormat(
    TIME,
    *(price_field(f"bid {part}", optional=True) for part in ("open", "high", "low", "close")),
    size_field("bid size"),
    *(price_field(f"ask {part}", optional=True) for part in ("open", "high", "low", "close")),
    size_field("ask size"),
)


@lru_cache(maxsize=256)
def _venue(letter: bytes) -> tuple[int, bool | None]:
    """Return the venue code of an exchange letter and whether it reports off exchange.

    Missing: a letter that no table names is venue 0, and off exchange is not known then.
    """
    code = venue_code(letter.decode().upper(), "equity")
    return code, is_off_exchange(code) if code else None


@lru_cache(maxsize=4096)
def _conditions(mask: bytes) -> tuple[int, ...]:
    return lean_equity_codes(int(mask, 16))


def read_trade_ticks(
    lines: Iterator[bytes], symbol: str, day: str, where: str
) -> Iterator[FeedItem]:
    """Yield one EquityPrint per trade row. A row marked suspicious is a trade like any other."""
    identity = Identity("equity_print", symbol, day)
    midnight = midnight_us(day)
    for row in rows_in_order(lines, TRADE_TICK, where):
        yield row if isinstance(row, Malformed) else _trade(row, symbol, midnight, identity, where)


def _trade(row: Row, symbol: str, midnight: int, identity: Identity, where: str) -> FeedItem:
    _, price, size, letter, mask, _ = row.cells
    if bad := _not_positive(row, TRADE_TICK, (1, 2), where):
        return bad
    venue, off_exchange = _venue(letter)
    return EquityPrint(
        ts=row_ts(midnight, row.ms),
        uid=identity.uid(row.ms, row.line),
        symbol=symbol,
        price_micros=int(price) * PRICE_UNIT,
        size_micros=int(size) * MICROS,
        venue=venue,
        conditions=_conditions(mask),
        off_exchange=off_exchange,
    )


def read_quote_ticks(
    lines: Iterator[bytes], symbol: str, day: str, where: str
) -> Iterator[FeedItem]:
    """Yield one EquityQuote per row: the NBBO after it.

    Shape: the last row with a bid and the last row with an ask, whatever the exchange. A row
    carries a side when its price and size are above 0.
    Missing: a side is None until the first row that carries it.
    Source: PROVENANCE.md section 3: per-exchange books of these rows give a crossed market.
    """
    uid = Identity("equity_quote", symbol, day).uid
    midnight = midnight_us(day)
    bid: int | None = None
    ask: int | None = None
    bid_size: int | None = None
    ask_size: int | None = None
    for row in rows_in_order(lines, QUOTE_TICK, where):
        if isinstance(row, Malformed):
            yield row
            continue
        cells = row.cells
        if cells[1] != b"0" and cells[2] != b"0":
            bid, bid_size = int(cells[1]) * PRICE_UNIT, int(cells[2])
        if cells[3] != b"0" and cells[4] != b"0":
            ask, ask_size = int(cells[3]) * PRICE_UNIT, int(cells[4])
        yield EquityQuote(
            midnight + row.ms * 1000, uid(row.ms, row.line), symbol, bid, ask, bid_size, ask_size
        )


def read_trade_bars(
    lines: Iterator[bytes], symbol: str, day: str, where: str
) -> Iterator[FeedItem]:
    """Yield one EquityPrint per minute bar: close price, whole volume, at the END of the bar."""
    identity = Identity("equity_print", symbol, day)
    end = midnight_us(day) + MINUTE_US
    for row in rows_in_order(lines, TRADE_BAR, where):
        if isinstance(row, Malformed):
            yield row
        elif bad := broken_trade_bar(row, where):
            yield bad
        else:
            yield EquityPrint(
                ts=row_ts(end, row.ms),
                uid=identity.uid(row.ms, row.line),
                symbol=symbol,
                price_micros=int(row.cells[4]) * PRICE_UNIT,
                size_micros=int(row.cells[5]) * MICROS,
                order=BAR_PRINT_ORDER,
                flags=BAR_FLAGS,
            )


def read_quote_bars(
    lines: Iterator[bytes], symbol: str, day: str, where: str
) -> Iterator[FeedItem]:
    """Yield one EquityQuote per minute bar: closing bid and ask, at the END of the bar."""
    identity = Identity("equity_quote", symbol, day)
    end = midnight_us(day) + MINUTE_US
    for row in rows_in_order(lines, QUOTE_BAR, where):
        if isinstance(row, Malformed):
            yield row
            continue
        bid, bid_size = closing_side(row, 4)
        ask, ask_size = closing_side(row, 9)
        yield EquityQuote(
            ts=row_ts(end, row.ms),
            uid=identity.uid(row.ms, row.line),
            symbol=symbol,
            bid_micros=bid,
            ask_micros=ask,
            bid_size=bid_size,
            ask_size=ask_size,
            order=BAR_QUOTE_ORDER,
        )


def closing_side(row: Row, close: int) -> tuple[int | None, int | None]:
    """Return the closing price and size of a quote bar's side, None twice where it is empty.

    Units: micro-dollars; contracts or shares as the file counts them.
    Missing: an empty cell, or a price of 0, says that the bar knows no such side.
    """
    price = int(row.cells[close] or b"0") * PRICE_UNIT
    return (price, int(row.cells[close + 1])) if price else (None, None)


def broken_trade_bar(row: Row, where: str) -> Malformed | None:
    """Return why a trade bar cannot be true: no size, no price, close outside low and high."""
    low, high, close = int(row.cells[3]), int(row.cells[2]), int(row.cells[4])
    if close * PRICE_UNIT * int(row.cells[5]) > MAX_NOTIONAL_MICROS:
        field = TRADE_BAR.fields[5]._replace(expected="price x size of at most 90 billion dollars")
        return wrong_cell(field, row.cells[5], row.line, f"{where}:{row.number}")
    if low <= close <= high:
        return _not_positive(row, TRADE_BAR, (4, 5), where)
    detail = f"close is {close}; expected between low {low} and high {high}"
    return Malformed("bad_bar", detail, row.line, f"{where}:{row.number}")


def _not_positive(
    row: Row, layout: RowFormat, columns: tuple[int, ...], where: str
) -> Malformed | None:
    for column in columns:
        if not int(row.cells[column]):
            field = layout.fields[column]._replace(expected="more than 0")
            return wrong_cell(field, row.cells[column], row.line, f"{where}:{row.number}")
    return None
