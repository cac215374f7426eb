"""Keys of evidence in addresses: text to the real key columns and back. Pure.

Raw rows: `stream-microseconds-seq`. Derived rows: `run-microseconds-uid-rev`.
"""

import re
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from flow.domain.units import from_datetime, to_datetime

MAX_INT, MAX_SMALL, MAX_BIG = 2**31 - 1, 2**15 - 1, 2**63 - 1
_LAST_TS = 253_402_300_799_999_999  # the last microsecond of 9999
_RAW = re.compile(r"([0-9]{1,10})-([0-9]{1,18})-([0-9]{1,19})", re.ASCII)
_DERIVED = re.compile(r"([0-9]{1,10})-([0-9]{1,18})-([0-9a-f]{32})-([0-9]{1,5})", re.ASCII)


class RawKey(NamedTuple):
    """The real key of a raw row."""

    ts: datetime
    seq: int
    stream: int


class DerivedKey(NamedTuple):
    """The real key of a derived row."""

    ts: datetime
    uid: UUID
    rev: int
    run: int


def parse_raw(text: str) -> RawKey | None:
    """Return the key columns of a raw row; None for what is no such key."""
    match = _RAW.fullmatch(text)
    if match is None:
        return None
    stream, ts, seq = (int(part) for part in match.groups())
    if stream > MAX_INT or ts > _LAST_TS or seq > MAX_BIG:
        return None
    return RawKey(to_datetime(ts), seq, stream)


def parse_derived(text: str) -> DerivedKey | None:
    """Return the key columns of a derived row; None for what is no such key."""
    match = _DERIVED.fullmatch(text)
    if match is None:
        return None
    run, ts, rev = int(match[1]), int(match[2]), int(match[4])
    if run > MAX_INT or ts > _LAST_TS or rev > MAX_SMALL:
        return None
    return DerivedKey(to_datetime(ts), UUID(hex=match[3]), rev, run)


def raw_key(stream: int, ts: datetime, seq: int) -> str:
    """Return the key of a raw row."""
    return f"{stream}-{from_datetime(ts)}-{seq}"


def derived_key(run: int, ts: datetime, uid: UUID, rev: int = 0) -> str:
    """Return the key of a derived row."""
    return f"{run}-{from_datetime(ts)}-{uid.hex}-{rev}"
