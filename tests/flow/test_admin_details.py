"""Details of raw and stored evidence: the quote behind a print, raw input, feeds, requests."""

import re
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from flow.codes import LABEL_REASONS, SIDES, flag_names, label_reasons, side_name
from flow.domain.events import PrintFlag
from flow.evidence_admin import _older_than
from flow.evidence_keys import parse_derived, parse_raw
from flow.models import ControlRequest
from tests.support.evidence import fill, signed_in

HOSTILE = "<script>alert(1)</script>"
PARTS = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))


@pytest.fixture
def client(log_db: None) -> Client:
    return signed_in("admin")


def execute(sql: str, *values: Any) -> Any:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone() if cursor.description else None


def detail(client: Client, model: str, key: Any) -> str:
    answer = client.get(reverse(f"admin:flow_{model}_change", args=[key]))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def holds(condition: Any, row: SimpleNamespace) -> bool:
    """Evaluate a condition of simple comparisons as the database would."""
    if isinstance(condition, tuple):
        name, _, operator = condition[0].partition("__")
        left, right = getattr(row, name), condition[1]
        return bool({"": left == right, "lt": left < right, "lte": left <= right}[operator])
    found = [holds(each, row) for each in condition.children]
    return all(found) if condition.connector == "AND" else any(found)


@given(row=PARTS, edge=PARTS)
def test_older_than_a_key_is_the_order_of_its_columns(
    row: tuple[int, int, int], edge: tuple[int, int, int]
) -> None:
    condition = _older_than(("ts", "seq", "stream"), edge)

    found = holds(condition, SimpleNamespace(ts=row[0], seq=row[1], stream=row[2]))

    assert found == (row < edge)


def test_older_than_a_key_bounds_its_first_column_for_the_index() -> None:
    first, _ = _older_than(("ts", "seq"), (5, 7)).children

    assert first == ("ts__lte", 5)


@given(st.integers(0, 2**31 - 1))
def test_reasons_and_flags_of_any_mask_are_the_bits_that_have_a_name(mask: int) -> None:
    assert label_reasons(mask) == [
        text for bit, text in enumerate(LABEL_REASONS) if mask >> bit & 1
    ]
    assert len(flag_names(mask)) == sum(bool(mask & flag) for flag in PrintFlag)


@given(st.integers(-(2**15), 2**15 - 1))
def test_side_of_any_number_is_a_name_or_says_that_it_is_unknown(code: int) -> None:
    assert side_name(code) == (SIDES[code] if 0 <= code <= 6 else f"unknown ({code})")


@given(st.from_regex(r"[0-9]{1,12}-[0-9]{1,20}-[0-9]{1,21}", fullmatch=True))
def test_raw_key_of_any_digits_is_its_numbers_or_none(text: str) -> None:
    stream, ts, seq = (int(part) for part in text.split("-"))
    key = parse_raw(text)

    if key is None:
        widths = [len(part) for part in text.split("-")]
        is_wide = any(width > most for width, most in zip(widths, (10, 18, 19), strict=True))
        assert is_wide or stream > 2**31 - 1 or ts > 253_402_300_799_999_999 or seq > 2**63 - 1
    else:
        assert (key.stream, key.seq) == (stream, seq)
    assert parse_derived(text) is None


@pytest.mark.parametrize("is_logged", [True, False])
def test_print_shows_the_quote_of_the_log_or_says_that_it_is_gone(
    client: Client, is_logged: bool
) -> None:
    fill(0, prints=5, alerts=0)
    stream, micros, seq = execute(
        """SELECT stream, (extract(epoch FROM ts) * 1000000)::bigint, seq
           FROM live.option_print ORDER BY ts DESC LIMIT 1"""
    )
    ts, number, quotes = execute(
        "SELECT ts, seq, stream FROM live.option_quote ORDER BY ts LIMIT 1"
    )
    execute(
        "UPDATE live.option_print SET quote_ts = %s, quote_seq = %s WHERE seq = %s",
        ts, number if is_logged else 999, seq,
    )  # fmt: skip

    html = detail(client, "optionprintevidence", f"{stream}-{micros}-{seq}")

    link = rf"/admin/flow/optionquoteevidence/{quotes}-[0-9]+-{number}/change/\?run=live"
    assert bool(re.search(link, html)) == is_logged
    assert ("not in the log" in html) != is_logged


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b'{"price": 1}', '{"price": 1}'),
        (b"\xff\xfe", "ff fe"),
        (b"", "<pre></pre>"),
        (b"x" * 2_500, "(2,500 bytes, the first 2,000 shown)"),
        ("\N{EURO SIGN}".encode() * 1_000, "\N{EURO SIGN}" * 600),
    ],
)
def test_quarantine_shows_raw_input_readable(client: Client, raw: bytes, shown: str) -> None:
    (number,) = execute(
        """INSERT INTO live.quarantine (run, source, reason, detail, raw, uid, received_at)
           VALUES (0, 's', 'r', 'd', %s, gen_random_uuid(), now()) RETURNING id""",
        raw,
    )

    assert shown in detail(client, "quarantine", number)


def test_stored_rows_of_hostile_feeds_are_text_on_lists_and_details(client: Client) -> None:
    (gap,) = execute(
        """INSERT INTO live.gap (run, source, scope, cause, from_ts, to_ts, detected_at)
           VALUES (0, %s, %s, %s, now(), now(), now()) RETURNING id""",
        HOSTILE, HOSTILE, HOSTILE,
    )  # fmt: skip
    execute(
        """INSERT INTO live.feed_cursor (run, source, cursor, detail)
           VALUES (0, %s, '{"<b>": "<i>"}', %s)""",
        HOSTILE, HOSTILE,
    )  # fmt: skip
    request = ControlRequest.objects.create(kind="tuning", payload={HOSTILE: HOSTILE})

    for model, key in (("gap", gap), ("feedcursorevidence", f"0-{HOSTILE}"),
                       ("controlrequest", request.pk)):  # fmt: skip
        listed = client.get(reverse(f"admin:flow_{model}_changelist")).content.decode()
        shown = client.get(reverse(f"admin:flow_{model}_change", args=[key]))
        assert shown.status_code == 200, model
        assert HOSTILE not in listed + shown.content.decode()
        assert "&lt;script&gt;" in shown.content.decode()


def test_stored_list_is_walked_by_number_newest_first(client: Client) -> None:
    execute(
        """INSERT INTO live.quarantine (run, source, reason, detail, raw, uid, received_at)
           SELECT 0, 's', 'r', 'd', '', gen_random_uuid(), now() FROM generate_series(1, 230)"""
    )
    seen: list[int] = []
    query = ""
    for _ in range(3):
        html = client.get(reverse("admin:flow_quarantine_changelist") + query).content.decode()
        seen += [int(number) for number in re.findall(r"quarantine/([0-9]+)/change", html)]
        older = re.search(r'href="(\?before=[^"]+)">Older', html)
        query = unescape(older[1]) if older else ""

    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == len(seen) == 230
    assert query == ""
