"""Off-exchange scenarios: blocks that are absorbed, sides that gather, and what only looks so.

Source: platform.md 4.7 (the list), 2.3 BETTER (what counts), 4.1 (spread of 0.2 % of the middle in
the earlier scripts, which a block's two later looks at the middle need).
"""

from functools import partial
from typing import Literal

from flow.domain.units import SECOND_US
from ingest.synthetic.scenarios.draft import Draft
from ingest.synthetic.scenarios.evidence import at_least, at_most
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.scenarios.scenario import Scenario
from ingest.synthetic.scenarios.setting import Unplayable
from ingest.synthetic.steps import Place, WideQuotes

FAMILY = "off_exchange"
Side = Literal["buy", "sell", "both"]
# Source: platform.md 2.3, errata 55: floors of shares and dollars, four usual prints.
BLOCK_SHARES, GATHERED_SHARES, NOTIONAL_USD, USUAL_TIMES = 2_000, 3_000, 100_000, 4
BEGIN_US = 10 * SECOND_US
LOOKS_US = (7 * SECOND_US, 33 * SECOND_US)  # inside the 10 s in which each look waits for a print
CENT_MICROS = 10_000
IMPROVED_EVERY = 4  # print of those that gather; the engine counts it for a quarter


def least_shares(draft: Draft, floor: int) -> int:
    """Return the least size that counts for a setting, in shares."""
    setting = draft.setting
    by_notional = NOTIONAL_USD * 1_000_000 // setting.spot_micros + 1
    return max(floor, by_notional, USUAL_TIMES * setting.usual_print)


def _block(draft: Draft, ranges: Ranges, *, widen: tuple[float, float]) -> None:
    """Play one print in the middle, and two small ones when its middle is looked at."""
    dice = draft.dice
    _widen(draft, dice.real(widen))
    size = round(least_shares(draft, BLOCK_SHARES) * dice.real(ranges.times))
    late = dice.whole(ranges.delay_us)
    at = BEGIN_US + dice.whole((0, 4 * SECOND_US))
    draft.off_exchange(at, size, Place.MID, report_us=late)
    for look in LOOKS_US:
        draft.stock(at + look, dice.whole((100, 300)), dice.pick((Place.ASK, Place.BID)))


def _widen(draft: Draft, ratio: float) -> None:
    """Widen the underlying's quote to a share of its price."""
    setting = draft.setting
    factor = ratio * setting.spot_micros / max(CENT_MICROS, setting.spread_micros)
    draft.add(WideQuotes(at_us=0, for_us=90 * SECOND_US, factor=max(1.0, factor)))


def _gather(draft: Draft, ranges: Ranges, *, side: Side, bursts: int = 1) -> None:
    """Play prints of one side, or of both in turn, within a minute."""
    dice = draft.dice
    total = round(least_shares(draft, GATHERED_SHARES) * dice.real(ranges.times))
    at = BEGIN_US
    for _ in range(bursts):
        count = dice.whole(ranges.prints)
        for number, size in enumerate(draft.split(total, count)):
            up = side == "buy" or (side == "both" and number % 2 == 0)
            shares = max(250, total // count if side == "both" else size)
            # The side that gathers is worked through wholesalers as well.
            improved = side != "both" and number % IMPROVED_EVERY == IMPROVED_EVERY - 1
            draft.off_exchange(at, shares, Place.ASK if up else Place.BID, is_improved=improved)
            at += dice.whole(ranges.gap_us)
        at += dice.whole(ranges.apart_us)


def _penny(draft: Draft, ranges: Ranges) -> None:
    """Play sales at the bid of a one-cent market."""
    if draft.setting.spread_micros > CENT_MICROS:
        raise Unplayable(f"{draft.setting.symbol} is quoted wider than a cent")
    _gather(draft, ranges, side="sell")


_GATHER = Ranges(
    times=(1.5, 2.4), prints=(6, 8), gap_us=(2_000_000, 6_000_000), apart_us=(8_000_000, 12_000_000)
)
_BLOCK = Ranges(times=(1.3, 2.6))

SCENARIOS = (
    Scenario(
        name="absorbed_block", family=FAMILY, dark="absorbed_block",
        compose=partial(_block, widen=(0.0015, 0.0020)), ranges=_BLOCK,
        required=(
            at_least("off_inside", 2_000), at_most("moved_spreads", 1.0),
            at_most("stock_spread_bps", 49),
        ),
        forbidden=(at_least("report_s", 10),),
    ),
    Scenario(
        name="accumulation", family=FAMILY, dark="stealth_accumulation",
        compose=partial(_gather, side="buy"), ranges=_GATHER,
        required=(
            at_least("off_prints", 4), at_least("off_bought_share", 0.8), at_most("off_span_s", 60),
        ),
    ),
    Scenario(
        name="distribution", family=FAMILY, dark="distribution",
        compose=partial(_gather, side="sell"), ranges=_GATHER,
        required=(
            at_least("off_prints", 4), at_most("off_bought_share", 0.2), at_most("off_span_s", 60),
        ),
    ),
    # Goes on after a pause: one episode that is continued, not a second one.
    Scenario(
        name="repeat", family=FAMILY, dark="stealth_accumulation", weight=0.6,
        compose=partial(_gather, side="buy", bursts=2), ranges=_GATHER,
        required=(at_least("off_prints", 8), at_least("off_bought_share", 0.8)),
    ),
)  # fmt: skip

NEAR_MISSES = (
    Scenario(
        name="two_sided", family=FAMILY, near_miss_of="stealth_accumulation",
        compose=partial(_gather, side="both"), ranges=Ranges(
            times=(2.6, 3.6), prints=(8, 8), gap_us=(2_000_000, 5_000_000),
            apart_us=(1_000_000, 2_000_000),
        ),
        required=(at_least("off_bought_share", 0.42), at_most("off_bought_share", 0.58)),
    ),
    # At the bid of a one-cent market, where a coarse tolerance would call every sale a purchase.
    Scenario(
        name="penny_spread_sells", family=FAMILY, near_miss_of="stealth_accumulation",
        dark="distribution", cast="liquid_stock", compose=_penny, ranges=_GATHER,
        required=(at_most("off_bought_share", 0.3), at_least("off_prints", 4)),
    ),
    Scenario(
        name="late_report", family=FAMILY, near_miss_of="absorbed_block",
        compose=partial(_block, widen=(0.0015, 0.0020)),
        ranges=Ranges(times=(1.3, 2.6), delay_us=(14_000_000, 40_000_000)),
        required=(at_least("report_s", 10.5),),
    ),
    Scenario(
        name="wide_spread_block", family=FAMILY, near_miss_of="absorbed_block",
        compose=partial(_block, widen=(0.0150, 0.0200)), ranges=_BLOCK,
        required=(at_least("stock_spread_bps", 55),),
    ),
)  # fmt: skip
