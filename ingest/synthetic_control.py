"""The control of the synthetic market in the database: saved once, read by the running feed."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.utils import timezone

from flow.domain.units import from_datetime
from ingest.models import SyntheticControl
from ingest.synthetic.control import Control
from ingest.synthetic.controlled import Change, ControlledScenes

log = logging.getLogger(__name__)

# How long after saving a control comes into force: the feed has looked for it several times by
# then, so that what it sent is what seed and history say.
ANNOUNCED = timedelta(seconds=30)
LOCK_KEY = 7_301_102  # advisory: who saves a control (the other one: flow/reference/loads.py)
FIELDS = (
    "preset_id", "coverage_assist", "coverage_window_minutes", "shared_seed", "profile_weights",
    "demo_profile_id",
)  # fmt: skip


class History(NamedTuple):
    """Saved controls with their instants, oldest first; `refused` says why rows are left out."""

    changes: list[Change]
    refused: list[str]


def control_of(row: SyntheticControl) -> Control:
    """Return a saved row as the market reads it. Errors: ValueError naming what it refuses."""
    return _read(
        {
            **{name: getattr(row, name) for name in FIELDS},
            "updated_at": from_datetime(row.saved_at) // 1_000,
            "updated_by": str(row.saved_by) if row.saved_by else "system",
        }
    )


def _read(values: dict[str, Any]) -> Control:
    told = {**values, "demo_profile_id": values["demo_profile_id"] or None}
    try:
        return msgspec.convert(told, Control)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def history() -> History:
    """Return what was ever saved.

    Missing: a row that this version refuses (an earlier one knew its preset) is left out, so the
    control before it stays in force.
    """
    found = History([], [])
    for row in SyntheticControl.objects.select_related("saved_by").order_by("from_ts"):
        try:
            found.changes.append(Change(from_datetime(row.from_ts), control_of(row)))
        except ValueError as error:
            found.refused.append(f"control {row.pk} is not in force: {error}")
    return found


def current() -> SyntheticControl | None:
    """Return the newest saved control, None where none was ever saved."""
    return SyntheticControl.objects.select_related("saved_by").first()


def control_save(values: dict[str, Any], *, reason: str, user: Any) -> SyntheticControl:
    """Save a control; it comes into force half a minute later, at a whole second.

    Errors: ValueError naming the field that the market refuses.
    """
    _read(values)
    with transaction.atomic():
        # One after the other: locking the newest row would not show a waiting save the row that
        # the other one has added meanwhile, and both would take the same second.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])
        newest = SyntheticControl.objects.order_by("-from_ts").first()
        now = timezone.now()
        from_ts = (now + ANNOUNCED).replace(microsecond=0) + timedelta(seconds=1)
        if newest is not None and newest.from_ts >= from_ts:
            from_ts = newest.from_ts + timedelta(seconds=1)
        return SyntheticControl.objects.create(
            **values, reason=reason, saved_by=user, saved_at=now, from_ts=from_ts
        )


def is_available() -> bool:
    """Whether there is a synthetic market to steer, and steering it is allowed."""
    env = settings.ENV
    adapters = (env.options_ingest_adapter, env.equities_ingest_adapter)
    return env.synthetic_control_enabled and "synthetic" in adapters


def follow(scenes: ControlledScenes) -> Callable[[], None]:
    """Return what a feed calls now and then to hear of saved controls.

    Missing: while the database is away the known history stays in force; the log needs it anyway.
    A row that this version refuses is told once in the log, and by the feed's status.
    """

    def look() -> None:
        try:
            close_old_connections()
            found = history()
        except DatabaseError:
            log.warning("the synthetic control could not be read; the known one stays in force")
            return
        complaint = "; ".join(found.refused)
        if complaint and complaint != scenes.complaint:
            log.error("saved synthetic controls are refused", extra={"refused": complaint})
        scenes.complaint = complaint
        scenes.update(found.changes)

    return look
