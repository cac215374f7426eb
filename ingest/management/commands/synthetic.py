"""The synthetic market: `synthetic generate`, `evaluate`, `examine`, `stats`."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date, time
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError

from flow.domain.sessions import at_new_york
from ingest.management.market_stats import compare
from ingest.synthetic.config import MAX_EVENTS_PER_S, MarketConfig
from ingest.synthetic.generating import generate
from ingest.synthetic.lab import MOST, examine, one_and_a_near_miss_of_each
from ingest.synthetic.report import lines_of
from ingest.synthetic.runs import Run, RunError, load_run
from ingest.synthetic.scenarios.catalogue import SCENARIOS
from ingest.synthetic.scenarios.evidence import BuildFailed
from ingest.synthetic.scenarios.held_out import SEEDS_FROM
from ingest.synthetic.scenarios.labelled import DEMO_PROFILES
from ingest.synthetic.scenarios.labelled import SCENARIOS as LABELLED
from ingest.synthetic.scenarios.setting import Unplayable
from ingest.synthetic.trading_days import FIRST_YEAR, LAST_YEAR, trading_calendar
from ingest.synthetic.trial import Outcome, watch
from ingest.synthetic.trials import play_all, trials_of
from ingest.synthetic.verdicts import judge_trials
from signals.engine.params import PRESETS, Params


class Command(BaseCommand):
    help = "Write labelled runs, examine the engine on them, compare the market with real days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        run = what.add_parser("generate", help="write a run with its labels into a folder")
        run.add_argument("folder", type=Path)
        run.add_argument("--scenario", action="append", choices=sorted(SCENARIOS), default=[])
        run.add_argument("--demo", choices=sorted(DEMO_PROFILES), help="the scenes of a demo")
        run.add_argument("--run", default="", help="its name; default: the folder's")
        run.add_argument("--seed", type=_seed, default=11)
        run.add_argument("--date", type=_trading_day, default=date(2025, 3, 12))
        run.add_argument("--option-prints", type=_rate, default=20.0, help="a second")
        run.add_argument("--equity-prints", type=_rate, default=20.0, help="a second")
        told = what.add_parser("evaluate", help="readings against labels, with all figures")
        told.add_argument("runs", nargs="*", type=Path, help="written runs; default: new markets")
        told.add_argument("--episodes", type=_count, default=400)
        told.add_argument("--seed", type=_seed, help="the first of the seeds")
        told.add_argument("--held-out", action="store_true", help="ranges nothing was tuned on")
        told.add_argument("--preset", choices=sorted(PRESETS), default="measured")
        told.add_argument("--workers", type=_count, default=1)
        told.add_argument("--json", type=Path, help="write the figures here as well")

        lab = what.add_parser("examine", help="play scenarios: what passes, what fails and why")
        lab.add_argument("--scenario", action="append", choices=sorted(SCENARIOS), default=[])
        lab.add_argument("--seed", type=_seed, default=11)
        lab.add_argument("--date", type=_trading_day, default=date(2025, 3, 12))
        lab.add_argument("--preset", choices=sorted(PRESETS), default="measured")

        stats = what.add_parser("stats", help="figures beside those of real days")
        stats.add_argument("--seconds", type=int, default=600, help="of the synthetic market")
        stats.add_argument("--seed", type=_seed)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["what"] == "generate":
                self._generate(options)
            elif options["what"] == "evaluate":
                self._evaluate(options)
            elif options["what"] == "examine":
                self._examine(options)
            else:
                for line in compare(options["seconds"], options["seed"]):
                    self.stdout.write(line)
        except (BuildFailed, Unplayable, RunError, OSError) as error:
            raise CommandError(str(error)) from error

    def _generate(self, options: dict[str, Any]) -> None:
        names = options["scenario"] or DEMO_PROFILES.get(options["demo"], ())
        names = names or [scenario.name for scenario in LABELLED]
        config = MarketConfig(
            option_prints_per_s=options["option_prints"],
            equity_prints_per_s=options["equity_prints"],
        )
        manifest = generate(
            options["folder"],
            options["run"] or options["folder"].name,
            options["seed"],
            names,
            config=config,
            start_us=at_new_york(options["date"].toordinal(), time(10, 30)),
        )
        for name, count in manifest.counts.items():
            self.stdout.write(f"{count:>9}  {name}  {manifest.sha256.get(name, '')}")

    def _evaluate(self, options: dict[str, Any]) -> None:
        if options["runs"]:
            params = Params.from_values(PRESETS[options["preset"]])
            outcomes = [_read(load_run(folder), params) for folder in options["runs"]]
        else:
            outcomes = self._play(options)
        verdict = judge_trials(outcomes)
        for line in lines_of(verdict):
            self.stdout.write(line)
        if options["json"]:
            options["json"].write_bytes(msgspec.json.encode(verdict))

    def _examine(self, options: dict[str, Any]) -> None:
        names = options["scenario"] or one_and_a_near_miss_of_each()
        params = Params.from_values(PRESETS[options["preset"]])
        if len(names) > MOST:
            raise CommandError(f"{len(names)} scenarios received; expected at most {MOST}")
        results = examine(names, options["seed"], day=options["date"], params=params)
        for each in results:
            came = f"must come: {each.expected}; came: {each.found}"
            self.stdout.write(f"{each.outcome:10}  {each.scenario:30}  {each.symbol:5}  {came}")
            for difference in each.differences:
                told = f"expected {difference.expected}, came {difference.found}"
                self.stdout.write(f"{'':12}{difference.what}: {told}")
        failed = sum(each.outcome == "fail" for each in results)
        self.stdout.write(f"{len(results) - failed} of {len(results)} do not fail")
        if failed:
            raise SystemExit(1)

    def _play(self, options: dict[str, Any]) -> list[Outcome]:
        is_held_out = options["held_out"]
        seed = options["seed"]
        if seed is None:
            seed = SEEDS_FROM if is_held_out else 1
        if is_held_out != (seed >= SEEDS_FROM):
            raise CommandError(
                f"--seed is {seed}; expected {SEEDS_FROM} and more with --held-out, less without"
            )
        try:
            trials = trials_of(
                options["episodes"], seed=seed, preset=options["preset"], held_out=is_held_out
            )
        except ValueError as error:  # the seeds count up from the first
            raise CommandError(
                f"--episodes is {options['episodes']} and --seed {seed}; expected seeds up to "
                f"{SEEDS_FROM - 1}: later ones are held out; begin with a lower one"
            ) from error
        return play_all(
            trials,
            workers=options["workers"],
            told=lambda done: self.stderr.write(f"{done} of {len(trials)} markets"),
        )


def _seed(text: str) -> int:
    return _whole(text, 0)


def _count(text: str) -> int:
    return _whole(text, 1)


def _whole(text: str, least: int) -> int:
    if not text.strip().lstrip("+").isdecimal() or int(text) < least:
        raise ArgumentTypeError(f"{text!r} received; expected a whole number from {least} on")
    return int(text)


def _rate(text: str) -> float:
    """Read prints a second. NaN is no rate, either."""
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= MAX_EVENTS_PER_S:
        raise ArgumentTypeError(f"{text!r} received; expected 0 to {MAX_EVENTS_PER_S} a second")
    return rate


def _trading_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} received; expected a date like 2025-03-12") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ArgumentTypeError(f"{day} received; expected a date of {FIRST_YEAR} to {LAST_YEAR}")
    if trading_calendar().close_of(day.toordinal()) is None:
        raise ArgumentTypeError(f"{day} received; expected a trading day: the exchanges are closed")
    return day


def _read(run: Run, params: Params) -> Outcome:
    manifest = run.manifest
    return watch(
        run.beats(), run.scenes, from_us=manifest.scenes_from_us, until_us=manifest.until_us,
        params=params,
    )  # fmt: skip
