"""The tuning values of off-exchange inference, with unit, bounds and source. Nothing else here."""

from dataclasses import dataclass
from typing import Annotated

from signals.engine.equities.placement import EquityPlacementParams
from signals.engine.parameter import Tuned

_SPEC = "spec platform 2.3"
_WAIT = "errata platform 5"
_FLOOR = "guess, errata platform 55"
_SHARES = ("shares", 0, 1_000_000_000)


@dataclass(frozen=True, kw_only=True)
class DarkParams(EquityPlacementParams):
    """Thresholds of off-exchange inference. Source: platform.md 2.3; errata 5, 30, 55.

    The cooldown of earlier versions is gone: an episode is told once and then continued.
    """

    dark_lateness_ms: Annotated[
        int,
        Tuned("ms", 0, 60_000, "How late a print may come and still count", "errata platform 30"),
    ] = 5_000
    dark_window_ms: Annotated[
        int, Tuned("ms", 1, 3_600_000, "Window of accumulation and distribution", _SPEC)
    ] = 60_000
    dark_min_block_size: Annotated[
        int, Tuned(*_SHARES, "Least size of an absorbed block", _SPEC)
    ] = 2_000
    dark_min_accum_size: Annotated[
        int, Tuned(*_SHARES, "Least size of one side in the window", _SPEC)
    ] = 3_000
    dark_min_accum_count: Annotated[
        int, Tuned("prints", 1, 10_000, "Fewest prints of one side in the window", _SPEC)
    ] = 4
    dark_min_print_size: Annotated[
        int, Tuned(*_SHARES, "Least size of a print that enters the window", _SPEC)
    ] = 200
    dark_min_imbalance: Annotated[
        float, Tuned("ratio", 0.5, 1, "Least share of one side; below it: two-sided", _SPEC)
    ] = 0.6
    dark_max_spread_ratio: Annotated[
        float, Tuned("ratio", 0, 1, "Widest spread, against the mid, that still tells", _SPEC)
    ] = 0.005
    dark_max_evidence: Annotated[
        int, Tuned("prints", 1, 1_000, "Largest prints kept as evidence, and the newest", _SPEC)
    ] = 20
    dark_min_notional_usd: Annotated[
        int, Tuned("USD", 0, 1_000_000_000, "Least worth of a block, or of a side", _FLOOR)
    ] = 100_000
    dark_median_multiple: Annotated[
        int, Tuned("times", 0, 100, "Least size against the usual off-exchange print", _FLOOR)
    ] = 4
    dark_baseline_size: Annotated[
        int, Tuned("prints", 2, 10_000, "Newest off-exchange prints that tell the usual", "guess")
    ] = 200
    dark_baseline_min_samples: Annotated[
        int, Tuned("prints", 2, 10_000, "The usual size speaks from here on", "guess")
    ] = 50
    dark_baseline_ttl_days: Annotated[
        int, Tuned("days", 1, 60, "Trade dates this far apart start the usual anew", "guess")
    ] = 14
    dark_check_first_ms: Annotated[
        int, Tuned("ms", 1, 600_000, "First look at the mid after a block", _WAIT)
    ] = 5_000
    dark_check_second_ms: Annotated[
        int, Tuned("ms", 1, 600_000, "Second look at the mid after a block", _WAIT)
    ] = 30_000
    dark_check_wait_ms: Annotated[
        int, Tuned("ms", 0, 600_000, "How long either look waits for a print", _WAIT)
    ] = 10_000
    dark_check_max_spreads: Annotated[
        float, Tuned("spreads", 0, 100, "Farthest mid that confirms a block; a tick at least",
                     "guess, errata platform 21, 55"),
    ] = 1.0  # fmt: skip
    dark_retail_weight: Annotated[
        float, Tuned("ratio", 0, 1, "What a print with sub-penny improvement counts", "guess")
    ] = 0.25
    dark_untold_weight: Annotated[
        float,
        Tuned("ratio", 0, 1, "What a print counts whose feed tells no conditions", "errata 36"),
    ] = 0.7
    dark_update_growth: Annotated[
        float, Tuned("ratio", 0, 10, "New prints that an update needs, against those told", "guess")
    ] = 0.25
    dark_lapse_ms: Annotated[
        int, Tuned("ms", 1, 86_400_000, "An episode ends when it last held this long ago", "guess")
    ] = 120_000
    dark_zone_min_blocks: Annotated[
        int, Tuned("blocks", 2, 1_000, "Blocks that make a zone of hidden liquidity", "guess")
    ] = 3
    dark_zone_width_bps: Annotated[
        int, Tuned("bps", 1, 1_000, "Widest zone of hidden liquidity", "guess")
    ] = 5
