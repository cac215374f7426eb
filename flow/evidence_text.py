"""Evidence values as readable, escaped HTML for the admin."""

import json
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from flow.domain.sessions import NEW_YORK
from flow.domain.units import micros_to_text

MISSING = "\N{EN DASH}"  # shown as missing, never as 0
SHOWN_BYTES = 2_000

Column = Callable[[Any], Any]


def dollars(micros: int | None) -> str:
    """Return dollars, or the sign of a missing value."""
    return MISSING if micros is None else f"${micros_to_text(micros)}"


def instant(value: datetime | None) -> str:
    """Return an instant in New York, exact to the microsecond."""
    if value is None:
        return MISSING
    return f"{value.astimezone(NEW_YORK):%Y-%m-%d %H:%M:%S.%f %Z}"


def milliseconds(micros: int | None) -> str:
    """Return a duration in milliseconds."""
    return MISSING if micros is None else f"{micros / 1000:,.3f} ms"


def money(field: str, label: str) -> Column:
    """Return a column of micro-dollars."""
    return column(field, label, dollars)


def time(field: str, label: str) -> Column:
    """Return a column of an instant."""
    return column(field, label, instant)


def structure(field: str, label: str) -> Column:
    """Return a column of JSON, laid out."""
    return column(field, label, json_block)


def column(field: str, label: str, show: Callable[[Any], Any]) -> Column:
    """Return an admin column of one field, shown by a function."""

    @admin.display(description=label, empty_value=MISSING)
    def read(row: Any) -> Any:
        return show(getattr(row, field))

    read.__name__ = f"shown_{field}"
    return read


def json_block(value: Any) -> SafeString:
    """Return JSON with one entry per line."""
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, sort_keys=True, default=str))


def bytes_block(value: Any) -> SafeString:
    """Return raw bytes: as text where they are text, else in hex; cut and said so."""
    raw = bytes(value or b"")
    head = raw[:SHOWN_BYTES]
    try:
        # The cut may fall inside a letter; that does not make it less of a text.
        text = getincrementaldecoder("utf-8")().decode(head, final=len(head) == len(raw))
    except UnicodeDecodeError:
        text = head.hex(" ")
    rest = (
        f"\n({len(raw):,} bytes, the first {SHOWN_BYTES:,} shown)" if len(raw) > len(head) else ""
    )
    return format_html("<pre>{}{}</pre>", text, rest)


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], *, note: str = "") -> SafeString:
    """Return a table, with a note below; the sign of a missing value where there are no rows."""
    body = [format_html_join("", "<td>{}</td>", ((cell,) for cell in row)) for row in rows]
    if not body:
        return format_html("{}", note or MISSING)
    return format_html(
        "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>{}",
        format_html_join("", "<th>{}</th>", ((head,) for head in heads)),
        format_html_join("", "<tr>{}</tr>", ((row,) for row in body)),
        format_html("<p>{}</p>", note) if note else "",
    )


def link(address: str, text: str) -> SafeString:
    """Return a link."""
    return format_html('<a href="{}">{}</a>', address, text)
