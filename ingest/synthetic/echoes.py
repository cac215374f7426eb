"""What is said again of a trade: messages that take it back or put another in its place."""

from typing import Any

import msgspec

from flow.domain.events import EquityPrint, OptionPrint
from flow.domain.sale_condition_table import SALE_CODES
from flow.domain.units import MICROS
from ingest.synthetic.ticks import stock_tick

_CANCELLED = (SALE_CODES["Cancelled"],)
CANCEL_LETTER = "A"  # OPRA: cancel of an earlier trade
Trade = OptionPrint | EquityPrint


def taken_back(event: Trade, wire_us: int, uid: bytes, letter: str = CANCEL_LETTER) -> Trade:
    """Return the message that takes a trade back, as the wire of its asset class says it."""
    conditions = (ord(letter),) if isinstance(event, OptionPrint) else _CANCELLED
    return msgspec.structs.replace(event, ts=wire_us, uid=uid, conditions=conditions)


def corrected(
    event: Trade, wire_us: int, uid: bytes, *, price_ticks: int = 0, shares: int | None = None
) -> Trade:
    """Return a trade as it should have been told: ticks dearer, or of other shares."""
    price = event.price_micros + price_ticks * stock_tick(event.price_micros)
    changes: dict[str, Any] = {"ts": wire_us, "uid": uid, "price_micros": price}
    if shares is not None and isinstance(event, EquityPrint):
        changes["size_micros"] = shares * MICROS
    return msgspec.structs.replace(event, **changes)
