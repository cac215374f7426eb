"""Published numbers are rounded half away from zero, on the exact binary value."""

from decimal import ROUND_HALF_UP, Decimal

# Half units of the last place, by places: a half is an odd number of them.
_HALVES = tuple(2.0 * 10**places for places in range(9))


def rounded(value: float, places: int) -> float:
    """Return a finite value to so many places (0 to 8), half away from zero; never negative zero.

    `round` sends exact halves to the even neighbour, 3.125 to 3.12. Everything else it rounds as
    wanted, and faster than decimals do, so that only what looks like a half is done by decimals.
    Source: options-engine.md 0.3 (rN: on the exact binary value).
    """
    if value * _HALVES[places] % 2.0 != 1.0:
        return round(value, places) + 0.0
    step = Decimal(1).scaleb(-places)
    return float(Decimal(value).quantize(step, ROUND_HALF_UP)) + 0.0
