"""The sources that `manage.py ingest` can stream, by name. Step 5 adds the providers."""

from collections.abc import Callable
from typing import Any

from django.conf import settings

from flow.cadence import wall_us
from ingest.feeds import Feed
from ingest.linefeed import LineFeed
from ingest.promises import ClockRule
from ingest.seedfeed import SeedFeed

Options = dict[str, Any]


def _synthetic(options: Options) -> tuple[Feed, ClockRule]:
    env = settings.ENV
    rate = options.get("rate") or env.islandflow_synthetic_rate
    if options.get("as_fast_as_possible"):
        feed = SeedFeed(env.islandflow_synthetic_seed, rate, wall_us(), limit=options.get("limit"))
        return feed, "event"
    feed = SeedFeed(
        env.islandflow_synthetic_seed, rate, wall_us(), wall=wall_us, limit=options.get("limit")
    )
    return feed, "wall"


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
