"""One story as a provider sends it, read once and strictly.

Nothing here knows a database, a clock or a wire: an item is a mapping of JSON
values in the field names of Alpaca's news (id, headline, summary, author, source, content, url,
symbols, created_at, updated_at), which every provider translates to.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec

from flow.domain.events import Malformed
from flow.domain.ids import content_uid
from flow.domain.units import MINUTE_US, from_datetime
from news.sanitize import (
    Body,
    anchor_texts,
    clean_body,
    clean_line,
    clean_url,
    line_of,
    paragraph,
)
from news.symbols import IsKnown, Symbols, find_symbols

Item = Mapping[str, Any]
State = Literal["new", "updated", "corrected"]

MAX_ITEM_BYTES = 1_048_576  # of JSON; a guess, a hundred times a long article
MAX_HEADLINE = 500  # characters shown; the log keeps the rest. A guess
MAX_SOURCE = 100  # as many as the filter of the API takes; an index cannot hold thousands
MAX_TAGS = 5_000  # symbols of one item; more is no story but an accident. A guess
MAX_STORY_ID = 2**63 - 1
FIRST_TIME_US = 0
# How far a provider's clock may be ahead of ours. A guess: a story is no print, and whoever is a
# minute ahead does no harm, because availability is the time of receipt.
FUTURE_BOUND_US = MINUTE_US

_CORRECTION = re.compile(r"\b(?:correction|corrected|corrects|correcting)\b", re.IGNORECASE)
# A NUL in JSON text, but not a backslash before the letters u0000.
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
_encoder = msgspec.json.Encoder(order="deterministic")


class Story(msgspec.Struct, frozen=True):
    """One revision of one story.

    Units: microseconds since 1970 UTC. `content_hash` and `uid` are 16 bytes; `payload` is the item
    as canonical JSON, for the log.
    """

    provider: str
    story_id: int
    source: str
    headline: str
    summary: str
    body: Body
    url: str
    published_ts: int
    updated_ts: int
    symbols: Symbols
    state: State
    content_hash: bytes
    uid: bytes
    payload: bytes

    @property
    def key(self) -> str:
        """Return the name of the story across providers."""
        return f"{self.provider}:{self.story_id}"


class Reader(NamedTuple):
    """What reading a provider's items takes: its name, its label as a source, reference data."""

    provider: str
    label: str
    is_known: IsKnown


