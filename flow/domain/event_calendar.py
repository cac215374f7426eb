"""Scheduled events of an underlying: the record, the log's payload, and the rows that files bring.

A row is read once, at import; the log then holds resolved instants. Which revision was known at an
instant is the engine's business (`signals.engine.calendar`).

The payload of a `calendar` control entry is the record by field name, times in microseconds:

    {"event_id": "AAPL:2024-12-31:earnings", "underlying": "AAPL", "kind": "earnings",
     "announced_ts": 1735826400000000, "event_ts": 1738357500000000,
     "session": "amc", "source": "alphavantage"}

`earliest_ts` stands in it where the session is unknown: the event falls between it and `event_ts`.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

import msgspec

from flow.domain.contracts import canonical_symbol
from flow.domain.sessions import NEW_YORK, at_new_york
from flow.domain.units import MILLISECOND_US, from_datetime, to_datetime

# Source: options-engine.md 15; the order is that of importance ("earnings > m_and_a > ...").
EventKind = Literal["earnings", "m_and_a", "corporate_action", "dividend", "news", "other"]
EVENT_KINDS: tuple[EventKind, ...] = (
    "earnings", "m_and_a", "corporate_action", "dividend", "news", "other",
)  # fmt: skip
# Before the open, after the close, one of the two, or told to the instant.
EventSession = Literal["bmo", "amc", "unknown", "exact"]

# Source: options-engine.md 15: "event_ts = 08:00 or 16:05 ET".
BMO_TIME, AMC_TIME = time(8), time(16, 5)
FIRST_US, LAST_US = 946_684_800_000_000, 4_102_444_800_000_000  # 2000 to 2100, as expiries

SYMBOL = r"[A-Z0-9][A-Z0-9./-]{0,11}"
_Symbol = Annotated[str, msgspec.Meta(pattern=rf"^{SYMBOL}\Z")]
_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
_Instant = Annotated[int, msgspec.Meta(ge=FIRST_US, le=LAST_US)]
_Known = Annotated[int, msgspec.Meta(ge=0, le=LAST_US)]


class CalendarEvent(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One revision of what was known of one event, from `announced_ts` on.

    Units: microseconds UTC. `event_ts` is the latest instant at which it may happen.
    Missing: `earliest_ts` is None where the instant is known.
    """

    event_id: _Id
    underlying: _Symbol
    kind: EventKind
    announced_ts: _Known
    event_ts: _Instant
    session: EventSession = "exact"
    earliest_ts: _Instant | None = None
    source: Annotated[str, msgspec.Meta(max_length=40)] = ""
    withdrawn: bool = False  # from `announced_ts` on it was known not to happen

    def __post_init__(self) -> None:
        """Refuse an interval that ends before it starts."""
        if self.earliest_ts is not None and self.earliest_ts > self.event_ts:
            raise ValueError(f"earliest_ts is {self.earliest_ts}; expected at most event_ts")

    @property
    def starts_ts(self) -> int:
        """Return the earliest instant at which it may happen."""
        return self.event_ts if self.earliest_ts is None else self.earliest_ts

    def says_same_as(self, other: "CalendarEvent") -> bool:
        """Return whether another revision of this event tells the same, whoever and whenever."""
        return (self.kind, self.event_ts, self.earliest_ts, self.withdrawn) == (
            other.kind,
            other.event_ts,
            other.earliest_ts,
            other.withdrawn,
        )


class CalendarError(ValueError):
    """A row that tells no event. `code` is permanent: the import report counts by it."""

    def __init__(self, code: str, received: object) -> None:
        """Keep the code and what was received."""
        self.code = code
        self.received = received
        super().__init__(f"calendar row has {received!r}; expected {_EXPECTED[code]}")


_EXPECTED = {
    "bad_underlying": "a symbol of 1 to 12 letters, digits, dots, dashes or slashes",
    "bad_event_time": "milliseconds, a date, or a time with offset, from 2000 to 2100",
    "bad_announced": "milliseconds, a date, or a time with offset, before 2100",
    "bad_text": "an id of at most 80 and a source of at most 40 characters, all of them text",
}

# Source: options-engine.md 15 (first present wins); the rest are Alpha Vantage's column names.
_UNDERLYING = ("underlying_id", "underlying", "symbol")
_EVENT = ("event_ts", "event_time", "event_date", "reportDate")
_KIND = ("event_kind", "kind", "type")
_ANNOUNCED = ("announced_ts", "available_ts", "as_of_ts", "created_ts")
_ID = ("source_event_id", "event_id", "id")
_SESSION = ("session", "timeOfTheDay")
_SESSIONS: dict[str, EventSession] = {
    "bmo": "bmo", "pre-market": "bmo", "amc": "amc", "post-market": "amc",
}  # fmt: skip


