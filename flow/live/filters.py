"""Reading filters out of query strings. What cannot be read is an error, never quietly ignored."""

import re
from collections.abc import Mapping
from decimal import Decimal

from flow.live.registry import FilterError, Query

MAX_SYMBOLS = 50
_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9./^-]{0,11}")
_AMOUNT = re.compile(r"\$?([0-9]{1,12}(?:\.[0-9]{1,6})?)([KMB]?)")
_FACTORS = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}


def text_of(query: Query, name: str) -> str:
    """Return the last value of a parameter, empty when it is not there."""
    values = query.get(name) or [""]
    return values[-1].strip()


def symbols_of(query: Query, name: str = "q") -> tuple[str, ...]:
    """Return a list of underlyings, by commas or spaces. Errors: FilterError."""
    words = [word.upper() for word in re.split(r"[,\s]+", text_of(query, name)) if word]
    for word in words:
        if not _SYMBOL.fullmatch(word):
            raise FilterError(name, word, "symbols such as NVDA, SPY")
    if len(words) > MAX_SYMBOLS:
        raise FilterError(name, f"{len(words)} symbols", f"at most {MAX_SYMBOLS}")
    return tuple(sorted(set(words)))


def amount_of(query: Query, name: str) -> int | None:
    """Return an amount of dollars in micro-dollars: 25000, 25k, $1.5m. Errors: FilterError."""
    text = text_of(query, name).upper().replace(",", "").replace(" ", "")
    if not text:
        return None
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise FilterError(name, text, "dollars such as 25000, 25k or 1.5m")
    return int(Decimal(match[1]) * _FACTORS[match[2]] * 1_000_000)


def choices_of(query: Query, name: str, known: Mapping[str, object]) -> tuple[str, ...]:
    """Return the chosen words of a parameter that may repeat. Errors: FilterError."""
    words = [w.strip() for value in query.get(name) or [] for w in value.split(",")]
    for word in words:
        if word and word not in known:
            raise FilterError(name, word, "one of " + ", ".join(known))
    return tuple(sorted({word for word in words if word}))
