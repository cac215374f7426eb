"""Tuning revisions: draft, activate, compare with the environment.

A revision that was ever active never changes; activation swaps two rows and asks every ingest
worker to write the values into its streams, all in one transaction.
"""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from flow.models import ControlRequest, Stream
from signals.engine.params import PRESETS, Params
from signals.models import TuningRevision

FIRST_REASON = "Defaults of the engine and values of the environment"
SYNTHETIC_PRESET = "measured"
SYNTHETIC_REASON = f"Preset {SYNTHETIC_PRESET}: thresholds of the synthetic market"


def tuning_create(
    values: dict[str, Any], *, reason: str, author: User | None = None
) -> TuningRevision:
    """Store a draft. Errors: TuningError naming the key, the value and the allowed range."""
    params = Params.from_values(values)
    return TuningRevision.objects.create(
        values=params.values(), digest=params.digest, reason=reason, author=author
    )


def tuning_activate(revision: TuningRevision) -> TuningRevision:
    """Put a draft into force, retire the one before, and request the control entries.

    Errors: ValueError for a revision that is no draft: history is not rewritten; draft its values
    again instead.
    """
    with transaction.atomic():
        current = TuningRevision.objects.select_for_update().filter(state="active").first()
        locked = TuningRevision.objects.select_for_update().get(pk=revision.pk)
        if locked.state != TuningRevision.State.DRAFT:
            raise ValueError(
                f"revision {locked.pk} is {locked.state}; only a draft can be activated;"
                " draft its values again"
            )
        if current is not None:
            TuningRevision.objects.filter(pk=current.pk).update(state="retired")
        locked.state = TuningRevision.State.ACTIVE
        locked.activated_at = timezone.now()
        locked.save(update_fields=["state", "activated_at"])
        ControlRequest.objects.create(kind="tuning", payload=revision_payload(locked))
    return locked


def active_revision() -> TuningRevision | None:
    """Return the revision in force; None only before the first migration has ended."""
    return TuningRevision.objects.filter(state="active").first()


def revision_payload(revision: TuningRevision) -> dict[str, Any]:
    """Return what a `tuning` control entry carries: the log then explains itself."""
    return {"revision": revision.pk, "digest": revision.digest, "values": revision.values}


def seed_first_revision(values: dict[str, Any]) -> TuningRevision | None:
    """Make and activate revision 1 on an empty database; None where one exists."""
    if TuningRevision.objects.exists():
        return None
    return tuning_activate(tuning_create(values, reason=FIRST_REASON))


def start_for_source(source: str, values: dict[str, Any]) -> TuningRevision | None:
    """Put the thresholds of the synthetic market into force before its first event; else None.

    Shape: `values` are those of the environment, which win. Only while revision 1 is the only one
    and the log has no stream: what somebody works with is never changed. Source: DECISIONS 43.
    """
    if source != "synthetic" or Stream.objects.exists():
        return None
    if TuningRevision.objects.exclude(reason=FIRST_REASON).exists():
        return None
    merged = {**PRESETS[SYNTHETIC_PRESET], **values}
    return tuning_activate(tuning_create(merged, reason=SYNTHETIC_REASON))


def is_of_synthetic(values: dict[str, Any]) -> bool:
    """Whether the revision in force is that of the synthetic market."""
    active = active_revision()
    wanted = Params.from_values({**PRESETS[SYNTHETIC_PRESET], **values}).digest
    return active is not None and active.digest == wanted


def environment_differences(values: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return key: (value of the environment, value in force) where the two differ."""
    active = active_revision()
    if active is None:
        return {}
    wanted = Params.from_values({**active.values, **values}).values()
    return {
        key: (wanted[key], active.values.get(key))
        for key in values
        if key in wanted and wanted[key] != active.values.get(key)
    }
