"""The query parameters of news, beside those that every family has."""

from uuid import UUID

from flow.api.parameters import Parameter, instant, page_limit
from news.symbols import canonical

DEFAULT_LIMIT = 100  # Source: platform.md 7.1


def read_ticker(text: str) -> str:
    """Read a symbol in any case; a share class stands after a dot: brk/b is BRK.B."""
    symbol = canonical(text)
    if symbol is None:
        raise ValueError(text)
    return symbol


def read_source(text: str) -> str:
    """Read the name of a source, in small letters."""
    name = " ".join(text.split()).lower()
    if not name or len(name) > 100 or not name.isprintable():
        raise ValueError(text)
    return name


def read_uid(text: str) -> str:
    """Read a uid with or without dashes, as 32 hex digits."""
    if len(text) > 36 or not text.isascii():
        raise ValueError(text)
    return UUID(text).hex


LIMIT = page_limit(DEFAULT_LIMIT)
SYMBOL = Parameter(
    name="symbol", read=read_ticker, allowed="symbols such as AAPL or BRK.B", many=True,
    about="Stories that count for one of these; repeated or separated by commas.",
)  # fmt: skip
SOURCE = Parameter(
    name="source", read=read_source, allowed="names such as benzinga", many=True,
    about="Who wrote the story, in any case; repeated or separated by commas.",
)  # fmt: skip
SINCE = instant("since", "Only stories published at or after this instant.")
CHANGED_SINCE = instant("since", "Only changes at or after this instant of the feed (changed_ts).")
AFTER_TS = instant(
    "after_ts",
    "Only changes after this place (changed_ts_ms of the last row); with after_uid.",
)
AFTER_UID = Parameter(
    name="after_uid", read=read_uid, allowed="the uid of a revision",
    about="The `uid` beside after_ts; that row itself is left out.",
)  # fmt: skip
