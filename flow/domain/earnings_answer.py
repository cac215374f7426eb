"""Alpha Vantage's EARNINGS_CALENDAR answer: rows, or the sentence with which it refuses.

Every failure comes with status 200. Columns are read by header: six in older answers, and
`timeOfTheDay` as the seventh since.
Source: spec/providers.md section 5; the whole answer of 2024-06-21 in data/PROVENANCE.md.
"""

import csv
import io
import json
from datetime import date
from typing import Any

COLUMNS = ("symbol", "name", "reportDate", "fiscalDateEnding", "estimate", "currency")
_REFUSALS = ("Information", "Note", "Error Message")
_NOTICES = ("thank you for using alpha vantage", "rate limit", "premium")
SHOWN = 300
Row = dict[str, str]


class AnswerError(ValueError):
    """An answer that is no calendar; the text is one sentence for people, without the key."""


def read_answer(body: bytes) -> list[Row]:
    """Return the rows of an answer by column name.

    Errors: AnswerError for a refusal, a quota notice, a foreign header, no row at all, or a row
    without a date: then nothing of it is believed.
    """
    text = body.decode("utf-8-sig", "replace").strip()
    if text.startswith("{"):
        raise AnswerError(f"the provider refused: {_refusal(text)}")
    header, _, rest = text.partition("\n")
    cells = tuple(cell.strip() for cell in header.split(","))
    if not set(COLUMNS) <= set(cells):
        raise AnswerError(_foreign(text))
    lines = csv.DictReader(io.StringIO(rest, newline=""), fieldnames=cells)
    try:
        rows = [dict(row) for row in lines]
    except csv.Error as error:
        raise AnswerError(f"the answer is no CSV: {error}") from None
    if not rows:
        raise AnswerError("the answer has a header and no row; expected at least one report")
    for number, row in enumerate(rows, 2):
        _check_row(row, number)
    return rows


def _check_row(row: dict[Any, Any], number: int) -> None:
    joined = "".join(str(cell) for cell in row.values() if isinstance(cell, str))
    if None in row or not all(isinstance(row[column], str) for column in COLUMNS):
        raise AnswerError(f"line {number} has another number of columns: {_short(joined)}")
    try:
        date.fromisoformat(row["reportDate"].strip())
    except ValueError:
        # Refusals have been seen spread over the columns, one letter each.
        raise AnswerError(
            f"line {number} has reportDate {_short(row['reportDate'])!r}; expected a date"
        ) from None


def _refusal(text: str) -> str:
    try:
        told = json.loads(text)
    except ValueError:
        return _short(text)
    found = [told[key] for key in _REFUSALS if key in told] if isinstance(told, dict) else []
    return _short(" ".join(str(each) for each in found) or text)


def _foreign(text: str) -> str:
    if any(notice in text[:2_000].lower() for notice in _NOTICES):
        return f"the provider refused: {_short(text)}"
    return f"the answer starts with {_short(text)!r}; expected the columns {','.join(COLUMNS)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 3] + "..."
