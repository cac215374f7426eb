"""Open interest of a contract on one trade date, as the log tells it.

The payload of an `open_interest` control entry is the record by field name:

    {"contract": "SPY-2025-01-17-450-C", "session_date": 739264, "open_interest": 1200,
     "as_of_date": 739263, "source": "lean"}
"""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
_Day = Annotated[int, msgspec.Meta(ge=1, le=3_652_059)]  # to the end of the year 9999


class OpenInterest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What stood open when a trade date began.

    Units: contracts; `session_date` and `as_of_date` are proleptic ordinals. `as_of_date` is the
    day at whose end that much stood open: always before the trade date.
    """

    contract: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    session_date: _Day
    open_interest: _Count
    as_of_date: _Day
    source: Annotated[str, msgspec.Meta(max_length=40)] = ""

    def __post_init__(self) -> None:
        """Refuse a snapshot that the trade date could not know."""
        if self.as_of_date >= self.session_date:
            raise ValueError(f"as_of_date is {self.as_of_date}; expected a day before the session")


def read_open_interest(payload: Mapping[str, Any]) -> OpenInterest | None:
    """Return the record of an `open_interest` control entry, None where it is none."""
    try:
        return msgspec.convert(dict(payload), OpenInterest)
    except msgspec.ValidationError:
        return None


def open_interest_payload(record: OpenInterest) -> dict[str, Any]:
    """Return the payload that `read_open_interest` reads."""
    payload: dict[str, Any] = msgspec.to_builtins(record)
    return payload
