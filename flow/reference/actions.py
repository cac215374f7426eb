"""Corporate actions and the adjustments of option contracts that follow from them."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from django.db import models

from flow.domain.reference_rows import read_action, read_adjustment
from flow.models import CorporateAction, OptionAdjustment, ReferenceLoad
from flow.reference.files import read_bytes, read_each, read_rows
from flow.reference.loads import Report, content_hash, loading


def import_actions(path: Path, *, now_us: int) -> Report:
    """Import corporate actions by symbol, kind and effective date. Errors: LoadError."""
    data = read_bytes(path)
    report = Report("actions", path.name, content_hash(data))
    found = read_each(read_rows(data, path.name), read_action, report)
    with loading(report, now_us=now_us) as load:
        keys = ("symbol", "kind", "effective_date")
        report.changed = sum(
            _store(CorporateAction, msgspec.structs.asdict(row), keys, load) for row in found
        )
    return report


def import_adjustments(path: Path, *, now_us: int) -> Report:
    """Import adjustments by root and effective date; later prints are stamped with them.

    Errors: LoadError.
    """
    data = read_bytes(path)
    report = Report("adjustments", path.name, content_hash(data))
    found = read_each(read_rows(data, path.name), read_adjustment, report)
    with loading(report, now_us=now_us) as load:
        report.changed = sum(
            _store(OptionAdjustment, msgspec.structs.asdict(row), ("root", "effective_date"), load)
            for row in found
        )
    return report


def actions_until(symbol: str, day: date) -> list[CorporateAction]:
    """Return the actions of a symbol that are in effect on a day, the newest first."""
    return list(
        CorporateAction.objects.filter(symbol=symbol, effective_date__lte=day).order_by(
            "-effective_date", "kind"
        )
    )


def adjustments_on(underlying: str, day: date) -> list[OptionAdjustment]:
    """Return the adjustment in force of each root of an underlying on a day, by root."""
    return list(
        OptionAdjustment.objects.filter(underlying=underlying, effective_date__lte=day)
        .order_by("root", "-effective_date")
        .distinct("root")
    )


def _store(
    model: type[models.Model], values: dict[str, Any], keys: tuple[str, ...], load: ReferenceLoad
) -> bool:
    """Insert or replace one row; returns whether anything changed."""
    key = {name: values.pop(name) for name in keys}
    rows = model._default_manager  # noqa: SLF001
    if rows.filter(**key, **values).exists():
        return False
    rows.update_or_create(**key, defaults={**values, "load": load})
    return True
