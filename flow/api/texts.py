"""Values as the API writes them: money as decimal text, instants twice, missing as null."""

from datetime import UTC, datetime

from flow.domain.units import MILLISECOND_US, from_datetime, micros_to_text


def money(micros: int | None) -> str | None:
    """Return dollars as decimal text."""
    return None if micros is None else micros_to_text(micros)


def iso(instant: datetime | None) -> str | None:
    """Return ISO 8601 with offset, exact to the microsecond."""
    return None if instant is None else instant.astimezone(UTC).isoformat()


def milliseconds(instant: datetime | None) -> int | float | None:
    """Return milliseconds since 1970; the microseconds of an instant are its decimals.

    A whole number would put two instants of one millisecond at the same place, and whoever goes
    on from it would skip rows.
    """
    if instant is None:
        return None
    whole, part = divmod(from_datetime(instant), MILLISECOND_US)
    return whole if part == 0 else from_datetime(instant) / MILLISECOND_US


def age_ms(micros: int | None) -> int | float | None:
    """Return a duration in milliseconds."""
    if micros is None:
        return None
    return micros // MILLISECOND_US if micros % MILLISECOND_US == 0 else micros / MILLISECOND_US
