"""Celery tasks of what is derived beside live. Each is one service call, safe to repeat."""

from celery import shared_task

from replay.scenario_lab import TASK, lab_run


@shared_task(name=TASK, ignore_result=True)
def examine_scenarios(pk: int) -> None:
    """Run one examination of scenarios by its number."""
    lab_run(pk)
