"""Hedges being rebalanced: size in short-dated options at the money after the underlying moved.

Source: platform.md 4.5: days, sizes, moves; two-sided placement as in its mix for the family.
"""

from ingest.synthetic.scenarios.draft import AUTO
from ingest.synthetic.scenarios.evidence import Need, at_least, at_most
from ingest.synthetic.scenarios.flow import flow_of
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.scenarios.scenario import Scenario

FAMILY = "hedge_reactive"
FUNDS = ("SPY", "QQQ", "IWM")
ACTIVE = (*FUNDS, "NVDA", "TSLA", "AAPL", "AMZN", "META", "MSFT", "AMD", "GOOGL", "AVGO", "NFLX")
_GAMMA = (
    at_most("dte", 2), at_least("size", 500), at_least("otm", -0.015), at_most("otm", 0.015),
)  # fmt: skip

SCENARIOS = (
    Scenario(
        name="gamma_pinch_call_hedge", family=FAMILY, profile=FAMILY, weight=0.92, cast=ACTIVE,
        compose=flow_of(right="C", side=1, rest="other", codes=(AUTO,)),
        ranges=Ranges(
            size=(1_000, 2_000), prints=(2, 3), gap_us=(20_000, 140_000), dte=(0, 1, 2),
            strike=(1.001, 1.006), side=(0.5, 0.57), move_bps=(38.0, 60.0), least_micros=350_000,
        ),
        required=(*_GAMMA, at_least("move_bps", 16)),
    ),
    Scenario(
        name="reactive_put_wall", family=FAMILY, profile=FAMILY, weight=1.15, cast=ACTIVE,
        compose=flow_of(right="P", side=1, rest="mid", codes=(AUTO,)),
        ranges=Ranges(
            size=(1_200, 2_400), prints=(2, 3), gap_us=(20_000, 140_000), dte=(0, 1, 2),
            strike=(1.001, 1.006), side=(0.5, 0.57), move_bps=(-75.0, -40.0),
            least_micros=350_000,
        ),
        required=(*_GAMMA, at_most("move_bps", -16)),
    ),
    Scenario(
        name="dealer_unwind", family=FAMILY, profile=FAMILY, weight=0.88, cast=ACTIVE,
        compose=flow_of(side=-1, rest="mid", codes=(AUTO,)),
        ranges=Ranges(
            size=(900, 1_800), prints=(2, 3), gap_us=(20_000, 140_000), dte=(0, 1, 2),
            strike=(0.998, 1.004), side=(0.5, 0.57), move_bps=(-60.0, -36.0),
            least_micros=350_000,
        ),
        required=(*_GAMMA, at_most("move_bps", -16)),
    ),
)  # fmt: skip

NEAR_MISSES = (
    # One-sided and urgent, but nothing had moved: somebody's view.
    Scenario(
        name="calm_short_dated_buying", family=FAMILY, profile="institutional_directional",
        near_miss_of=FAMILY, weight=0.8, cast=FUNDS,
        compose=flow_of(side=1, codes=(AUTO,)),
        ranges=Ranges(
            premium_usd=(320_000, 600_000), prints=(8, 10), gap_us=(10_000, 70_000),
            dte=(3, 4, 5), strike=(1.0, 1.006), side=(0.9, 1.0), least_micros=500_000,
        ),
        required=(
            at_least("ask_share", 0.58), at_least("dte", 3), at_least("move_bps", -12),
            at_most("move_bps", 12),
        ),
    ),
    # After the same move, but weeks out: no gamma to it.
    Scenario(
        name="moved_but_weeks_out", family=FAMILY, profile="institutional_directional",
        near_miss_of=FAMILY, weight=0.8, cast=FUNDS,
        compose=flow_of(right="P", side=1, codes=(AUTO,)),
        ranges=Ranges(
            premium_usd=(320_000, 600_000), prints=(8, 10), gap_us=(15_000, 90_000),
            dte=(21, 30), strike=(1.0, 1.01), side=(0.9, 1.0), move_bps=(-60.0, -30.0),
            least_micros=1_000_000,
        ),
        required=(at_least("dte", 14), at_most("move_bps", -12), at_least("ask_share", 0.58)),
    ),
    # The move and the strike, but a handful of lots.
    Scenario(
        name="small_reaction", family=FAMILY, near_miss_of=FAMILY, weight=0.8, cast=FUNDS,
        compose=flow_of(side=1, rest="other", codes=(AUTO,)),
        ranges=Ranges(
            size=(20, 120), prints=(2, 4), gap_us=(20_000, 140_000), dte=(0, 1),
            strike=(1.0, 1.006), side=(0.45, 0.7), move_bps=(-60.0, -30.0), least_micros=200_000,
        ),
        required=(at_most("size", 130), at_most("move_bps", -12)),
        forbidden=(at_least("premium_usd", 50_000), Need("days_to_event", "present")),
    ),
)  # fmt: skip
