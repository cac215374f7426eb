"""Which companies a story names: found by four methods, checked, never guessed silently.

Each symbol keeps the methods that found it and a confidence; a story counts for the symbols at or
above `RESOLVED_AT`, and the rest stays visible as candidates.

    provider         the provider's own tags
    exchange_prefix  NYSE: IBM, (NASDAQ:TSLA)
    cashtag          $GME, $BRK.B
    anchor           <a href="...">NVDA</a>: capitals alone, so only what reference data know
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

Method = Literal["provider", "exchange_prefix", "cashtag", "anchor"]
Resolution = Literal["provider", "derived", "mixed", "none"]
IsKnown = Callable[[str], bool]

# How sure a method alone makes us: where reference data know the symbol, and where they do not
# (they never know all). None: no symbol at all. Guesses; calibration (step 8) may replace them.
CONFIDENCE: dict[Method, tuple[float, float | None]] = {
    "provider": (0.95, 0.80),
    "exchange_prefix": (0.90, 0.60),
    "cashtag": (0.80, 0.50),
    "anchor": (0.60, None),
}
RESOLVED_AT = 0.5  # a guess
# A capital word that is also a ticker (A, ALL, IT ...): as a cashtag or a link text it is most
# likely the word. Source: reliability-security.md, list of hostile input, row 26; the value and
# the list are guesses.
WORD_CONFIDENCE = 0.30
WORDS = frozenset({
    "A", "AI", "ALL", "AM", "AN", "AND", "ANY", "ARE", "AS", "AT", "BE", "BIG", "BY", "CAD",
    "CAN", "CEO", "CFO", "CPI", "DD", "DO", "EPS", "ETF", "EUR", "EV", "FAQ", "FDA", "FED", "FOR",
    "FREE", "GBP", "GDP", "GO", "HAS", "HE", "HERE", "HIGH", "I", "IN", "INFO", "IPO", "IT",
    "JPY", "KEY", "LIVE", "LOW", "M", "MORE", "NEW", "NEXT", "NICE", "NO", "NOW", "OF", "OIL",
    "ON", "ONE", "OPEN", "OR", "OUT", "PM", "PRO", "REAL", "RUN", "SEE", "SO", "SEC", "TECH",
    "THE", "TO", "TV", "TWO", "UK", "UP", "US", "USA", "USD", "VS", "WELL", "YOU",
})  # fmt: skip
MAX_SYMBOLS = 100  # of one story; a list of 5,000 tags is no information. A guess

# Root of one to five letters and a share class: BRK.B, BRK/B, BRK-B are one symbol.
TICKER = r"[A-Z]{1,5}(?:[./-][A-Z])?"
_EXCHANGES = r"NASDAQ|NYSE(?:[ ]?(?:AMERICAN|ARCA|MKT))?|AMEX|OTC(?:QB|QX|MKTS)?|CBOE"
_END = r"(?![A-Za-z0-9])"
_WHOLE = re.compile(TICKER)
_PREFIXED = re.compile(rf"\b(?i:{_EXCHANGES})\s?:\s?\$?({TICKER}){_END}")
_CASHTAG = re.compile(rf"(?<![A-Za-z0-9$])\$({TICKER}){_END}")


class Symbol(msgspec.Struct, frozen=True):
    """One symbol that a story names.

    `method` is the surest of `methods`; `confidence` is that one's, 0 to 1, and no probability.
    """

    symbol: str
    method: Method
    confidence: float
    is_known: bool
    methods: tuple[Method, ...]


class Symbols(msgspec.Struct, frozen=True):
    """What a story names. `resolved` keeps the order of `found`: provider's tags first."""

    found: tuple[Symbol, ...]
    provider: tuple[str, ...]
    resolved: tuple[str, ...]
    resolution: Resolution
    is_cut: bool = False  # more than MAX_SYMBOLS were named


def canonical(text: str) -> str | None:
    """Return a symbol in capitals with its share class after a dot; None if it is none.

    `aapl` is AAPL, `brk/b` is BRK.B; BTCUSD and BTC/USD are pairs of currencies and none.
    """
    word = text.strip().upper()
    if not text.isascii() or not _WHOLE.fullmatch(word):
        return None
    return re.sub(r"[/-]", ".", word)


def find_symbols(
    *,
    provider: Iterable[str],
    texts: Sequence[str],
    anchors: Sequence[str],
    is_known: IsKnown,
) -> Symbols:
    """Return the symbols of a story.

    `provider`: its tags, as sent. `texts`: headline, summary and body as plain text, with capitals
    as sent. `anchors`: texts of the body's links. `is_known` is asked with canonical symbols and
    tells whether reference data have them.
    """
    methods: dict[str, list[Method]] = {}
    _note(methods, "provider", provider)
    tagged = tuple(methods)[:MAX_SYMBOLS]
    for text in texts:
        _note(methods, "exchange_prefix", _PREFIXED.findall(text))
        _note(methods, "cashtag", _CASHTAG.findall(text))
    _note(methods, "anchor", (text for text in anchors if _WHOLE.fullmatch(text)))
    judged = (_judge(symbol, ways, is_known) for symbol, ways in methods.items())
    found = [each for each in judged if each is not None]
    kept = tuple(found[:MAX_SYMBOLS])
    return Symbols(
        found=kept,
        provider=tagged,
        resolved=tuple(each.symbol for each in kept if each.confidence >= RESOLVED_AT),
        resolution=_resolution(kept),
        is_cut=len(found) > len(kept),
    )


def _note(methods: dict[str, list[Method]], method: Method, texts: Iterable[str]) -> None:
    for text in texts:
        symbol = canonical(text)
        if symbol is not None and method not in methods.setdefault(symbol, []):
            methods[symbol].append(method)


def _judge(symbol: str, methods: list[Method], is_known: IsKnown) -> Symbol | None:
    known = is_known(symbol)
    sure = [
        (confidence, method)
        for method in methods
        if (confidence := _confidence(symbol, method, known=known)) is not None
    ]
    if not sure:
        return None
    confidence, method = max(sure, key=lambda pair: pair[0])
    return Symbol(symbol, method, confidence, known, tuple(way for _, way in sure))


def _confidence(symbol: str, method: Method, *, known: bool) -> float | None:
    if_known, if_not = CONFIDENCE[method]
    value = if_known if known else if_not
    if value is not None and symbol in WORDS and method in {"cashtag", "anchor"}:
        return min(value, WORD_CONFIDENCE)
    return value


def _resolution(found: Sequence[Symbol]) -> Resolution:
    """Return how the resolved symbols came: mixed where the texts say any of them too."""
    resolved = [each for each in found if each.confidence >= RESOLVED_AT]
    if not resolved:
        return "none"
    has_provider = any("provider" in each.methods for each in resolved)
    has_derived = any(set(each.methods) - {"provider"} for each in resolved)
    if has_provider:
        return "mixed" if has_derived else "provider"
    return "derived"
