"""Celery tasks of the market record. Beat sends them; each is one service call, safe to repeat."""

import logging
from datetime import timedelta

from celery import shared_task

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
