"""Neutral noise: what the tape is full of, and no reading may come of. Source: platform.md 4.5."""

from flow.domain.units import SECOND_US
from ingest.synthetic.scenarios.draft import AUTO, Draft
from ingest.synthetic.scenarios.evidence import at_least, at_most
from ingest.synthetic.scenarios.flow import Flow, flow_of, play
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.scenarios.scenario import Scenario
from ingest.synthetic.steps import QuoteOutage

FAMILY = "neutral_noise"
OUTAGE_US = 90 * SECOND_US


def _unquoted(draft: Draft, ranges: Ranges) -> None:
    """Play small prints of a contract whose quotes stop before anybody has seen one."""
    play(draft, ranges, flow=Flow(side=1, rest="other", codes=(AUTO,)))
    draft.add(QuoteOutage(at_us=0, for_us=OUTAGE_US, leg=0))


SCENARIOS = (
    Scenario(
        name="single_print_mid", family=FAMILY, weight=1.2,
        compose=flow_of(side=0, codes=(AUTO,)),
        ranges=Ranges(
            premium_usd=(600, 4_500), prints=(1, 1), packets=(1, 2), dte=(7, 14, 30),
            strike=(0.98, 1.04), least_micros=60_000,
        ),
        required=(at_most("premium_usd", 9_000),),
    ),
    Scenario(
        name="two_sided_scalp", family=FAMILY, weight=1.0,
        compose=flow_of(side=1, rest="other", codes=(AUTO,)),
        ranges=Ranges(
            premium_usd=(900, 6_500), prints=(2, 4), gap_us=(30_000, 200_000), dte=(7, 14, 30),
            strike=(0.99, 1.03), side=(0.4, 0.6), least_micros=60_000,
        ),
        required=(at_least("prints", 2), at_most("premium_usd", 9_500)),
    ),
    Scenario(
        name="stale_quote_noise", family=FAMILY, weight=0.86, compose=_unquoted,
        ranges=Ranges(
            premium_usd=(700, 5_000), prints=(1, 3), gap_us=(30_000, 200_000), dte=(14, 45),
            strike=(1.03, 1.08), side=(0.4, 0.6), least_micros=40_000,
        ),
        required=(at_most("premium_usd", 9_500),),
    ),
)  # fmt: skip
NEAR_MISSES: tuple[Scenario, ...] = ()
