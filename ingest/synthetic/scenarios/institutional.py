"""Directional accumulation: large one-sided flow, in one sweep or in patient packets.

Source of what is played: platform.md 4.5. Its premium is that of one cycle; a parent order is
`cycles` of them, here the prints of one packet (call_sweep: 4 to 7 times 55 to 165 thousand).
"""

from ingest.synthetic.scenarios.draft import AUTO, CROSS, ISO
from ingest.synthetic.scenarios.evidence import absent, at_least, at_most
from ingest.synthetic.scenarios.flow import flow_of
from ingest.synthetic.scenarios.packages import package_of
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.scenarios.scenario import Scenario

FAMILY = "institutional_directional"
_SWEEP = Ranges(
    premium_usd=(260_000, 460_000), prints=(7, 9), gap_us=(8_000, 60_000), dte=(7, 14),
    strike=(1.005, 1.02), side=(0.85, 1.0), least_micros=400_000,
)  # fmt: skip
_SWEPT = (
    at_least("premium_usd", 180_000), at_least("prints", 6), at_least("venues", 3),
    at_least("iso_share", 0.99), at_most("span_ms", 2_000),
)  # fmt: skip

SCENARIOS = (
    Scenario(
        name="call_sweep", family=FAMILY, profile=FAMILY, weight=1.2,
        compose=flow_of(right="C", side=1, codes=(ISO,)), ranges=_SWEEP,
        required=(*_SWEPT, at_least("ask_share", 0.58)), forbidden=(at_least("bid_share", 0.3),),
    ),
    Scenario(
        name="put_sweep", family=FAMILY, profile=FAMILY, weight=1.15,
        compose=flow_of(right="P", side=1, codes=(ISO,)), ranges=_SWEEP,
        required=(*_SWEPT, at_least("ask_share", 0.58)), forbidden=(at_least("bid_share", 0.3),),
    ),
    Scenario(
        name="ask_lift_accumulation", family=FAMILY, profile=FAMILY, weight=0.95,
        compose=flow_of(side=1, codes=(AUTO,)),
        ranges=Ranges(
            premium_usd=(110_000, 200_000), prints=(8, 10), gap_us=(15_000, 100_000),
            packets=(2, 3), dte=(14, 21, 30), strike=(0.995, 1.01), side=(0.8, 1.0),
            least_micros=600_000,
        ),
        required=(
            at_least("packets", 2), at_least("ask_share", 0.58), at_least("premium_usd", 60_000),
        ),
    ),
    Scenario(
        name="far_dated_conviction", family=FAMILY, profile=FAMILY, weight=0.72,
        compose=flow_of(side=1, codes=(AUTO,)),
        ranges=Ranges(
            premium_usd=(180_000, 320_000), prints=(8, 10), gap_us=(20_000, 110_000),
            dte=(60, 90), strike=(0.99, 1.02), side=(0.85, 1.0), least_micros=1_000_000,
        ),
        required=(
            at_least("dte", 45), at_least("ask_share", 0.58), at_least("premium_usd", 110_000),
        ),
    ),
)  # fmt: skip

NEAR_MISSES = (
    # As large as a sweep, but crossed in the middle: nobody took a side.
    Scenario(
        name="crossed_block", family=FAMILY, near_miss_of=FAMILY, weight=1.0,
        compose=flow_of(side=0, codes=(CROSS,), one_venue=True),
        ranges=Ranges(
            premium_usd=(200_000, 450_000), prints=(1, 2), dte=(14, 30), strike=(1.0, 1.03),
            least_micros=600_000,
        ),
        required=(at_least("premium_usd", 140_000), at_least("special_share", 0.99)),
        forbidden=(at_least("ask_share", 0.3),),
    ),
    # A sweep over several venues whose premium is too small to mean anything.
    Scenario(
        name="small_sweep", family=FAMILY, near_miss_of=FAMILY, weight=1.0,
        compose=flow_of(side=1, codes=(ISO,)),
        ranges=Ranges(
            premium_usd=(2_500, 7_500), prints=(4, 6), gap_us=(8_000, 60_000), dte=(7, 14),
            strike=(1.005, 1.03), least_micros=150_000,
        ),
        required=(at_least("prints", 3), at_least("ask_share", 0.58)),
        forbidden=(at_least("premium_usd", 10_000),),
    ),
    # A debit vertical in one package: each leg alone would look like a block.
    Scenario(
        name="vertical_package", family=FAMILY, near_miss_of=FAMILY, weight=1.0,
        compose=package_of(("C", 0, 1), ("C", 2, -1)),
        ranges=Ranges(
            premium_usd=(200_000, 400_000), dte=(14, 30), strike=(0.995, 1.01),
            least_micros=600_000,
        ),
        required=(at_least("legs", 2), at_least("total_premium_usd", 140_000)),
        forbidden=(at_most("special_share", 0.99),),
    ),
    # As many bought as sold, quickly: churn, no accumulation.
    Scenario(
        name="two_sided_churn", family=FAMILY, near_miss_of=FAMILY, weight=0.5,
        compose=flow_of(side=1, rest="other", codes=(AUTO,)),
        ranges=Ranges(
            premium_usd=(60_000, 160_000), prints=(4, 6), gap_us=(15_000, 90_000), dte=(14, 30),
            strike=(0.995, 1.01), side=(0.49, 0.51), least_micros=600_000,
        ),
        required=(at_most("bias", 0.12), at_least("premium_usd", 40_000)),
        forbidden=(at_least("mid_share", 0.3),),
    ),
    # Large for a stock, below the floor of a fund.
    Scenario(
        name="fund_below_floor", family=FAMILY, near_miss_of=FAMILY, weight=0.6, cast="fund",
        compose=flow_of(side=1, codes=(ISO,)),
        ranges=Ranges(
            premium_usd=(22_000, 42_000), prints=(4, 6), gap_us=(8_000, 60_000), dte=(7, 14),
            strike=(1.005, 1.02), least_micros=300_000,
        ),
        required=(at_least("premium_usd", 15_000), absent("days_to_event")),
        forbidden=(at_least("premium_usd", 49_999),),
    ),
)  # fmt: skip
