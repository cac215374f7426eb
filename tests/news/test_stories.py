"""Reading one item, and what is new in it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.events import Malformed
from flow.domain.units import MINUTE_US
from news.stories import (
    FUTURE_BOUND_US,
    MAX_HEADLINE,
    MAX_ITEM_BYTES,
    MAX_SOURCE,
    Reader,
    Story,
    raw_bytes,
    read_story,
    updated_ts_of,
)
from tests.support.news import MINUTE, NOW, SECOND, iso, item, story, updated

READER = Reader("wire", "The Wire", lambda symbol: True)
LATER = NOW + 3_600 * SECOND


def read(raw: object, received_at: int = LATER) -> Story | Malformed:
    return read_story(raw, READER, received_at=received_at)


def refused(raw: object, received_at: int = LATER) -> Malformed:
    found = read(raw, received_at)
    assert isinstance(found, Malformed), found
    return found


# Fields and their fallbacks (platform.md 1.5)


def test_every_field_of_a_story() -> None:
    found = story(item(77, 0, summary="In short &amp; plain", updated_at=iso(MINUTE)))

    assert found.key == "wire:77"
    assert (found.source, found.headline) == ("wire", "Story number 77")
    assert found.summary == "In short & plain"
    assert found.body.html == "<p>Some words.</p>"
    assert found.url == "https://news.example/77"
    assert (found.published_ts, found.updated_ts) == (NOW, NOW + MINUTE)
    assert found.symbols.resolved == ("SPY",)
    assert json.loads(found.payload)["id"] == 77


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"source": ""}, "source", "A Desk"),
        ({"source": None, "author": ""}, "source", "The Wire"),
        ({"headline": " "}, "headline", "Story 77"),
        ({"headline": None}, "headline", "Story 77"),
        ({"url": "https://"}, "url", ""),
        ({"url": None}, "url", ""),
        ({"created_at": None}, "published_ts", NOW),
        ({"updated_at": None}, "updated_ts", NOW),
        ({"created_at": None, "updated_at": None}, "published_ts", LATER),
        ({"created_at": "", "updated_at": ""}, "updated_ts", LATER),
    ],
)
def test_what_stands_in_for_a_missing_field(
    changes: dict[str, Any], field: str, value: object
) -> None:
    assert getattr(story(**changes), field) == value


@pytest.mark.parametrize(
    ("changes", "html", "is_emptied"),
    [
        ({"content": "", "summary": "1 < 2"}, "<p>1 &lt; 2</p>", False),
        ({"content": None, "summary": ""}, "", False),
        ({"content": "<img src=x>", "summary": "Short"}, "<p>Short</p>", True),
        ({"content": "<script>x</script>", "summary": ""}, "", True),
    ],
)
def test_a_body_that_is_missing_or_emptied(
    changes: dict[str, Any], html: str, is_emptied: bool
) -> None:
    body = story(**changes).body

    assert (body.html, body.is_emptied) == (html, is_emptied)


def test_a_headline_of_a_megabyte_is_cut_on_screen_and_whole_in_the_log() -> None:
    found = story(headline="x" * 1_000_000)

    assert len(found.headline) == MAX_HEADLINE
    assert found.headline.endswith("…")
    assert len(found.payload) > 1_000_000


def test_a_long_source_is_cut_to_what_the_filter_takes_and_whole_in_the_log() -> None:
    found = story(source="".join(f"{n:x}" for n in range(4_000)))

    assert len(found.source) == MAX_SOURCE
    assert len(found.payload) > 10_000


def test_symbols_come_from_headline_summary_and_body() -> None:
    found = story(
        headline="$GME jumps", summary="(NYSE: IBM)", content="NASDAQ:TSLA", symbols=["brk/b"]
    )

    assert found.symbols.provider == ("BRK.B",)
    assert set(found.symbols.resolved) == {"BRK.B", "GME", "IBM", "TSLA"}
    assert found.symbols.resolution == "mixed"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "new"),
        ({"updated_at": iso(SECOND)}, "updated"),
        ({"updated_at": iso(SECOND), "headline": "CORRECTION: less"}, "corrected"),
        ({"headline": "Correction: less"}, "new"),
        ({"updated_at": iso(SECOND), "headline": "Incorrectly said"}, "updated"),
    ],
)
def test_state_of_a_revision(changes: dict[str, Any], state: str) -> None:
    assert story(**changes).state == state


# What is no story


@pytest.mark.parametrize(
    ("raw", "reason", "says"),
    [
        (None, "bad_shape", "item is NoneType; expected an object"),
        ([1], "bad_shape", "item is list; expected an object"),
        ({}, "bad_id", "id is None; expected a whole number of 0 or more"),
        (item(id=-1), "bad_id", "id is -1"),
        (item(id=True), "bad_id", "id is True"),
        (item(id="77"), "bad_id", "id is '77'"),
        (item(id=2**63), "bad_id", "expected a whole number"),
        (item(headline=3), "bad_text", "headline is 3; expected a text"),
        (item(content=["x"]), "bad_text", "content is ['x']"),
        (item(symbols="AAPL"), "bad_symbols", "expected a list of texts"),
        (item(symbols=[1]), "bad_symbols", "symbols is [1]"),
        (item(symbols=["A"] * 5_001), "bad_symbols", "symbols has 5001 items"),
        (item(updated_at="yesterday"), "bad_time", "updated_at is 'yesterday'; expected ISO 8601"),
        (item(created_at="2024-11-07T09:16:41"), "bad_time", "with an offset"),
        (item(created_at=1_700_000_000), "bad_time", "created_at is 1700000000"),
        (item(updated_at="1969-12-31T23:59:59Z"), "bad_time", "an instant since 1970"),
        (item(content="x" * MAX_ITEM_BYTES), "too_large", f"at most {MAX_ITEM_BYTES}"),
    ],
)  # fmt: skip
def test_what_is_no_story_says_why_and_keeps_its_bytes(raw: Any, reason: str, says: str) -> None:
    bad = refused(raw)

    assert bad.reason == reason
    assert says in bad.detail
    assert bad.raw == raw_bytes(raw)
    assert bad.where == "wire news"


def test_a_time_ahead_of_its_receipt_is_refused_from_a_minute_on() -> None:
    assert isinstance(read(item(1, FUTURE_BOUND_US), NOW), Story)

    bad = refused(item(1, FUTURE_BOUND_US + SECOND), NOW)
    assert bad.reason == "future_ts"
    assert "61000000 us after it was received" in bad.detail


# Identity


def test_content_is_what_a_reader_sees_and_not_when() -> None:
    first = story()

    assert story(updated(item(), MINUTE)).content_hash == first.content_hash
    assert story(images=[{"url": "x"}]).content_hash == first.content_hash
    for changes in ({"headline": "x"}, {"summary": "x"}, {"content": "x"}, {"source": "x"},
                    {"url": "https://x.example"}, {"symbols": ["SPY", "QQQ"]}):  # fmt: skip
        assert story(**changes).content_hash != first.content_hash


def test_equal_items_have_equal_identity_whatever_the_order_of_their_fields() -> None:
    turned = dict(reversed(list(item().items())))

    assert (story(turned).uid, story(turned).payload) == (story().uid, story().payload)
    assert story(updated(item(), SECOND)).uid != story().uid


# Whatever comes


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["id", "headline", "summary", "author", "source", "content", "url", "symbols", "created_at",
     "updated_at"]
)  # fmt: skip


@given(st.one_of(JSON, st.dictionaries(FIELDS, JSON)))
def test_any_json_is_a_story_or_malformed_and_nothing_else(raw: Any) -> None:
    found = read(raw)

    assert isinstance(found, Story | Malformed)


@given(st.dictionaries(FIELDS, JSON))
def test_any_change_of_a_good_item_is_a_storable_story_or_malformed(
    changes: dict[str, Any],
) -> None:
    found = read(item() | changes)

    if isinstance(found, Story):
        json.loads(found.payload)
        assert b"\\u0000" not in found.payload.replace(b"\\\\", b"")
        assert found.headline
        assert found.source
        assert 0 <= found.updated_ts <= LATER + MINUTE_US
        for text in (found.headline, found.summary, found.source, found.body.text):
            assert "\x00" not in text.encode().decode()


@pytest.mark.parametrize(
    ("raw", "ts"),
    [
        (item(1, SECOND), NOW + SECOND),
        ({"created_at": iso(0)}, NOW),
        ({"updated_at": "never"}, None),
        ({}, None),
        (7, None),
    ],
)
def test_updated_ts_of_an_unread_item(raw: object, ts: int | None) -> None:
    assert updated_ts_of(raw) == ts


def test_what_json_cannot_say_still_has_bytes() -> None:
    assert raw_bytes({"a": {1, 2}.__iter__}).startswith(b"{'a'")
    assert raw_bytes({"a": "x\x00y", "b": "\\u0000"}) == b'{"a":"x\\ufffdy","b":"\\\\u0000"}'
    assert raw_bytes(["\ud800"]) == b'["?"]'
