"""Celery tasks of the market record. Beat sends them; each is one service call, safe to repeat."""

import logging
from datetime import date, timedelta

from celery import shared_task
from django.conf import settings

from flow.domain.clock import SystemClock
from flow.domain.sessions import new_york_date
from flow.reference.eod_files import FolderProvider
from flow.reference.loads import LoadError
from flow.reference.option_eod import completeness
from flow.reference.refresh import configured_sources
from flow.reference.refresh import refresh_calendar as refresh
from flow.storage.retention import KINDS, prune

log = logging.getLogger(__name__)


@shared_task(name="flow.prune", ignore_result=True)
def prune_all() -> None:
    """Apply the retention of every kind."""
    for kind in KINDS.values():
        pruned = prune(kind, timedelta(days=kind.days))
        log.info(
            "retention of %s: %d chunks dropped, rows deleted %s",
            kind.name,
            len(pruned.chunks),
            pruned.rows,
        )


@shared_task(name="flow.refresh_calendar", ignore_result=True)
def refresh_calendar() -> None:
    """Ask the calendar's provider if it is time, and import its file if it has changed.

    Not tried again before beat's next hour: the provider counts requests by the day.
    """
    try:
        reports = refresh(configured_sources(), now_us=SystemClock().now_us())
    except LoadError as error:
        log.error("event calendar: %s; what was known before stays", error)  # noqa: TRY400
        return
    for report in reports:
        log.info("event calendar: %s", " ".join(report.lines()))


@shared_task(
    name="flow.load_option_eod",
    ignore_result=True,
    autoretry_for=(LoadError,),
    max_retries=5,
    default_retry_delay=600,
)
def load_option_eod() -> None:
    """Load the end of day of options, then say what today's trade date knows nothing of.

    Tried again every ten minutes for LoadError: the files of a morning may come late.
    """
    folder = settings.ENV.refdata_option_eod_path
    if folder is None:
        return
    now_us = SystemClock().now_us()
    for report in FolderProvider(folder).load(now_us=now_us):
        log.info("option end of day: %s", " ".join(report.lines()))
    for each in completeness(date.fromordinal(new_york_date(now_us))):
        if each.missing:
            log.warning("open interest: %s", each.line())
