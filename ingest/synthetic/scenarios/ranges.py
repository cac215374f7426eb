"""The numbers of a scenario that vary from one scene to the next. Spans include both ends.

One record per scenario stands in its family's file (for development and the live market), one in
`held_out` for evaluation on ranges that nothing was tuned on.
"""

import msgspec

Whole = tuple[int, int]
Real = tuple[float, float]


class Ranges(msgspec.Struct, frozen=True, kw_only=True):
    """Spans that a scenario draws from; what it does not use stands at its default.

    Units: `premium_usd` of one packet, `gap_us` between its prints, `apart_us` between packets,
    `dte` calendar days of which one is drawn, `strike` over spot for calls (puts mirror it),
    `side` the share of size at the side that acts, `move_bps` of the underlying before the flow,
    `iv_points` 0.05 = 5 points, `wide` the factor on option spreads, `days_ahead` of a scheduled
    event, `times` the size of stock prints against the least that counts, `delay_us` of messages,
    `least_micros` the cheapest contract that plays the part, `widest_bps` its widest quote before
    `wide` (0: any).
    """

    premium_usd: Whole = (0, 0)
    size: Whole = (0, 0)
    prints: Whole = (1, 1)
    gap_us: Whole = (10_000, 60_000)
    packets: Whole = (1, 1)
    apart_us: Whole = (5_000_000, 20_000_000)
    dte: tuple[int, ...] = (30,)
    strike: Real = (1.0, 1.0)
    side: Real = (1.0, 1.0)
    move_bps: Real = (0.0, 0.0)
    iv_points: Real = (0.0, 0.0)
    wide: Real = (1.0, 1.0)
    days_ahead: Whole = (0, 0)
    times: Real = (1.0, 1.0)
    delay_us: Whole = (0, 0)
    least_micros: int = 0
    widest_bps: int = 0
