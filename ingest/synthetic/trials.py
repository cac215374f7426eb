"""Which trials an evaluation is made of, and running them side by side. A pure plan, two processes.

One trial is one trade date of one seed: scenes from a quarter of an hour after the warm-up on, in
the middle of the session, so that all baselines are those of the same part of the day.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, time

import msgspec

from flow.domain.sessions import at_new_york
from flow.domain.units import MINUTE_US
from ingest.synthetic.config import MarketConfig
from ingest.synthetic.placing import Plan
from ingest.synthetic.scenarios.held_out import HELD_OUT, SEEDS_FROM
from ingest.synthetic.trading_days import trading_calendar
from ingest.synthetic.trial import Outcome, run_trial
from signals.engine.params import PRESETS, Params

# Trials are on Wednesdays to Fridays from here on: then single names, too, have contracts of two
# days and less, which hedges are played in.
FIRST_WEDNESDAY = date(2025, 3, 5).toordinal()
WEEKS = 8
BEGINS = time(10, 15)
WARM_UP_US = 15 * MINUTE_US
SLOTS = 500  # of one trial: 50 minutes of scenes
# 50 option prints a second are the realistic market (platform.md 4.1 BETTER); of the 200 equity
# prints a tenth is enough for what off-exchange inference needs here, and saves most of the time.
RATES = MarketConfig(option_prints_per_s=50.0, equity_prints_per_s=20.0)


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One trial by its numbers. `held_out` plays the ranges that nothing was tuned on."""

    seed: int
    slots: int
    preset: str
    held_out: bool

    def __post_init__(self) -> None:
        """Keep development and held-out seeds apart. Errors: ValueError."""
        if self.held_out != (self.seed >= SEEDS_FROM):
            raise ValueError(
                f"seed is {self.seed}; expected {SEEDS_FROM} and more for held-out ranges only"
            )


def trials_of(
    episodes: int, *, seed: int, preset: str = "measured", held_out: bool = False
) -> list[Trial]:
    """Return trials with about so many episodes, their seeds counting up."""
    slots = round(episodes / FILLED)
    cuts = [min(SLOTS, slots - start) for start in range(0, slots, SLOTS)]
    return [
        Trial(seed=seed + number, slots=cut, preset=preset, held_out=held_out)
        for number, cut in enumerate(cuts)
    ]


# Share of the slots in which something can be played and is rated (measured on development seeds).
FILLED = 0.8


def play(trial: Trial) -> Outcome:
    """Run one trial."""
    day = _day_of(trial.seed)
    plan = Plan(
        seed=trial.seed,
        from_us=at_new_york(day, BEGINS) + WARM_UP_US,
        count=trial.slots,
        ranges=HELD_OUT if trial.held_out else {},
    )
    params = Params.from_values(PRESETS[trial.preset])
    return run_trial(plan, RATES, warm_up_us=WARM_UP_US, params=params)


def play_all(
    trials: Sequence[Trial], *, workers: int = 1, told: Callable[[int], None] | None = None
) -> list[Outcome]:
    """Run trials in as many processes; the outcomes keep the order of the trials."""
    outcomes = []
    for outcome in _outcomes(trials, workers):
        outcomes.append(outcome)
        if told is not None:
            told(len(outcomes))
    return outcomes


def _outcomes(trials: Sequence[Trial], workers: int) -> Iterator[Outcome]:
    if workers < 2:
        yield from map(play, trials)
        return
    with ProcessPoolExecutor(max_workers=workers) as pool:
        yield from pool.map(play, trials)


def _day_of(seed: int) -> int:
    """Return a trading day by a seed."""
    week, weekday = divmod(seed % (3 * WEEKS), 3)
    day = FIRST_WEDNESDAY + 7 * week + weekday
    while trading_calendar().close_of(day) is None:
        day -= 1
    return day
