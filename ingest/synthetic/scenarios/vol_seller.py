"""Supply of volatility: premium taken in, in packages or against stock or far from the money.

Source: platform.md 4.5. How each is played differs from there, because a tape can show a supply of
volatility only so: an overwrite is done against stock, so its prints carry the stock-tied flag and
the shares print beside them; a put write is done in blocks far from the money. A plain sale of one
option in size reads as directional first (options-engine.md 13.2: 0.48 and more against at most
0.50), and is in `naked_call_sale`.
"""

from ingest.synthetic.scenarios.draft import AUTO, PACKAGE, STOCK_TIED_SINGLE
from ingest.synthetic.scenarios.evidence import at_least, at_most
from ingest.synthetic.scenarios.flow import flow_of
from ingest.synthetic.scenarios.packages import package_of, straddle_of
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.scenarios.scenario import Scenario

FAMILY = "vol_seller"

SCENARIOS = (
    Scenario(
        name="covered_call_overwrite", family=FAMILY, profile=FAMILY, weight=0.82,
        compose=package_of(("C", 0, -1), code=STOCK_TIED_SINGLE, stock=1),
        ranges=Ranges(
            premium_usd=(760_000, 1_200_000), dte=(28, 35, 45), strike=(1.04, 1.06),
            least_micros=400_000,
        ),
        required=(
            at_least("bid_share", 0.9), at_least("premium_usd", 550_000), at_least("otm", 0.02),
        ),
        forbidden=(at_least("ask_share", 0.1),),
    ),
    Scenario(
        name="cash_secured_put_write", family=FAMILY, profile=FAMILY, weight=0.82,
        cast="volatile",
        compose=flow_of(right="P", side=-1, codes=(AUTO,), one_venue=True),
        ranges=Ranges(
            premium_usd=(820_000, 1_200_000), prints=(1, 1), dte=(1, 2, 3, 4, 5, 7),
            strike=(1.055, 1.065), least_micros=1_200_000,
        ),
        required=(
            at_least("bid_share", 0.9), at_least("premium_usd", 600_000), at_least("otm", 0.05),
        ),
    ),
    Scenario(
        name="short_straddle_harvest", family=FAMILY, profile=FAMILY, weight=1.15,
        compose=straddle_of(-1, code=PACKAGE),
        ranges=Ranges(
            premium_usd=(200_000, 420_000), dte=(28, 35), strike=(0.997, 1.003),
            packets=(1, 2), least_micros=800_000,
        ),
        required=(
            at_least("legs", 2), at_least("bid_share", 0.9), at_least("total_premium_usd", 140_000),
        ),
    ),
)  # fmt: skip

NEAR_MISSES = (
    Scenario(
        name="bought_straddle", family=FAMILY, near_miss_of=FAMILY, weight=1.0,
        compose=straddle_of(1),
        ranges=Ranges(
            premium_usd=(200_000, 420_000), dte=(28, 35), strike=(0.997, 1.003),
            least_micros=800_000,
        ),
        required=(at_least("legs", 2), at_least("ask_share", 0.9)),
    ),
    Scenario(
        name="credit_vertical", family=FAMILY, near_miss_of=FAMILY, weight=0.8,
        compose=package_of(("C", 0, -1), ("C", 2, 1)),
        ranges=Ranges(
            premium_usd=(200_000, 420_000), dte=(28, 35), strike=(1.0, 1.02), least_micros=700_000,
        ),
        required=(at_least("legs", 2), at_least("bid_share", 0.3)),
    ),
    # Sold in size and nothing beside it: reads as a view on direction.
    Scenario(
        name="naked_call_sale", family=FAMILY, profile="institutional_directional",
        near_miss_of=FAMILY, weight=0.8,
        compose=flow_of(right="C", side=-1, codes=(AUTO,)),
        ranges=Ranges(
            premium_usd=(220_000, 420_000), prints=(8, 10), gap_us=(15_000, 100_000), dte=(28, 35),
            strike=(1.0, 1.03), side=(0.85, 1.0), least_micros=700_000,
        ),
        required=(at_least("bid_share", 0.58), at_most("ask_share", 0.2)),
    ),
)  # fmt: skip
