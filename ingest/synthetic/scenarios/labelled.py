"""The seven labelled scenarios, each on its own symbol with the reading that must come of it.

Source: platform.md 4.6 (symbol, class, direction, range of confidence, required and forbidden
evidence). There the generator ignored the family and the labels described intent (its BUG-20);
here every line of evidence is held against the emitted prints. Where the earnings calendar speaks
against a symbol (TSLA reports on four days a year), another stock plays.
"""

from ingest.synthetic.scenarios.draft import AUTO, ISO
from ingest.synthetic.scenarios.evidence import Need, at_least, at_most
from ingest.synthetic.scenarios.flow import flow_of
from ingest.synthetic.scenarios.packages import BOX, package_of, straddle_of
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.scenarios.scenario import Scenario

SCENARIOS = (
    Scenario(
        name="institutional-directional-flow", family="institutional_directional",
        profile="institutional_directional", cast=("SPY",), confidence=(0.72, 0.92),
        compose=flow_of(right="C", side=1, codes=(ISO,)),
        ranges=Ranges(
            premium_usd=(700_000, 1_200_000), prints=(8, 10), gap_us=(8_000, 50_000), dte=(14, 21),
            strike=(1.0, 1.015), side=(0.9, 1.0), least_micros=1_000_000,
        ),
        required=(
            at_least("premium_usd", 50_000), at_least("ask_share", 0.6), at_least("coverage", 0.8),
        ),
        forbidden=(at_most("coverage", 0.5),),
    ),
    Scenario(
        name="retail-attention-call-chase", family="retail_whale", profile="retail_whale",
        cast=("NVDA",), understudies="volatile", confidence=(0.52, 0.80),
        compose=flow_of(right="C", side=1, codes=(ISO, AUTO)),
        ranges=Ranges(
            premium_usd=(24_000, 60_000), prints=(6, 9), gap_us=(8_000, 70_000),
            dte=(2, 3, 4, 5, 7), strike=(1.053, 1.06), side=(0.85, 1.0),
            iv_points=(0.05, 0.12), least_micros=60_000,
        ),
        required=(at_least("premium_usd", 10_000), at_least("ask_share", 0.45)),
        forbidden=(Need("legs", "present"),),
    ),
    Scenario(
        name="event-noise-positioning", family="event_driven", profile="event_driven",
        cast=("TSLA",), understudies="stock", confidence=(0.48, 0.74),
        compose=flow_of(right="C", side=1, rest="other", codes=(AUTO,), interest=14),
        ranges=Ranges(
            premium_usd=(26_000, 44_000), prints=(2, 2), gap_us=(40_000, 160_000), dte=(7, 14),
            strike=(0.995, 1.02), side=(0.5, 0.55), wide=(2.0, 2.4), days_ahead=(0, 1),
            least_micros=1_500_000,
        ),
        required=(
            at_most("days_to_event", 2), at_most("bias", 0.35), at_least("coverage", 0.5),
        ),
    ),
    Scenario(
        name="volatility-seller-supply", family="vol_seller", profile="vol_seller",
        cast=("SPY",), confidence=(0.50, 0.74), compose=straddle_of(-1),
        ranges=Ranges(
            premium_usd=(300_000, 600_000), dte=(28, 35), strike=(0.998, 1.002),
            iv_points=(0.55, 0.65), least_micros=1_500_000,
        ),
        required=(
            at_least("iv", 0.65), at_most("move_bps", 15), at_least("coverage", 0.75),
            at_least("bid_share", 0.9),
        ),
        forbidden=(at_least("ask_share", 0.3),),
    ),
    Scenario(
        name="hedge-reactive-put-flow", family="hedge_reactive", profile="hedge_reactive",
        cast=("QQQ",), confidence=(0.50, 0.78),
        compose=flow_of(right="P", side=1, rest="mid", codes=(AUTO,)),
        ranges=Ranges(
            size=(1_300, 2_200), prints=(2, 3), gap_us=(30_000, 140_000), dte=(0, 1),
            strike=(1.001, 1.006), side=(0.5, 0.57), move_bps=(-60.0, -35.0),
            least_micros=350_000,
        ),
        required=(at_most("move_bps", -10), at_least("premium_usd", 20_000)),
    ),
    Scenario(
        name="structure-arbitrage-calm", family="arbitrage", profile="arbitrage",
        cast=("IWM",), confidence=(0.50, 0.76), compose=package_of(*BOX),
        ranges=Ranges(
            premium_usd=(160_000, 400_000), dte=(28, 45), strike=(0.985, 1.0),
            least_micros=900_000,
        ),
        required=(at_least("legs", 2), at_most("bias", 0.25), at_least("coverage", 0.7)),
    ),
    Scenario(
        name="no-alert-wide-quote-chop", family="neutral_noise", cast=("SPY",),
        confidence=(0.0, 0.35),
        compose=flow_of(side=1, rest="other", codes=(AUTO,)),
        ranges=Ranges(
            premium_usd=(2_000, 8_000), prints=(3, 3), gap_us=(40_000, 160_000), dte=(14, 30),
            strike=(1.05, 1.07), side=(0.3, 0.6), wide=(28.0, 34.0), least_micros=80_000,
        ),
        required=(at_least("spread_bps", 800), at_most("premium_usd", 10_000)),
    ),
)  # fmt: skip
NEAR_MISSES: tuple[Scenario, ...] = ()
# Which of them a demo plays together. Source: platform.md 4.6, demo profiles.
_A, _B, _C, _D, _E, _F, _G = (scenario.name for scenario in SCENARIOS)
DEMO_PROFILES = {
    "market-command": (_A, _B, _F, _G),
    "event-response": (_C, _E, _A),
    "quiet-range": (_F, _D, _G),
    "stress-tape": (_A, _B, _C, _D, _E, _F, _G),
}
