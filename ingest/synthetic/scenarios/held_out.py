"""Ranges for evaluation that no test and no tuning has used, fixed before the first run on them.

Each entry says in what a scenario differs from its ranges of development, in spans that do not
overlap with those, listed expiries included: the one that is taken may be an eighth of the days
farther or nearer than asked for (`draft.SLACK`). Seeds for these runs begin at `SEEDS_FROM`.
Whoever looks at their results to change a scenario or a threshold needs new ranges afterwards.
"""

from typing import Any

import msgspec

from ingest.synthetic.scenarios.catalogue import SCENARIOS
from ingest.synthetic.scenarios.ranges import Ranges

SEEDS_FROM = 1_000_000

_GAPS_LONG, _GAPS_SHORT = (62_000, 95_000), (4_000, 7_500)
_CHANGES: dict[str, dict[str, Any]] = {
    # directional accumulation
    "call_sweep": {
        "premium_usd": (480_000, 750_000), "prints": (10, 12), "dte": (21, 28),
        "strike": (1.022, 1.035), "gap_us": _GAPS_LONG, "side": (0.75, 0.84),
    },
    "put_sweep": {
        "premium_usd": (200_000, 255_000), "prints": (10, 11), "dte": (21, 28),
        "strike": (1.022, 1.035), "gap_us": _GAPS_LONG,
    },
    "ask_lift_accumulation": {
        "premium_usd": (205_000, 300_000), "prints": (11, 13), "dte": (40, 50),
        "strike": (1.012, 1.025), "gap_us": _GAPS_SHORT, "side": (0.72, 0.79),
    },
    "far_dated_conviction": {
        "premium_usd": (330_000, 480_000), "prints": (11, 12), "dte": (120, 150, 180),
        "strike": (1.022, 1.05), "gap_us": _GAPS_SHORT,
    },
    "crossed_block": {"premium_usd": (460_000, 700_000), "prints": (3, 3), "dte": (45, 60)},
    "small_sweep": {"premium_usd": (7_600, 8_900), "prints": (7, 8), "dte": (21, 28)},
    "vertical_package": {
        "premium_usd": (410_000, 600_000), "dte": (40, 50), "strike": (1.012, 1.025),
    },
    "two_sided_churn": {
        "premium_usd": (165_000, 300_000), "prints": (7, 8), "gap_us": _GAPS_SHORT,
        "dte": (40, 50),
    },
    "fund_below_floor": {"premium_usd": (42_500, 46_000), "prints": (7, 8), "dte": (21, 28)},
    # retail attention
    "0dte_call_chase": {
        "premium_usd": (56_000, 85_000), "prints": (11, 13), "strike": (1.072, 1.09),
        "gap_us": (72_000, 110_000), "dte": (5, 6, 7),
    },
    "short_dated_put_panic": {
        "premium_usd": (52_000, 80_000), "prints": (10, 12), "strike": (1.076, 1.088),
        "gap_us": (72_000, 110_000), "move_bps": (-95.0, -62.0),
    },
    "attention_contract_spike": {
        "premium_usd": (52_000, 80_000), "prints": (9, 11), "strike": (1.067, 1.08),
        "gap_us": _GAPS_SHORT,
    },
    "lottery_tickets": {
        "premium_usd": (6_100, 8_500), "prints": (11, 13), "strike": (1.091, 1.11),
    },
    "burst_near_the_money": {
        "premium_usd": (310_000, 450_000), "prints": (11, 12), "dte": (28, 35),
        "strike": (1.031, 1.04),
    },
    # event positioning
    "earnings_vol_probe": {
        "premium_usd": (111_000, 180_000), "prints": (3, 3), "dte": (40, 50),
        "strike": (1.031, 1.045), "wide": (2.41, 2.9), "widest_bps": 240,
    },
    "pre_event_directional_ramp": {
        "premium_usd": (24_000, 39_000), "prints": (3, 3), "dte": (28, 35),
        "strike": (1.021, 1.035), "wide": (2.41, 2.7), "widest_bps": 240,
    },
    "post_gap_followthrough": {
        "premium_usd": (111_000, 160_000), "prints": (3, 3), "dte": (21, 28),
        "move_bps": (125.0, 180.0),
    },
    "earnings_straddle": {
        "premium_usd": (430_000, 700_000), "dte": (28, 35), "days_ahead": (10, 13),
    },
    "expires_before_report": {
        "premium_usd": (410_000, 600_000), "prints": (11, 12), "dte": (14,),
        "days_ahead": (20, 23),
    },
    "report_too_far": {
        "premium_usd": (410_000, 600_000), "prints": (11, 12), "dte": (100, 130),
        "days_ahead": (46, 60),
    },
    "report_without_flow": {
        "premium_usd": (7_100, 9_000), "dte": (28, 35), "days_ahead": (10, 14),
    },
    # volatility supply
    "covered_call_overwrite": {
        "premium_usd": (1_250_000, 1_800_000), "dte": (60, 80), "strike": (1.061, 1.08),
    },
    "cash_secured_put_write": {
        "premium_usd": (1_250_000, 1_800_000), "strike": (1.066, 1.08),
    },
    "short_straddle_harvest": {
        "premium_usd": (430_000, 800_000), "dte": (45, 60), "strike": (1.004, 1.01),
    },
    "bought_straddle": {
        "premium_usd": (430_000, 800_000), "dte": (45, 60), "strike": (1.004, 1.01),
    },
    "credit_vertical": {
        "premium_usd": (430_000, 800_000), "dte": (45, 60), "strike": (1.021, 1.035),
    },
    "naked_call_sale": {
        "premium_usd": (430_000, 650_000), "prints": (11, 12), "dte": (45, 60),
    },
    # arbitrage
    "parity_vertical": {
        "premium_usd": (620_000, 1_100_000), "dte": (60, 90), "strike": (0.97, 0.984),
    },
    "conversion_reversal": {
        "premium_usd": (460_000, 900_000), "dte": (60, 90), "strike": (1.006, 1.015),
    },
    "box_spread": {
        "premium_usd": (620_000, 1_100_000), "dte": (60, 90), "strike": (0.97, 0.984),
    },
    "lone_vertical": {
        "premium_usd": (460_000, 800_000), "dte": (60, 90), "strike": (0.97, 0.984),
    },
    "iron_condor": {
        "premium_usd": (460_000, 800_000), "dte": (60, 90), "strike": (1.003, 1.01),
    },
    "unresolved_package": {
        "premium_usd": (620_000, 1_100_000), "dte": (60, 90), "strike": (0.97, 0.984),
    },
    # hedges
    "gamma_pinch_call_hedge": {
        "size": (2_050, 3_200), "prints": (4, 4), "strike": (1.0065, 1.01),
        "move_bps": (62.0, 90.0), "side": (0.45, 0.49),
    },
    "reactive_put_wall": {
        "size": (2_450, 3_500), "prints": (4, 4), "strike": (1.0065, 1.01),
        "move_bps": (-110.0, -77.0), "side": (0.45, 0.49),
    },
    "dealer_unwind": {
        "size": (1_850, 2_800), "prints": (4, 4), "strike": (1.0045, 1.01),
        "move_bps": (-90.0, -62.0), "side": (0.45, 0.49),
    },
    "calm_short_dated_buying": {
        "premium_usd": (620_000, 900_000), "prints": (11, 12), "dte": (6, 7),
    },
    "moved_but_weeks_out": {
        "premium_usd": (620_000, 900_000), "prints": (11, 12), "dte": (40, 50),
        "move_bps": (-90.0, -62.0),
    },
    "small_reaction": {"size": (6, 19), "prints": (5, 6), "move_bps": (-90.0, -62.0)},
    # noise
    "single_print_mid": {"premium_usd": (4_600, 8_000), "dte": (45, 60)},
    "two_sided_scalp": {"premium_usd": (6_600, 8_800), "prints": (5, 6), "dte": (45, 60)},
    "stale_quote_noise": {"premium_usd": (5_100, 8_000), "prints": (4, 5)},
    # off exchange
    "absorbed_block": {"times": (2.7, 4.0)},
    "accumulation": {"times": (2.5, 3.5), "prints": (9, 11), "gap_us": (1_200_000, 1_900_000)},
    "distribution": {"times": (2.5, 3.5), "prints": (9, 11), "gap_us": (1_200_000, 1_900_000)},
    "repeat": {"times": (2.5, 3.5), "prints": (9, 11), "gap_us": (1_200_000, 1_900_000)},
    "two_sided": {"times": (3.7, 5.0), "prints": (10, 10), "gap_us": (1_200_000, 1_900_000)},
    "penny_spread_sells": {
        "times": (2.5, 3.5), "prints": (9, 11), "gap_us": (1_200_000, 1_900_000),
    },
    "late_report": {"times": (2.7, 4.0), "delay_us": (41_000_000, 60_000_000)},
    "wide_spread_block": {"times": (2.7, 4.0)},
    # the feed
    **{
        name: {"premium_usd": (500_000, 700_000), "prints": (11, 12), "dte": (28, 35)}
        for name in ("late_print", "out_of_order", "clock_skew", "duplicate", "cancel")
    },
}  # fmt: skip

HELD_OUT: dict[str, Ranges] = {
    name: msgspec.structs.replace(SCENARIOS[name].ranges, **changes)
    for name, changes in _CHANGES.items()
}
CHANGED: dict[str, tuple[str, ...]] = {name: tuple(each) for name, each in _CHANGES.items()}
