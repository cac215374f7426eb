"""Matched legs without exposure: boxes, and conversions against stock.

Source: platform.md 4.5 (there the three are emitted as one leg; here every leg prints). A single
vertical is no arbitrage (options-engine errata 5): `parity_vertical` is a call vertical against the
put vertical of the same strikes, its four legs stamped apart, and the lone vertical a near miss.
"""

from ingest.synthetic.scenarios.draft import PACKAGE, STOCK_TIED
from ingest.synthetic.scenarios.evidence import at_least
from ingest.synthetic.scenarios.packages import APART_MS, BOX, package_of
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.scenarios.scenario import Scenario

FAMILY = "arbitrage"
_BOX = Ranges(
    premium_usd=(250_000, 600_000), dte=(28, 45), strike=(0.985, 1.0), least_micros=700_000,
)  # fmt: skip
_MATCHED = (at_least("symmetry", 0.95), at_least("total_premium_usd", 120_000))

SCENARIOS = (
    Scenario(
        name="parity_vertical", family=FAMILY, profile=FAMILY, weight=1.0,
        compose=package_of(*BOX, apart_ms=APART_MS), ranges=_BOX,
        required=(*_MATCHED, at_least("legs", 4)),
    ),
    Scenario(
        name="conversion_reversal", family=FAMILY, profile=FAMILY, weight=0.76,
        compose=package_of(("C", 0, -1), ("P", 0, 1), code=STOCK_TIED, stock=1),
        ranges=Ranges(
            premium_usd=(200_000, 450_000), dte=(28, 45), strike=(0.995, 1.005),
            least_micros=800_000,
        ),
        required=(*_MATCHED, at_least("legs", 2), at_least("special_share", 0.99)),
    ),
    Scenario(
        name="box_spread", family=FAMILY, profile=FAMILY, weight=0.66,
        compose=package_of(*BOX), ranges=_BOX, required=(*_MATCHED, at_least("legs", 4)),
    ),
)  # fmt: skip

NEAR_MISSES = (
    Scenario(
        name="lone_vertical", family=FAMILY, near_miss_of=FAMILY, weight=0.8,
        compose=package_of(("P", 2, 1), ("P", 0, -1)),
        ranges=Ranges(
            premium_usd=(200_000, 450_000), dte=(28, 45), strike=(0.985, 1.0),
            least_micros=700_000,
        ),
        required=(at_least("legs", 2), at_least("symmetry", 0.95)),
    ),
    Scenario(
        name="iron_condor", family=FAMILY, near_miss_of=FAMILY, weight=0.8,
        compose=package_of(("P", -3, 1), ("P", -1, -1), ("C", 1, -1), ("C", 3, 1)),
        ranges=Ranges(
            premium_usd=(200_000, 450_000), dte=(28, 45), strike=(0.998, 1.002),
            least_micros=900_000,
        ),
        required=(at_least("legs", 4), at_least("symmetry", 0.95)),
    ),
    # Four legs in a box's strikes, all in the middle: nobody can tell the sides.
    Scenario(
        name="unresolved_package", family=FAMILY, near_miss_of=FAMILY, weight=0.6,
        compose=package_of(*BOX, resolved=False, code=PACKAGE), ranges=_BOX,
        required=(at_least("legs", 4), at_least("mid_share", 0.9)),
    ),
)  # fmt: skip
