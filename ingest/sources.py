"""The sources that `manage.py ingest` can stream, by name. Step 5 adds the providers."""

from collections.abc import Callable
from typing import Any

from django.conf import settings

from flow.cadence import wall_us
from ingest.feeds import Feed
from ingest.linefeed import LineFeed
from ingest.promises import ClockRule
from ingest.synthetic.config import MarketConfig, config_at, config_of
from ingest.synthetic.controlled import ControlledScenes
from ingest.synthetic.stage import Stage
from ingest.synthetic_feed import SyntheticFeed

Options = dict[str, Any]


def _synthetic(options: Options) -> tuple[Feed, ClockRule]:
    rate = options.get("rate")
    seed, config = settings.ENV.islandflow_synthetic_seed, synthetic_config(rate)
    parts: dict[str, Any] = {"limit": options.get("limit")}
    if rate is None:  # a load run is background alone
        scenes = ControlledScenes(seed, Stage(seed, config))
        parts |= {"scenes": scenes, "look": _looking(scenes, seed, config)}
    if options.get("as_fast_as_possible"):
        return SyntheticFeed(seed, config, wall_us(), **parts), "event"
    return SyntheticFeed(seed, config, wall_us(), wall=wall_us, **parts), "wall"


def _looking(scenes: ControlledScenes, seed: int, config: MarketConfig) -> Callable[[], None]:
    """Return what hears of saved controls and loads what is known beforehand."""
    from ingest.synthetic_control import follow
    from ingest.synthetic_facts import Announcer

    hear, tell = follow(scenes), Announcer(seed, config, scenes)

    def look() -> None:
        hear()
        tell(wall_us())

    return look


def synthetic_config(rate: float | None = None) -> MarketConfig:
    """Return the market that the environment asks for; a given rate of option prints wins.

    Errors: ValueError for a rate out of bounds.
    """
    env = settings.ENV
    rate = rate or env.islandflow_synthetic_rate
    if rate is not None:
        return config_at(rate, hours=env.islandflow_synthetic_hours)
    return config_of(
        env.synthetic_options_mode or env.synthetic_market_mode,
        env.synthetic_equities_mode or env.synthetic_market_mode,
        firehose_events_per_s=env.islandflow_firehose_rate,
        hours=env.islandflow_synthetic_hours,
    )


def _line(options: Options) -> tuple[Feed, ClockRule]:
    host, _, port = str(options["address"]).rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(
            f"--address is {options['address']!r}; expected host:port of a sender of our JSONL"
        )
    return LineFeed(host, int(port)), "event"


SOURCES: dict[str, Callable[[Options], tuple[Feed, ClockRule]]] = {
    "synthetic": _synthetic,
    "line": _line,
}


def open_feed(name: str, options: Options) -> tuple[Feed, ClockRule]:
    """Return the feed of a source and its clock rule. Errors: ValueError naming the option."""
    return SOURCES[name](options)