def read_payload(payload: Mapping[str, Any]) -> CalendarEvent | None:
    """Return the event of a `calendar` control entry, None where it is none."""
    try:
        return msgspec.convert(dict(payload), CalendarEvent)
    except msgspec.ValidationError:
        return None


def payload_of(event: CalendarEvent) -> dict[str, Any]:
    """Return the payload that `read_payload` reads."""
    payload: dict[str, Any] = msgspec.to_builtins(event)
    return payload


def read_row(row: Mapping[str, Any], *, received_ts: int, source: str = "") -> CalendarEvent:
    """Return the event of one row of a calendar file.

    Shape: a JSON object, or a CSV row by column name, with the aliases of options-engine.md 15 or
    the columns of Alpha Vantage's EARNINGS_CALENDAR, whose rows name no kind: earnings.
    Units: numbers and texts of digits are milliseconds; `received_ts` is microseconds.
    Missing: a row that does not say when it was announced was known when we received it, never
    before. A date without a time of day is 08:00 (bmo) or 16:05 (amc) New York, unknown from the
    first to the second.
    Errors: CalendarError with a permanent code; nothing else for any row.
    Source: options-engine.md 15 with BETTER; errata 47 (id); platform errata 40 (announced).
    """
    underlying = _symbol(_first(row, _UNDERLYING))
    kind = _kind(_first(row, _KIND) or ("earnings" if "fiscalDateEnding" in row else None))
    earliest, latest, session = _when(row)
    announced = _first(row, _ANNOUNCED)
    event = {
        "event_id": _event_id(row, underlying, kind, latest),
        "underlying": underlying,
        "kind": kind,
        "announced_ts": received_ts if announced is None else _known(announced),
        "event_ts": latest,
        "session": session,
        "earliest_ts": None if earliest == latest else earliest,
        "source": _text(row.get("source")) or source,
        "withdrawn": row.get("withdrawn") in (True, "true"),
    }
    found = read_payload(event)
    if found is None or not is_storable(found.event_id + found.source):
        raise CalendarError("bad_text", (event["event_id"], event["source"]))
    return found


def is_storable(text: str) -> bool:
    """Return whether a table can hold a text: JSON may bring NUL and halves of characters."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _first(row: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    return next((row[key] for key in keys if row.get(key) not in (None, "")), None)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _symbol(value: object) -> str:
    symbol = canonical_symbol(_text(value).upper())
    if not re.fullmatch(SYMBOL, symbol):
        raise CalendarError("bad_underlying", value)
    return symbol


def _kind(value: object) -> EventKind:
    kind = _text(value).lower()
    return next((known for known in EVENT_KINDS if known == kind), "other")


def _event_id(row: Mapping[str, Any], underlying: str, kind: EventKind, event_ts: int) -> str:
    """Return the identity that stays when the date moves; without one, the date is part of it."""
    fiscal, own = _text(row.get("fiscalDateEnding")), _first(row, _ID)
    if fiscal:
        return f"{underlying}:{fiscal}:{kind}"
    if isinstance(own, str | int):
        return str(own).strip()
    day = to_datetime(event_ts).astimezone(NEW_YORK).date()
    return f"{underlying}:{day.isoformat()}:{kind}"


def _when(row: Mapping[str, Any]) -> tuple[int, int, EventSession]:
    """Return the first and the last instant at which an event may happen, and its session."""
    found = _instant_or_date(_first(row, _EVENT), "bad_event_time")
    told = _SESSIONS.get(_text(_first(row, _SESSION)).lower())
    if isinstance(found, int):
        if not FIRST_US <= found <= LAST_US:
            raise CalendarError("bad_event_time", _first(row, _EVENT))
        return found, found, told or "exact"
    day = found.toordinal()
    first, last = at_new_york(day, BMO_TIME), at_new_york(day, AMC_TIME)
    if told is None:
        return first, last, "unknown"
    return (first, first, told) if told == "bmo" else (last, last, told)


def _known(value: object) -> int:
    """Return the instant from which an event was known; of a date its end, never earlier."""
    found = _instant_or_date(value, "bad_announced")
    if not isinstance(found, int):
        found = at_new_york(found.toordinal() + 1, time.min)
    if not 0 <= found <= LAST_US:
        raise CalendarError("bad_announced", value)
    return found


def _instant_or_date(value: object, code: str) -> int | date:
    """Return microseconds, or a date where no time of day is told."""
    text = _text(value)
    if text.isdecimal() and text.isascii() and len(text) <= 15:
        return int(text) * MILLISECOND_US
    if isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1:
        return int(value) * MILLISECOND_US
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            if 2000 <= day.year <= 2099:
                return day
        return from_datetime(datetime.fromisoformat(text))
    except ValueError:  # also a time without offset: it would be a guess
        raise CalendarError(code, value) from None
