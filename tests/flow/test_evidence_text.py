"""Values of evidence as HTML: readable, exact, and never markup of somebody else's."""

import json
import re
from datetime import UTC, datetime
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from flow.evidence_text import (
    MISSING,
    SHOWN_BYTES,
    bytes_block,
    column,
    dollars,
    instant,
    json_block,
    link,
    milliseconds,
    money,
    structure,
    table,
    time,
)

HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=y>', "a&b", "'", "{{ x }}", "</td>")
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def tags(html: str) -> set[str]:
    return set(re.findall(r"</?([a-zA-Z]+)", html))


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (None, MISSING),
        (0, "$0"),
        (1, "$0.000001"),
        (1_250_000, "$1.25"),
        (-1_500_000, "$-1.5"),
        (275_000_000_000, "$275000"),
    ],
)
def test_dollars(micros: int | None, text: str) -> None:
    assert dollars(micros) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, MISSING),
        (datetime(2014, 6, 5, 13, 30, 0, 1, tzinfo=UTC), "2014-06-05 09:30:00.000001 EDT"),
        (datetime(2014, 12, 5, 14, 30, tzinfo=UTC), "2014-12-05 09:30:00.000000 EST"),
        (datetime(2014, 11, 2, 5, 30, tzinfo=UTC), "2014-11-02 01:30:00.000000 EDT"),
        (datetime(2014, 11, 2, 6, 30, tzinfo=UTC), "2014-11-02 01:30:00.000000 EST"),
    ],
)
def test_instant_is_new_yorks_and_names_its_offset(value: datetime | None, text: str) -> None:
    assert instant(value) == text


@pytest.mark.parametrize(
    ("micros", "text"),
    [(None, MISSING), (0, "0.000 ms"), (1, "0.001 ms"), (1_234_567, "1,234.567 ms"),
     (-500, "-0.500 ms")],
)  # fmt: skip
def test_milliseconds(micros: int | None, text: str) -> None:
    assert milliseconds(micros) == text


@pytest.mark.parametrize(
    ("make", "value", "text"),
    [
        (money, None, MISSING),
        (money, 2_500_000, "$2.5"),
        (time, None, MISSING),
        (time, datetime(2014, 6, 5, 13, 30, tzinfo=UTC), "2014-06-05 09:30:00.000000 EDT"),
        (structure, {"a": 1}, "<pre>{\n  &quot;a&quot;: 1\n}</pre>"),
    ],
)
def test_column_shows_its_field_by_its_kind(make: Any, value: Any, text: str) -> None:
    shown = make("amount", "Amount")

    assert shown(SimpleNamespace(amount=value)) == text
    assert shown.short_description == "Amount"
    assert shown.__name__ == "shown_amount"


def test_columns_of_one_row_have_names_of_their_own() -> None:
    columns = [column(name, name, str) for name in ("bid", "ask")]

    assert [each.__name__ for each in columns] == ["shown_bid", "shown_ask"]
    assert [each(SimpleNamespace(bid=1, ask=2)) for each in columns] == ["1", "2"]


@given(ANY_TEXT)
def test_json_block_escapes_and_reads_back(text: str) -> None:
    html = json_block({"key": text, text: 1})

    assert tags(html) == {"pre"}
    inside = unescape(html.removeprefix("<pre>").removesuffix("</pre>"))
    assert json.loads(inside) == {"key": text, text: 1}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        ([], "[]"),
        ([1, 2], "[\n  1,\n  2\n]"),
        ({"b": 1, "a": 2}, '{\n  "a": 2,\n  "b": 1\n}'),
        (datetime(2014, 6, 5, tzinfo=UTC), '"2014-06-05 00:00:00+00:00"'),
    ],
)
def test_json_block_has_one_entry_per_line_in_order(value: Any, text: str) -> None:
    assert unescape(json_block(value)) == f"<pre>{text}</pre>"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (None, ""),
        (b"", ""),
        (b"abc", "abc"),
        (memoryview(b"abc"), "abc"),
        ("\N{EURO SIGN}".encode(), "\N{EURO SIGN}"),
        (b"\xff\x00", "ff 00"),
        ("\N{EURO SIGN}".encode()[:2], "e2 82"),  # half a letter is no text
        (b"<b>", "&lt;b&gt;"),
    ],
)
def test_bytes_block_is_text_where_it_is_text_else_hex(raw: Any, text: str) -> None:
    assert bytes_block(raw) == f"<pre>{text}</pre>"


@pytest.mark.parametrize("letter", ["a", "\N{LATIN SMALL LETTER E WITH ACUTE}", "\N{EURO SIGN}"])
@pytest.mark.parametrize("shift", [0, 1, 2])
def test_bytes_block_of_a_long_text_is_cut_between_letters_and_says_so(
    letter: str, shift: int
) -> None:
    raw = ("x" * shift + letter * 3_000).encode()

    html = bytes_block(raw)

    assert f"({len(raw):,} bytes, the first 2,000 shown)" in html
    shown = html.removeprefix("<pre>").partition("\n")[0]
    assert shown == ("x" * shift + letter * 3_000)[: len(shown)]
    assert SHOWN_BYTES - 3 < len(shown.encode()) <= SHOWN_BYTES


@given(st.binary(max_size=SHOWN_BYTES + 50))
def test_bytes_block_of_any_bytes_has_no_markup_but_its_own(raw: bytes) -> None:
    html = bytes_block(raw)

    assert isinstance(html, SafeString)
    assert tags(html) == {"pre"}
    assert ("bytes, the first" in html) == (len(raw) > SHOWN_BYTES)


@given(st.lists(st.lists(ANY_TEXT, min_size=2, max_size=2), min_size=1, max_size=4))
def test_table_escapes_every_cell_and_keeps_their_order(rows: list[list[str]]) -> None:
    html = table(("one", "two"), rows)

    assert tags(html) == {"table", "thead", "tbody", "tr", "th", "td"}
    cells = re.findall(r"<td>(.*?)</td>", html, re.DOTALL)
    assert [unescape(cell) for cell in cells] == [cell for row in rows for cell in row]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_table_escapes_heads_and_note(hostile: str) -> None:
    html = table((hostile,), [("x",)], note=hostile)

    assert tags(html) == {"table", "thead", "tbody", "tr", "th", "td", "p"}
    assert unescape(re.findall(r"<p>(.*)</p>", html)[0]) == hostile


@pytest.mark.parametrize(
    ("note", "html"), [("", MISSING), ("nothing", "nothing"), ("<b>", "&lt;b&gt;")]
)
def test_table_without_rows_is_its_note_or_the_sign_of_missing(note: str, html: str) -> None:
    assert table(("a",), (), note=note) == html


def test_table_keeps_html_of_ours() -> None:
    assert '<td><a href="/x">y</a></td>' in table(("a",), [(link("/x", "y"),)])


@pytest.mark.parametrize("hostile", HOSTILE)
def test_link_escapes_address_and_text(hostile: str) -> None:
    html = link(f"/admin/?run={hostile}", hostile)

    found = re.fullmatch(r'<a href="([^"]*)">([^<]*)</a>', html)
    assert found
    assert (unescape(found[1]), unescape(found[2])) == (f"/admin/?run={hostile}", hostile)
