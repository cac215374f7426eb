"""Ask the configured provider of the event calendar now, and import the configured file."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from flow.domain.clock import SystemClock
from flow.reference.loads import LoadError
from flow.reference.refresh import configured_sources, refresh_calendar


class Command(BaseCommand):
    help = "Refresh the event calendar from its provider and its file. Beat does it when it is due."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sources = configured_sources()
            reports = refresh_calendar(sources, now_us=SystemClock().now_us(), force=True)
        except LoadError as error:
            raise CommandError(f"{error}; what was known before stays") from error
        if sources.account is None and sources.path is None:
            raise CommandError(
                "no source is configured; set REFDATA_EVENT_CALENDAR_PROVIDER or"
                " REFDATA_EVENT_CALENDAR_PATH"
            )
        for report in reports:
            self.stdout.write("\n".join(report.lines()))
        if not reports:
            self.stdout.write("nothing is new")
