"""Rows of a reference file: CSV with a header, or a JSON array of objects."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from flow.domain.reference_rows import RowError
from flow.reference.loads import LoadError, Report

MAX_BYTES = 256 * 1024 * 1024
Row = Mapping[str, Any]
Read = TypeVar("Read")


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes. Errors: LoadError for one that is missing, unreadable or too large."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LoadError(f"{path} is larger than 256 MB; expected a reference file")
        return path.read_bytes()
    except OSError as error:
        raise LoadError(f"{path} cannot be read: {error.strerror}") from error


def read_rows(data: bytes, name: str) -> list[tuple[str, Row]]:
    """Return (place, row) of every row of a file, whatever its columns are.

    Errors: LoadError for what is neither form.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LoadError(f"{name} is no UTF-8 text (byte {error.start})") from error
    if text.lstrip().startswith(("[", "{")):
        return _json_rows(text, name)
    rows = csv.DictReader(io.StringIO(text, newline=""))
    try:
        return [(f"{name}:{number}", row) for number, row in enumerate(rows, 2)]
    except csv.Error as error:
        raise LoadError(f"{name} is no CSV: {error}") from error


def read_each(
    rows: list[tuple[str, Row]], reader: Callable[[Row], Read], report: Report
) -> list[Read]:
    """Return what `reader` makes of each row; what it refuses goes into the report."""
    found: list[Read] = []
    report.rows += len(rows)
    for place, row in rows:
        try:
            found.append(reader(row))
        except RowError as error:
            report.refuse(error.code, str(error), place=place, raw=row)
    report.accepted += len(found)
    if not found:
        raise LoadError(f"no row of {report.origin} can be used: {report.skipped or 'it is empty'}")
    return found


def _json_rows(text: str, name: str) -> list[tuple[str, Row]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LoadError(f"{name} is no JSON: {error}") from error
    if not isinstance(found, list):
        raise LoadError(f"{name} holds a JSON {type(found).__name__}; expected an array of objects")
    return [
        (f"{name}:{number}", row if isinstance(row, dict) else {"row": row})
        for number, row in enumerate(found, 1)
    ]
