"""Whose baselines a packet belongs to: contract, bucket, underlying, and the part of the day.

Only names are made here; what is kept under them is `baselines`' business.
"""

from bisect import bisect_right
from typing import Literal

import msgspec

from flow.domain.units import MINUTE_US

DayPart = Literal["open", "mid", "close", "extended"]

# Where the second and each later bucket begins: days to expiry, share out of the money. A limit
# belongs to the bucket that it begins. Source: options-engine.md 10 strict; errata 20.
_DTE_BEGINS = (1, 3, 8, 31, 91)
_DTE_NAMES = ("0d", "1-2d", "3-7d", "8-30d", "31-90d", ">90d")
_OTM_BEGINS = (-0.05, -0.015, 0.015, 0.05, 0.10)
_OTM_NAMES = ("<-5%", "-5..-1.5%", "-1.5..1.5%", "1.5..5%", "5..10%", ">=10%")


class Keys(msgspec.Struct, frozen=True, gc=False):
    """Whose baselines one packet reads and enters. `bucket` is empty where it cannot be told."""

    contract: str
    bucket: str
    underlying: str
    day_part: DayPart


def day_part(ts_us: int, open_us: int | None, close_us: int | None, edge_minutes: int) -> DayPart:
    """Return the part of the regular session that an instant belongs to.

    Units: microseconds UTC. The opening instant is inside, the closing one outside.
    Missing: without known times it is the middle.
    Source: options-engine.md 10 strict (own state for the first and last 15 minutes), 4.2
    (extended hours stay out of these baselines).
    """
    if open_us is None or close_us is None:
        return "mid"
    if not open_us <= ts_us < close_us:
        return "extended"
    edge_us = edge_minutes * MINUTE_US
    if ts_us < open_us + edge_us:
        return "open"
    return "close" if ts_us >= close_us - edge_us else "mid"


def keys_of(  # noqa: PLR0917 - six facts of one packet, in the order of its features
    contract_text: str,
    underlying: str,
    right: str,
    dte_days: int | None,
    otm_pct: float | None,
    day_part: DayPart,
) -> Keys:
    """Return the keys of one packet.

    Units: `otm_pct` is a share as in `Features`, 0.05 is 5 % out of the money.
    Missing: without days to expiry or a price of the underlying there is no bucket.
    Source: options-engine.md 10 strict; errata 20 (half-open buckets).
    """
    bucket = ""
    if dte_days is not None and otm_pct is not None:
        days = _DTE_NAMES[bisect_right(_DTE_BEGINS, dte_days)]
        bucket = f"{underlying} {right} {days} {_OTM_NAMES[bisect_right(_OTM_BEGINS, otm_pct)]}"
    return Keys(contract_text, bucket, underlying, day_part)