class BadStory(ValueError):
    """An item is no story. Fields carry the permanent reason code and the detail."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def read_story(item: object, reader: Reader, *, received_at: int) -> Story | Malformed:
    """Return the story of an item, or what is wrong with it.

    Missing: no source is the author, else the label; no headline is "Story ID"; no content is the
    summary as a paragraph; no created_at is updated_at, no updated_at is created_at, neither is
    `received_at`; no usable url is empty. Present and unreadable is an error, never a default.
    Errors: none; what is no story comes back as Malformed (bad_shape, bad_id, bad_text, bad_time,
    bad_symbols, too_large, future_ts).
    Source: platform.md 1.5 and 10.
    """
    raw = raw_bytes(item)
    try:
        return _read(item, raw, reader, received_at)
    except BadStory as bad:
        return Malformed(bad.reason, bad.detail, raw, where=f"{reader.provider} news")


def updated_ts_of(item: object) -> int | None:
    """Return when an item says that it was updated, without reading the rest; None if it does not.

    Units: microseconds since 1970 UTC.
    """
    if not isinstance(item, Mapping):
        return None
    try:
        return _time(item, "updated_at") or _time(item, "created_at")
    except BadStory:
        return None


def raw_bytes(item: object) -> bytes:
    """Return an item as canonical JSON that PostgreSQL takes; what is none, as Python shows it.

    NUL and lone surrogates, which no table holds, become U+FFFD and "?".
    """
    try:
        try:
            raw = _encoder.encode(item)
        except UnicodeEncodeError:
            raw = _encoder.encode(_encodable(item))
    except (TypeError, ValueError, RecursionError):
        return repr(item).encode(errors="backslashreplace")
    return _NUL.sub(rb"\1\\ufffd", raw) if b"u0000" in raw else raw


def _read(item: object, raw: bytes, reader: Reader, received_at: int) -> Story:
    if not isinstance(item, Mapping):
        raise BadStory("bad_shape", f"item is {type(item).__name__}; expected an object")
    if len(raw) > MAX_ITEM_BYTES:
        raise BadStory("too_large", f"item has {len(raw)} bytes; expected at most {MAX_ITEM_BYTES}")
    story_id = _story_id(item)
    published, updated = _times(item, received_at)
    summary = line_of(_text(item, "summary"))
    content = _text(item, "content")
    body = clean_body(content)
    if not body.html:
        body = paragraph(summary)._replace(is_emptied=body.is_emptied)
    headline = line_of(_text(item, "headline")) or f"Story {story_id}"
    source = clean_line(_text(item, "source")) or clean_line(_text(item, "author")) or reader.label
    url = clean_url(_text(item, "url"))
    symbols = find_symbols(
        provider=_tags(item),
        texts=(headline, summary, body.text),
        anchors=anchor_texts(body.html),
        is_known=reader.is_known,
    )
    content_hash = content_uid(headline, summary, content, source, url, *symbols.provider)
    return Story(
        provider=reader.provider,
        story_id=story_id,
        source=_cut(source, MAX_SOURCE),
        headline=_cut(headline, MAX_HEADLINE),
        summary=summary,
        body=body,
        url=url,
        published_ts=published,
        updated_ts=updated,
        symbols=symbols,
        state=_state(headline, published, updated),
        content_hash=content_hash,
        uid=content_uid("news", reader.provider, story_id, updated, content_hash.hex()),
        payload=raw,
    )


def _story_id(item: Item) -> int:
    value = item.get("id")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_STORY_ID:
        raise BadStory("bad_id", f"id is {_shown(value)}; expected a whole number of 0 or more")
    return value


def _text(item: Item, name: str) -> str:
    value = item.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadStory("bad_text", f"{name} is {_shown(value)}; expected a text")
    # A lone surrogate cannot be encoded, so it would reach neither a hash nor a table.
    return value.encode(errors="replace").decode()


def _tags(item: Item) -> list[str]:
    value = item.get("symbols") or []
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise BadStory("bad_symbols", f"symbols is {_shown(value)}; expected a list of texts")
    if len(value) > MAX_TAGS:
        raise BadStory(
            "bad_symbols", f"symbols has {len(value)} items; expected at most {MAX_TAGS}"
        )
    return list(value)


def _times(item: Item, received_at: int) -> tuple[int, int]:
    created, updated = _time(item, "created_at"), _time(item, "updated_at")
    published = next((each for each in (created, updated) if each is not None), received_at)
    newest = next((each for each in (updated, created) if each is not None), received_at)
    for name, value in (("created_at", published), ("updated_at", newest)):
        if value > received_at + FUTURE_BOUND_US:
            raise BadStory(
                "future_ts",
                f"{name} is {value}, {value - received_at} us after it was received; expected at"
                f" most {FUTURE_BOUND_US}",
            )
    return published, newest


def _time(item: Item, name: str) -> int | None:
    value = item.get(name)
    if value is None or value == "":
        return None
    try:
        instant = from_datetime(datetime.fromisoformat(value))
    except (TypeError, ValueError, OverflowError):
        raise BadStory(
            "bad_time",
            f"{name} is {_shown(value)}; expected ISO 8601 with an offset, as 2024-11-07T09:16:41Z",
        ) from None
    if instant < FIRST_TIME_US:
        raise BadStory("bad_time", f"{name} is {_shown(value)}; expected an instant since 1970")
    return instant


def _state(headline: str, published: int, updated: int) -> State:
    """Return what a revision calls itself. That it says "correction" is the provider's habit."""
    if updated <= published:
        return "new"
    return "corrected" if _CORRECTION.search(headline) else "updated"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _encodable(value: Any) -> Any:
    """Return JSON values with every text encodable."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, Mapping):
        return {_encodable(key): _encodable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(each) for each in value]
    return value


def _shown(value: object) -> str:
    return repr(value)[:80]
