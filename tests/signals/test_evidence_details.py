"""What a conclusion rests on, as HTML: members, sentences, score, neighbours, thresholds."""

import re
from datetime import UTC, datetime
from html import unescape
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from flow.evidence_keys import derived_key
from flow.evidence_text import MISSING
from signals import evidence_details as details
from signals.storage.reads import packet_page
from tests.support.evidence import filled_import
from tests.support.rows import AT, AT_US, UID, packet_row, print_row

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def cells(html: str) -> list[str]:
    return [unescape(cell) for cell in re.findall(r"<td>(.*?)</td>", html, re.DOTALL)]


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ({"text": "One.", "values": {"count": 2}, "thresholds": {"min": 3}},
         ["One.", "count = 2<br>", "min = 3<br>"]),
        ({"text": "One."}, ["One.", "", ""]),
        ({}, ["", "", ""]),
        ({"text": "x", "values": {"quote": None, "zero": 0}},
         ["x", f"quote = {MISSING}<br>zero = 0<br>", ""]),
        ({"text": "x", "keys": ["a"], "values": {"a": 0.5, "b": "c"}},
         ["x", "a = 0.5<br>b = c<br>", ""]),
    ],
)  # fmt: skip
def test_sentence_stands_beside_its_numbers_and_thresholds(
    sentence: dict[str, Any], shown: list[str]
) -> None:
    assert cells(details.sentences([sentence])) == shown


@given(ANY_TEXT, ANY_TEXT)
def test_sentences_escape_texts_and_names(text: str, name: str) -> None:
    html = details.sentences([{"text": text, "values": {name: text}, "thresholds": {text: name}}])

    allowed = {"table", "thead", "tbody", "tr", "th", "td", "br"}
    assert set(re.findall(r"</?([a-zA-Z]+)", html)) <= allowed
    assert cells(html) == [text, f"{name} = {text}<br>", f"{text} = {name}<br>"]


def test_no_sentence_is_said_as_missing() -> None:
    assert details.sentences([]) == MISSING
    assert details.breakdown([]) == MISSING


@pytest.mark.parametrize(
    ("terms", "heads", "shown"),
    [
        ([{"term": "premium", "points": 24.0}], ["term", "points"], ["premium", "24.0"]),
        ([{"a": 1}, {"b": 2}], ["a", "b"], ["1", MISSING, MISSING, "2"]),
        ([{"a": None}, {"a": 0}], ["a"], [MISSING, "0"]),
    ],
)
def test_breakdown_shows_every_term_under_the_heads_of_all(
    terms: list[dict[str, Any]], heads: list[str], shown: list[str]
) -> None:
    html = details.breakdown(terms)

    assert re.findall(r"<th>(.*?)</th>", html) == heads
    assert cells(html) == shown


def test_members_of_a_packet_that_is_gone_say_so() -> None:
    assert details.members(0, None) == "the packet is not in the database"


@pytest.mark.usefixtures("log_db")
@pytest.mark.parametrize(
    ("seqs", "notes"),
    [
        ([77], ["1 prints", "1 no longer in the log: retention has taken them"]),
        (list(range(200)), ["200 prints", "200 no longer in the log: retention has taken them"]),
        (list(range(201)), ["201 prints", "the first 200 shown",
                            "200 no longer in the log: retention has taken them"]),
        ([], ["0 prints"]),
    ],
)  # fmt: skip
def test_members_that_retention_took_are_counted(seqs: list[int], notes: list[str]) -> None:
    assert details.members(0, packet_row(member_seqs=seqs)) == ", ".join(notes)


def test_member_shows_price_quote_side_and_reasons() -> None:
    shown = details._member(print_row(), "?run=live", 9)

    assert shown[1:6] == (
        "2014-06-05 09:30:00.250001 EDT", "$1.25", 2_200, "$275000", "$1.2 x $1.25",
    )  # fmt: skip
    assert f"/optionprintevidence/3-{AT_US}-77/change/?run=live" in shown[0]
    assert "/optionquoteevidence/9-1401975000000000-5/change/?run=live" in shown[6]
    assert shown[7:] == ("A", "keep:ask-side")


