"""End-of-day facts from Lean's files, by hand or every morning from a watched folder."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from flow.domain.option_eod import (
    UNIVERSE_COLUMNS,
    EodError,
    EodRow,
    read_open_interest_file,
    read_universe_row,
)
from flow.domain.sessions import Calendar
from flow.reference.files import read_bytes
from flow.reference.loads import LoadError, Report, content_hash, loading, newest_load
from flow.reference.option_eod import store_eod
from flow.reference.session_days import market_calendar

KIND = "option_eod"
ZIP = re.compile(r"(?P<day>\d{8})_openinterest_(?:american|european)\.zip")
UNIVERSE = re.compile(r"(?P<day>\d{8})\.csv")
MAX_MEMBER = 4_096
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)


class EodProvider(Protocol):
    """Who tells the end of a day. The live providers come with step 5."""

    name: str

    def load(self, *, now_us: int) -> list[Report]:
        """Store what is new. Errors: LoadError, after which another try may help."""
        ...


class FolderProvider:
    """The files of a folder and everything below it, each imported once for its content."""

    name = "folder"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, *, now_us: int) -> list[Report]:
        """Import the files that are new. Errors: LoadError naming each file that is not taken."""
        if not self.folder.is_dir():
            raise LoadError(f"{self.folder} is no folder; expected Lean end-of-day files in it")
        reports, failures = [], []
        for path in sorted(find_files(self.folder)):
            try:
                report = import_eod(path, now_us=now_us, only_new=True)
            except LoadError as error:
                failures.append(str(error))
            else:
                reports += [] if report is None else [report]
        if failures:
            raise LoadError("; ".join(failures))
        return reports


def find_files(path: Path) -> Iterator[Path]:
    """Yield the files of a path that this module reads: zips of open interest, daily chains."""
    if path.is_file():
        yield path
        return
    for found in path.rglob("*"):
        if ZIP.fullmatch(found.name) or UNIVERSE.fullmatch(found.name):
            yield found


class _Piece(NamedTuple):
    """One row or why it is none."""

    place: str
    raw: bytes
    row: EodRow | EodError


def import_eod(path: Path, *, now_us: int, only_new: bool = False) -> Report | None:
    """Import one Lean file: an open-interest zip, or a daily chain named DAY.csv below SYMBOL/.

    Missing: None with `only_new` for a file whose bytes were imported before.
    Errors: LoadError for a file that is neither, is damaged, or holds no row that can be used.
    """
    data = read_bytes(path)
    origin = "/".join(path.resolve().parts[-2:])
    report = Report(KIND, origin, content_hash(data))
    before = newest_load(KIND, origin)
    if only_new and before is not None and before.content == report.content:
        return None
    calendar = market_calendar()
    if ZIP.fullmatch(path.name):
        source, pieces = "lean_open_interest", _zip_pieces(data, path, calendar)
    elif match := UNIVERSE.fullmatch(path.name):
        source, pieces = "lean_universe", _chain_pieces(data, path, match["day"], calendar)
    else:
        raise LoadError(
            f"{path.name} is no end-of-day file; expected DAY_openinterest_american.zip or"
            " SYMBOL/DAY.csv"
        )
    rows: list[EodRow] = []
    for piece in pieces:
        report.rows += 1
        if isinstance(piece.row, EodError):
            report.refuse(piece.row.code, str(piece.row), place=piece.place, raw=piece.raw)
        else:
            rows.append(piece.row)
    report.accepted = len(rows)
    if not rows:
        raise LoadError(f"no row of {origin} can be used: {report.skipped or 'it is empty'}")
    with loading(report, now_us=now_us):
        stored = store_eod(rows, source=source, fetched_us=now_us)
        report.changed = stored.added
        report.accepted -= len(stored.conflicts)
        for row in stored.conflicts:
            detail = f"{row.contract} is known otherwise from the same instant on; the first stays"
            report.refuse("conflict", detail, place=origin, raw=msgspec.json.encode(row))
    return report


def _zip_pieces(data: bytes, path: Path, calendar: Calendar) -> Iterator[_Piece]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                with archive.open(member) as file:
                    body = file.read(MAX_MEMBER)
                place = f"{path.name}:{member.filename}"
                try:
                    row = read_open_interest_file(member.filename, body, calendar)
                except EodError as error:
                    yield _Piece(place, body, error)
                else:
                    yield _Piece(place, body, row)
    except _BROKEN as error:
        raise LoadError(f"{path.name} is no complete zip file: {error}") from error


def _chain_pieces(data: bytes, path: Path, day: str, calendar: Calendar) -> Iterator[_Piece]:
    """Yield the contracts of a chain; its first row is the underlying, which is no contract."""
    try:
        lines = list(csv.reader(io.StringIO(data.decode("utf-8", "replace"), newline="")))
    except csv.Error as error:
        raise LoadError(f"{path.name} is no CSV: {error}") from error
    header = lines[0] if lines else []
    if tuple(header[: len(UNIVERSE_COLUMNS)]) != UNIVERSE_COLUMNS:
        raise LoadError(f"{path.name} starts with {header[:9]}; expected {UNIVERSE_COLUMNS}")
    try:
        ordinal = date(int(day[:4]), int(day[4:6]), int(day[6:])).toordinal()
    except ValueError as error:
        raise LoadError(f"{path.name} names no day; expected such as 20140605.csv") from error
    for number, cells in enumerate(lines[1:], 2):
        if cells and not cells[0]:
            continue
        raw, place = ",".join(cells).encode(), f"{path.name}:{number}"
        row = dict(zip(header, cells, strict=False))
        try:
            found = read_universe_row(row, path.resolve().parent.name, ordinal, calendar)
        except EodError as error:
            yield _Piece(place, raw, error)
        else:
            yield _Piece(place, raw, found)
