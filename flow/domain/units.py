"""Units of the engine and the database, and their conversions.

Time is integer microseconds since 1970 UTC. Prices and money are integer micro-dollars. Shares are
micro-shares, because a share may be fractional. Contracts are whole numbers.
"""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

MICROS = 1_000_000
SECOND_US = 1_000_000
MILLISECOND_US = 1_000
MINUTE_US = 60 * SECOND_US
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_datetime(micros: int) -> datetime:
    """Return the UTC instant of integer microseconds since 1970 (exact)."""
    return EPOCH + timedelta(microseconds=micros)


def from_datetime(instant: datetime) -> int:
    """Return integer microseconds since 1970 of an aware instant (exact).

    Errors: ValueError for a naive datetime, because its offset would be a guess.
    """
    if instant.tzinfo is None:
        raise ValueError(f"instant is {instant!r} without offset; expected an aware datetime")
    return (instant - EPOCH) // timedelta(microseconds=1)


def dollars_to_micros(text: str | int | Decimal) -> int:
    """Return micro-dollars of a decimal text; more than six decimals are rounded half up.

    Errors: ArithmeticError or ValueError for what is not a finite decimal number.
    """
    value = Decimal(text) * MICROS
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def micros_to_text(micros: int) -> str:
    """Return micro-dollars (or micro-shares) as a plain decimal text without trailing zeros."""
    sign = "-" if micros < 0 else ""
    whole, part = divmod(abs(micros), MICROS)
    return f"{sign}{whole}" if not part else f"{sign}{whole}.{part:06d}".rstrip("0")


def round_half_away(value: float, places: int) -> float:
    """Round half away from zero on the exact binary value (options-engine.md 0.3, `rN`)."""
    quantum = Decimal(1).scaleb(-places)
    return float(Decimal(value).quantize(quantum, rounding=ROUND_HALF_UP))