@pytest.mark.parametrize(
    ("changes", "quotes", "shown"),
    [
        ({"quote_ts": None}, 9, MISSING),
        ({"quote_seq": None}, 9, MISSING),
        ({}, None, "2014-06-05 09:30:00.000000 EDT"),  # the quote is of a feed without a log
    ],
)
def test_member_without_a_quote_in_the_log_has_no_link_to_one(
    changes: dict[str, Any], quotes: int | None, shown: str
) -> None:
    assert details._member(print_row(**changes), "", quotes)[6] == shown


def test_member_without_any_quote_shows_both_sides_as_missing() -> None:
    shown = details._member(print_row(bid_micros=None, ask_micros=None), "", None)

    assert shown[5] == f"{MISSING} x {MISSING}"


@pytest.mark.usefixtures("log_db")
@pytest.mark.parametrize("name", ["old", "goog 2015", "a&b", "50%", "a=b#c", "Zürich", "<b>"])
def test_links_of_an_import_carry_its_name_whatever_it_is(name: str) -> None:
    run = filled_import(name, prints=5, alerts=1).id
    (packet,) = packet_page("runs", run, limit=5)

    html = details.members(run, packet) + details.neighbour("packet", run, AT, UID)

    addresses = [unescape(address) for address in re.findall(r'href="([^"]*)"', html)]
    assert len(addresses) > 2
    assert {parse_qs(urlsplit(address).query)["run"][0] for address in addresses} == {name}


@pytest.mark.parametrize("kind", ["alert", "packet", "smart_money_event", "classifier_hit"])
def test_neighbour_is_a_link_to_its_key(kind: str) -> None:
    key = derived_key(0, AT, UID, 2)

    html = details.neighbour(kind, 0, AT, UID, 2)

    assert f"/{kind.replace('_', '')}evidence/{key}/change/?run=live" in html
    assert f">{key}</a>" in html


@pytest.mark.usefixtures("log_db")
def test_thresholds_are_those_of_the_revision_or_said_to_be_gone() -> None:
    html = details.revision_values(1)

    assert "Revision 1 (active)" in html
    assert "cluster_gap_ms" in html
    assert details.revision_values(999) == "revision 999 is not in this database"


@pytest.mark.usefixtures("log_db")
def test_hits_stand_strongest_first_and_lead_to_their_rows() -> None:
    run = filled_import("old", prints=5, alerts=1).id
    with connections["runs"].cursor() as cursor:
        cursor.execute("SELECT ts, event_uid FROM classifier_hit LIMIT 1")
        ts, event = cursor.fetchone()
        cursor.execute(
            """CREATE TEMP TABLE twin AS SELECT * FROM runs.classifier_hit;
               UPDATE twin SET uid = gen_random_uuid(), confidence = 0.99, classifier_id = '<b>';
               INSERT INTO runs.classifier_hit SELECT * FROM twin; DROP TABLE twin"""
        )

    shown = cells(details.hits(SimpleNamespace(run=run, ts=ts, rev=0), event))

    assert shown[:2] + shown[4:6] == ["<b>", "0.99", "large_bullish_call_sweep", "0.71"]
    assert all("classifierhitevidence" in link for link in shown[3::4])


@pytest.mark.usefixtures("log_db")
def test_hits_of_an_event_without_any_are_missing() -> None:
    row = SimpleNamespace(run=0, ts=datetime(2014, 6, 5, tzinfo=UTC), rev=0)

    assert details.hits(row, UUID(int=1)) == MISSING


@pytest.mark.usefixtures("log_db")
def test_quote_stream_is_of_the_same_source_and_run() -> None:
    filled_import("old", prints=5, alerts=0)
    with connections["runs"].cursor() as cursor:
        cursor.execute("SELECT kind, id FROM stream")
        ids = dict(cursor.fetchall())

    assert details.quote_stream("runs", ids["option_print"]) == ids["option_quote"]
    assert details.quote_stream("runs", 999) is None
    assert details.quote_stream("default", ids["option_print"]) is None
