"""Store the stories of one provider until told to stop."""

import threading
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string

from flow.cadence import wall_us
from flow.malformed import FeedStopped
from flow.running import stop_on_signal, worker_exits
from flow.storage.schemas import LIVE
from flow.storage.waiting import wait_for_database
from news.providers import NewsProvider, ProviderDown
from news.synthetic import SyntheticNews
from news.worker import NewsWorker, run_worker


def _synthetic(rate: float | None) -> NewsProvider:
    env = settings.ENV
    # The market's scenes tell stories too; news knows nothing of ingest, the project wires them.
    stories = import_string(settings.SYNTHETIC_STORIES)()
    return SyntheticNews(
        env.islandflow_synthetic_seed,
        rate or env.islandflow_synthetic_news_rate,
        wall=wall_us,
        told_between=stories.between,
    )


# Step 5 adds the real ones.
PROVIDERS: dict[str, Callable[[float | None], NewsProvider]] = {"synthetic": _synthetic}


class Command(BaseCommand):
    help = "Store the stories of a provider: synthetic, a seeded newswire."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("provider", choices=sorted(PROVIDERS))
        parser.add_argument("--rate", type=float, help="synthetic: stories per minute")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = stop_on_signal()
        try:
            provider = PROVIDERS[options["provider"]](options["rate"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        wait_for_database(stop, LIVE, "news")
        self._run(provider, stop)

    def _run(self, provider: NewsProvider, stop: threading.Event) -> None:
        gone = "news stops; what was not committed is read again after the next start"
        with worker_exits(stop, self.stderr, gone=gone, stays_stopped=(FeedStopped, ProviderDown)):
            worker = NewsWorker(
                provider,
                backfill_limit=settings.ENV.alpaca_news_backfill_limit,
                wall_us=wall_us,
            )
            run_worker(worker, stop)
