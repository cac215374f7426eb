"""JSON columns read through a plain cursor: Django leaves them as text on its connections."""

import json
from typing import Any, TypeVar

Row = TypeVar("Row")


def as_json(value: Any) -> Any:
    """Return the value of a jsonb column, whether or not the driver has read it."""
    return json.loads(value) if isinstance(value, str) else value


def with_json(row: Any, *names: str) -> Any:
    """Return a named tuple with the given columns read."""
    return row._replace(**{name: as_json(getattr(row, name)) for name in names})
