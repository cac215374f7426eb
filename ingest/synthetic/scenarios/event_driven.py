"""Positioning for a known date: few prints, half of them worked in the middle, in wider quotes.

Source: platform.md 4.5. The dates are those of the market's earnings calendar (`earnings.py`),
which covers all names; a scene is cast on a name whose report is as far ahead as `days_ahead`
says. A tape of a name before its report shows wider option quotes and fills that are negotiated
inside them; a one-sided sweep there is directional flow first (options-engine.md 13.2 scores it
so), which is why half of the size prints inside.
"""

from ingest.synthetic.scenarios.draft import AUCTION, AUTO
from ingest.synthetic.scenarios.evidence import Need, at_least, at_most
from ingest.synthetic.scenarios.flow import flow_of
from ingest.synthetic.scenarios.packages import straddle_of
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.scenarios.scenario import Scenario

FAMILY = "event_driven"
# Options that are quoted wider, widened once more, would count as no quote at all
# (options-engine.md 13.3: 800 bps).
_CLOSE_BPS = 280
_DATED = (Need("expiry_after_event", "eq", value=True), at_most("days_to_event", 21))

SCENARIOS = (
    Scenario(
        name="earnings_vol_probe", family=FAMILY, profile=FAMILY, weight=0.9, cast="quoted_close",
        compose=flow_of(right="C", side=1, codes=(AUTO, AUCTION), interest=14),
        ranges=Ranges(
            premium_usd=(40_000, 110_000), prints=(2, 2), gap_us=(40_000, 160_000), dte=(21, 28),
            strike=(1.01, 1.03), side=(0.45, 0.55), wide=(1.9, 2.4), days_ahead=(8, 18),
            least_micros=1_200_000, widest_bps=_CLOSE_BPS,
        ),
        required=(*_DATED, at_least("premium_usd", 28_000), at_most("ask_share", 0.575)),
    ),
    Scenario(
        name="pre_event_directional_ramp", family=FAMILY, profile=FAMILY, weight=1.1,
        cast="quoted_close",
        compose=flow_of(right="C", side=1, codes=(AUTO, AUCTION), interest=14),
        ranges=Ranges(
            premium_usd=(40_000, 110_000), prints=(2, 2), gap_us=(40_000, 160_000), packets=(2, 4),
            dte=(14, 21), strike=(1.0, 1.02), side=(0.45, 0.55), wide=(1.9, 2.4),
            days_ahead=(4, 10), least_micros=1_200_000, widest_bps=_CLOSE_BPS,
        ),
        required=(*_DATED, at_least("packets", 2), at_most("ask_share", 0.575)),
    ),
    Scenario(
        name="post_gap_followthrough", family=FAMILY, profile=FAMILY, weight=0.88,
        cast="quoted_close",
        compose=flow_of(side=1, codes=(AUTO, AUCTION), interest=14),
        ranges=Ranges(
            premium_usd=(40_000, 110_000), prints=(2, 2), gap_us=(40_000, 160_000), dte=(7, 14),
            strike=(0.995, 1.01), side=(0.45, 0.55), move_bps=(60.0, 120.0), wide=(1.9, 2.4),
            days_ahead=(1, 6), least_micros=1_000_000, widest_bps=_CLOSE_BPS,
        ),
        required=(*_DATED, at_least("move_bps", 30), at_most("ask_share", 0.575)),
    ),
)  # fmt: skip

NEAR_MISSES = (
    # A bought straddle ahead of the report. It is positioning; but its prints are a package, and
    # 0.753 of 0.58 is less than any floor that keeps other packages of such names silent.
    Scenario(
        name="earnings_straddle", family=FAMILY, near_miss_of=FAMILY, weight=0.4,
        compose=straddle_of(1),
        ranges=Ranges(
            premium_usd=(200_000, 420_000), dte=(14, 21), strike=(0.997, 1.003),
            days_ahead=(5, 9), least_micros=1_200_000,
        ),
        required=(at_least("legs", 2), at_least("total_premium_usd", 140_000)),
    ),
    # The same name and report, but the option is gone before it.
    Scenario(
        name="expires_before_report", family=FAMILY, profile="institutional_directional",
        near_miss_of=FAMILY, weight=0.8,
        compose=flow_of(side=1, codes=(AUTO,)),
        ranges=Ranges(
            premium_usd=(200_000, 400_000), prints=(8, 10), gap_us=(15_000, 90_000), dte=(7, 10),
            strike=(0.995, 1.02), side=(0.85, 1.0), days_ahead=(15, 19), least_micros=500_000,
        ),
        required=(at_least("ask_share", 0.58), at_least("premium_usd", 140_000)),
        forbidden=(Need("expiry_after_event", "eq", value=True),),
    ),
    # A report, but too far ahead to say why anyone buys now.
    Scenario(
        name="report_too_far", family=FAMILY, profile="institutional_directional",
        near_miss_of=FAMILY, weight=0.8,
        compose=flow_of(side=1, codes=(AUTO,)),
        ranges=Ranges(
            premium_usd=(200_000, 400_000), prints=(8, 10), gap_us=(15_000, 90_000), dte=(60, 75),
            strike=(0.995, 1.02), side=(0.85, 1.0), days_ahead=(35, 45), least_micros=800_000,
        ),
        required=(at_least("ask_share", 0.58), at_least("days_to_event", 22)),
    ),
    # Quotes widen and a few lots trade inside them: no premium behind it.
    Scenario(
        name="report_without_flow", family=FAMILY, near_miss_of=FAMILY, weight=0.8,
        compose=flow_of(side=1, codes=(AUTO,)),
        ranges=Ranges(
            premium_usd=(1_500, 7_000), prints=(1, 3), gap_us=(20_000, 120_000), dte=(14, 21),
            strike=(1.0, 1.03), side=(0.45, 0.55), wide=(1.8, 2.4), days_ahead=(5, 9),
            least_micros=300_000,
        ),
        required=(Need("expiry_after_event", "eq", value=True),),
        forbidden=(at_least("premium_usd", 10_000),),
    ),
)  # fmt: skip
