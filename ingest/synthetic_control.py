"""The control of the synthetic market in the database: saved once, read by the running feed."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections, transaction
from django.utils import timezone

from flow.domain.units import from_datetime
from ingest.models import SyntheticControl
from ingest.synthetic.control import Control
from ingest.synthetic.controlled import Change, ControlledScenes

log = logging.getLogger(__name__)

# How long after saving a control comes into force: the feed has looked for it several times by
# then, so that what it sent is what seed and history say.
ANNOUNCED = timedelta(seconds=30)
FIELDS = (
    "preset_id", "coverage_assist", "coverage_window_minutes", "shared_seed", "profile_weights",
    "demo_profile_id",
)  # fmt: skip


def control_of(row: SyntheticControl) -> Control:
    """Return a saved row as the market reads it."""
    values = {name: getattr(row, name) for name in FIELDS}
    values["demo_profile_id"] = row.demo_profile_id or None
    return Control(
        **values,
        updated_at=from_datetime(row.saved_at) // 1_000,
        updated_by=str(row.saved_by) if row.saved_by else "system",
    )


def history() -> list[Change]:
    """Return every saved control with its instant, oldest first."""
    rows = SyntheticControl.objects.select_related("saved_by").order_by("from_ts")
    return [Change(from_datetime(row.from_ts), control_of(row)) for row in rows]


def current() -> SyntheticControl | None:
    """Return the newest saved control, None where none was ever saved."""
    return SyntheticControl.objects.select_related("saved_by").first()


def control_save(values: dict[str, Any], *, reason: str, user: Any) -> SyntheticControl:
    """Save a control; it comes into force half a minute later, at a whole second.

    Errors: ValueError naming the field that the market refuses.
    """
    Control(**{**values, "demo_profile_id": values["demo_profile_id"] or None})
    with transaction.atomic():
        newest = SyntheticControl.objects.select_for_update().order_by("-from_ts").first()
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
    """

    def look() -> None:
        try:
            close_old_connections()
            scenes.update(history())
        except DatabaseError:
            log.warning("the synthetic control could not be read; the known one stays in force")

    return look
