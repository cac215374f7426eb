"""Attention flow: many small aggressive prints in short-dated contracts far from the money.

Source: platform.md 4.5. There a contract 8 % away with a day to go is given a price of half a
dollar; here a scene looks for days and strike that the surface gives such a price, at least 5 %
away (options-engine.md 13.1), in the names whose options the crowd trades.
"""

from ingest.synthetic.scenarios.draft import AUTO, ISO
from ingest.synthetic.scenarios.evidence import at_least, at_most
from ingest.synthetic.scenarios.flow import flow_of
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.scenarios.scenario import Scenario

FAMILY = "retail_whale"
# A quote of 800 and more basis points takes half of any reading away (options-engine.md 13.5). What
# the crowd jumps at is quoted tighter than its neighbours: a part of the spread.
TIGHT = (0.4, 0.5)
WIDEST_BPS = 1_200  # before that
_CHASE = Ranges(
    premium_usd=(26_000, 55_000), prints=(7, 10), gap_us=(6_000, 70_000), dte=(0, 1, 2, 3, 4),
    strike=(1.056, 1.07), side=(0.8, 1.0), iv_points=(0.02, 0.05), wide=TIGHT,
    least_micros=200_000, widest_bps=WIDEST_BPS,
)  # fmt: skip
_SHOWN = (
    at_least("premium_usd", 20_000), at_least("prints", 4), at_most("dte", 7),
    at_least("otm", 0.05), at_least("ask_share", 0.58), at_most("premium_usd", 100_000),
)  # fmt: skip

SCENARIOS = (
    Scenario(
        name="0dte_call_chase", family=FAMILY, profile=FAMILY, weight=1.2, cast="volatile",
        compose=flow_of(right="C", side=1, codes=(ISO, ISO, AUTO)), ranges=_CHASE,
        required=_SHOWN,
    ),
    Scenario(
        name="short_dated_put_panic", family=FAMILY, profile=FAMILY, weight=0.92, cast="volatile",
        compose=flow_of(right="P", side=1, codes=(ISO, ISO, AUTO)),
        ranges=Ranges(
            premium_usd=(26_000, 50_000), prints=(6, 9), gap_us=(6_000, 70_000),
            dte=(1, 2, 3, 4, 7), strike=(1.062, 1.075), side=(0.8, 1.0), move_bps=(-60.0, -25.0),
            iv_points=(0.02, 0.05), wide=TIGHT, least_micros=200_000, widest_bps=WIDEST_BPS,
        ),
        required=(*_SHOWN, at_most("move_bps", -10)),
    ),
    Scenario(
        name="attention_contract_spike", family=FAMILY, profile=FAMILY, weight=0.84,
        cast="volatile",
        compose=flow_of(side=1, codes=(AUTO,)),
        ranges=Ranges(
            premium_usd=(26_000, 50_000), prints=(6, 8), gap_us=(10_000, 110_000),
            dte=(1, 2, 3, 4, 5, 7), strike=(1.055, 1.065), side=(0.75, 1.0),
            wide=TIGHT, least_micros=200_000, widest_bps=WIDEST_BPS,
        ),
        required=_SHOWN,
    ),
)  # fmt: skip

NEAR_MISSES = (
    # The same burst in contracts that cost cents: no premium behind it.
    Scenario(
        name="lottery_tickets", family=FAMILY, near_miss_of=FAMILY, weight=1.0, cast="volatile",
        compose=flow_of(side=1, codes=(AUTO, ISO)),
        ranges=Ranges(
            premium_usd=(800, 6_000), prints=(6, 10), gap_us=(6_000, 90_000), dte=(1, 2, 4),
            strike=(1.06, 1.09), side=(0.8, 1.0), least_micros=20_000,
        ),
        required=(at_least("prints", 4), at_least("otm", 0.05)),
        forbidden=(at_least("premium_usd", 10_000),),
    ),
    # The same burst near the money and three weeks out: one-sided, but no attention flow.
    Scenario(
        name="burst_near_the_money", family=FAMILY, profile="institutional_directional",
        near_miss_of=FAMILY, weight=0.7, cast="volatile",
        compose=flow_of(side=1, codes=(ISO,)),
        ranges=Ranges(
            premium_usd=(150_000, 300_000), prints=(8, 10), gap_us=(6_000, 70_000), dte=(14, 21),
            strike=(1.01, 1.03), side=(0.8, 1.0), least_micros=400_000,
        ),
        required=(at_least("prints", 5), at_least("ask_share", 0.58)),
        forbidden=(at_least("otm", 0.05),),
    ),
)  # fmt: skip
