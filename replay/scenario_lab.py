"""The scenario lab in the database: an examination is asked for, queued, run once, and told.

ask -> waiting -> (Celery) running -> done, with what came of each scenario
                                \\-> failed, with a sentence
"""

import logging
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from ingest.synthetic.lab import examine
from replay.models import Examination
from signals.engine.params import PRESETS, Params
from signals.engine.records import ENGINE_VERSION
from signals.tuning import active_revision

log = logging.getLogger(__name__)

TASK = "replay.examine"
# After Celery's hard limit (CELERY_TASK_TIME_LIMIT) no worker can still be at it.
LOST_AFTER = timedelta(minutes=12)
State = Examination.State


def lab_ask(examination: Examination, *, user: Any) -> Examination:
    """Save an examination and queue it."""
    with transaction.atomic():
        examination.asked_by = user
        examination.save()
        transaction.on_commit(partial(_send, examination.pk))
    return examination


def unfinished_examination() -> Examination | None:
    """Return the one that waits or runs; one older than any worker may take is given up."""
    since = timezone.now() - LOST_AFTER
    rows = Examination.objects.filter(state__in=(State.WAITING, State.RUNNING))
    rows.filter(asked_at__lt=since).update(
        state=State.FAILED,
        sentence="No worker finished it in 12 minutes. See whether it runs, then ask again.",
        ended_at=timezone.now(),
    )
    return rows.first()


def _send(pk: int) -> None:
    try:
        current_app.send_task(TASK, args=[pk], retry=False)
    except OperationalError as error:
        log.warning("examination %d could not be queued: %s", pk, error)
        Examination.objects.filter(pk=pk).update(
            state=State.FAILED,
            sentence="The queue of background jobs does not answer; nothing was started. See "
            "whether Valkey and the worker run, then ask again.",
            ended_at=timezone.now(),
        )


def lab_run(pk: int) -> None:
    """Run one examination that is not over; a job that is delivered twice begins again.

    Errors: what the engines raise, after the row says that it failed.
    """
    row = Examination.objects.filter(pk=pk, state__in=(State.WAITING, State.RUNNING)).first()
    if row is None:
        return
    row.engine, row.state = ENGINE_VERSION, State.RUNNING
    row.save(update_fields=("engine", "state"))
    row.sentence = "An error stopped it; the log of the worker tells which."
    try:
        params, row.told_with = _thresholds(row)
        found = examine(row.scenarios, row.seed, day=row.trade_date, params=params)
        row.results, row.sentence = msgspec.to_builtins(found), ""
    except SoftTimeLimitExceeded:
        row.sentence = "It took longer than a job may; choose fewer scenarios."
        log.warning("examination %d took too long", pk)
    except (KeyError, ValueError) as error:
        row.sentence = str(error.args[0])
    finally:
        row.state = State.FAILED if row.sentence else State.DONE
        row.ended_at = timezone.now()
        row.save()


def _thresholds(row: Examination) -> tuple[Params, str]:
    if row.thresholds != Examination.Thresholds.ACTIVE:
        return Params.from_values(PRESETS[row.thresholds]), f"preset {row.thresholds}"
    revision = active_revision()
    if revision is None:
        return Params(), "defaults: no revision is in force yet"
    return Params.from_values(revision.values), f"revision {revision.pk}: {revision.reason}"[:200]
