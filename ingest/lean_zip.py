"""What all Lean files share: sound zips, rows in order, New York time, identities.

What a row means is told in `lean_equity` and `lean_options`; here nobody knows a price from a size.
"""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from flow.domain.events import Malformed
from flow.domain.ids import SEPARATOR
from flow.domain.units import MILLISECOND_US, MINUTE_US, from_datetime
from ingest.feeds import ImportFormatError

NEW_YORK = ZoneInfo("America/New_York")
DAY_MS = 86_400_000
CHUNK = 1 << 20
MAX_LINE = 4_096
_SEPARATOR = SEPARATOR.encode()
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)


class Field(NamedTuple):
    """One column: what it must look like and what to say when it does not."""

    name: str
    pattern: bytes
    reason: str
    expected: str


TIME = Field("ms", rb"\d{1,8}", "bad_time", "milliseconds since midnight New York, 0 to 86399999")


def price_field(name: str, *, optional: bool = False) -> Field:
    """Return a price column in 1e-4 dollars; an optional one may be empty."""
    pattern = rb"\d{0,10}" if optional else rb"\d{1,10}"
    return Field(name, pattern, "bad_price", "whole number of 1e-4 dollars")


def size_field(name: str) -> Field:
    """Return a column that counts contracts or shares."""
    return Field(name, rb"\d{1,9}", "bad_size", "whole number of at most 9 digits")


class Progress:
    """How far an import has read, in uncompressed bytes."""

    def __init__(self) -> None:
        self.done = 0
        self.total = 0


class RowFormat:
    """The columns of one kind of row, as one pattern and as words for the error."""

    def __init__(self, *fields: Field) -> None:
        self.fields = fields
        self.fullmatch = re.compile(b",".join(b"(%s)" % f.pattern for f in fields)).fullmatch

    def broken(self, line: bytes, where: str) -> Malformed:
        """Return why `line` is no row of this format."""
        cells = line.split(b",")
        if len(cells) != len(self.fields):
            names = ",".join(field.name for field in self.fields)
            detail = f"row has {len(cells)} fields; expected {len(self.fields)}: {names}"
            return Malformed("bad_fields", detail, line, where)
        for field, cell in zip(self.fields, cells, strict=True):
            if not re.fullmatch(field.pattern, cell):
                return wrong_cell(field, cell, line, where)
        return wrong_cell(TIME, cells[0], line, where)


class Row(msgspec.Struct, frozen=True, gc=False):
    """One sound row: its place, time and cells. A Struct, because millions are made."""

    number: int
    ms: int
    line: bytes
    cells: tuple[bytes, ...]


def wrong_cell(field: Field, cell: bytes, line: bytes, where: str) -> Malformed:
    """Return the Malformed of one bad cell."""
    received = cell[:64].decode("ascii", "backslashreplace")
    detail = f"{field.name} is '{received}'; expected {field.expected}"
    return Malformed(field.reason, detail, line, where)


def rows_in_order(
    lines: Iterator[bytes], layout: RowFormat, where: str
) -> Iterator[Row | Malformed]:
    """Yield the rows of one file in its own order; a row out of time order is Malformed.

    One row is held back: when the next one is earlier but not earlier than the row before, the
    held one had jumped ahead, and it alone is put aside, not everything that follows it.
    """
    fullmatch = layout.fullmatch
    held: Row | None = None
    released_ms = 0
    for number, line in enumerate(lines, 1):
        match = fullmatch(line)
        if match is None or (ms := int(match[1])) >= DAY_MS:
            if held is not None and line:
                released_ms = held.ms
                yield held
                held = None
            if line:
                yield layout.broken(line, f"{where}:{number}")
            continue
        row = Row(number, ms, line, match.groups())
        if ms < released_ms:
            yield _out_of_order(row, f"earlier than a row before it, {released_ms}", where)
            continue
        if held is not None:
            if ms < held.ms:
                yield _out_of_order(held, f"later than the next row, {ms}", where)
            else:
                released_ms = held.ms
                yield held
        held = row
    if held is not None:
        yield held


def _out_of_order(row: Row, relation: str, where: str) -> Malformed:
    detail = f"ms is {row.ms}, {relation}; expected times that never fall"
    return Malformed("out_of_order", detail, row.line, f"{where}:{row.number}")


class Identity:
    """Gives the rows of one file their uid: equal to `content_uid(*fields, *cells, k)`.

    k is the occurrence among identical rows of one instant: real duplicates stay apart, a second
    import or a mended file finds the same uids (options errata 31). Line numbers play no part.
    """

    def __init__(self, *fields: str) -> None:
        prefix = SEPARATOR.join(("lean", *fields)) + SEPARATOR
        self._prefix = hashlib.blake2b(prefix.encode(), digest_size=16)
        self._ms = -1
        self._seen: dict[bytes, int] = {}

    def uid(self, ms: int, line: bytes) -> bytes:
        """Return the identity of the row, which must come in time order."""
        if ms != self._ms:
            self._ms = ms
            self._seen = {}
        occurrence = self._seen.get(line, 0)
        self._seen[line] = occurrence + 1
        digest = self._prefix.copy()
        digest.update(b"%s%s%d" % (line.replace(b",", _SEPARATOR), _SEPARATOR, occurrence))
        return digest.digest()


def midnight_us(day: str) -> int:
    """Return the instant that "ms since midnight New York" counts from on `YYYYMMDD`.

    Counted back from noon, so that clock times after a change of daylight saving are right.
    """
    noon = datetime.combine(parse_day(day), datetime.min.time(), NEW_YORK).replace(hour=12)
    return from_datetime(noon) - 12 * 60 * MINUTE_US


def parse_day(day: str) -> date:
    """Return the date of `YYYYMMDD`. Errors: ValueError when there is no such day."""
    return date(int(day[:4]), int(day[4:6]), int(day[6:]))


def row_ts(midnight: int, ms: int) -> int:
    """Return the UTC microseconds of a row's milliseconds."""
    return midnight + ms * MILLISECOND_US


def check_zip(path: Path) -> list[zipfile.ZipInfo]:
    """Return the members of a zip after reading every byte of it once.

    Errors: ImportFormatError for a truncated, corrupt, encrypted or empty zip.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
            members = [member for member in archive.infolist() if not member.is_dir()]
    except _UNREADABLE as error:
        raise ImportFormatError(
            f"{path} cannot be read", received=f"'{error}'", expected="a complete zip file"
        ) from error
    if broken is not None:
        raise ImportFormatError(
            f"{path} is damaged",
            received=f"'{broken}' with a wrong checksum",
            expected="a complete zip file",
        )
    if not members:
        raise ImportFormatError(f"{path} is empty", received="no file in it", expected="csv files")
    return members


def read_lines(file: IO[bytes], progress: Progress, longest: int = MAX_LINE) -> Iterator[bytes]:
    """Yield the lines of a file without line ends, in bounded memory whatever the bytes are.

    A longer line is cut at `longest`; its format refuses it there.
    """
    rest = b""
    while chunk := file.read(CHUNK):
        progress.done += len(chunk)
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        for line in lines:
            yield line.rstrip(b"\r")[:longest]
        rest = rest[: longest + 1]
    if rest:
        yield rest.rstrip(b"\r")[:longest]
