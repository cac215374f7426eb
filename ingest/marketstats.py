"""Figures of a stream of market events, to hold a synthetic session beside real days.

Pure. Prints are placed in the quote that stood strictly before them, as the product does it.
"""

from collections import Counter
from collections.abc import Sequence

from flow.domain.conditions import is_complex, is_iso
from flow.domain.events import EquityPrint, EquityQuote, MarketEvent, OptionPrint, OptionQuote
from flow.domain.units import MICROS

_CENT = 10_000
_MULTIPLIER = 100
_ROUND_LOT = 100 * MICROS
Quote = tuple[int, int, int]  # ts, bid, ask


class Sample:
    """The prints of one asset class."""

    def __init__(self) -> None:
        self.count = 0
        self.sizes: list[int] = []
        self.places: Counter[str] = Counter()
        self.spreads: list[int] = []  # micro-dollars, standing at the prints
        self.kinds: Counter[str] = Counter()
        self.premiums: list[int] = []  # micro-dollars

    def place(self, price: int, quote: Quote | None) -> None:
        """Count where a price lies in its quote."""
        if quote is None:
            self.places["no quote"] += 1
            return
        _, bid, ask = quote
        self.spreads.append(ask - bid)
        self.places[_place(price, bid, ask)] += 1


class MarketStats:
    """Reads events in order and keeps figures."""

    def __init__(self) -> None:
        self.lit, self.off, self.options = Sample(), Sample(), Sample()
        self._quotes: dict[str, tuple[Quote, Quote | None]] = {}  # newest, and the one before

    def saw(self, event: MarketEvent) -> None:
        """Take one event."""
        if isinstance(event, EquityQuote):
            self._quote(event.symbol, event.ts, event.bid_micros, event.ask_micros)
        elif isinstance(event, OptionQuote):
            self._quote(event.contract, event.ts, event.bid_micros or 0, event.ask_micros)
        elif isinstance(event, OptionPrint):
            self._option(event)
        else:
            self._equity(event)

    def rows(self) -> list[tuple[str, str]]:
        """Return what was found as (figure, text)."""
        lit, off, options = self.lit, self.off, self.options
        equities = lit.count + off.count
        volume = sum(lit.sizes) + sum(off.sizes)
        sizes = sorted(lit.sizes + off.sizes)
        return [
            ("equity prints", f"{equities:,}"),
            ("off exchange, of prints", share(off.count, equities)),
            ("off exchange, of volume", share(sum(off.sizes), volume)),
            ("spread at prints, cents p10 p50 p90", spans(lit.spreads, _CENT)),
            ("one cent wide, of lit prints", share(
                sum(spread <= _CENT for spread in lit.spreads), len(lit.spreads))),
            ("lit at bid, at ask", pair(lit.places, "bid", "ask")),
            ("lit inside, outside, locked", triple(lit.places)),
            ("off exchange at bid, at ask", pair(off.places, "bid", "ask")),
            ("off exchange at the middle, else inside", pair(off.places, "middle", "inside")),
            ("shares p10 p50 p90 p99", spans(sizes, MICROS, (0.1, 0.5, 0.9, 0.99))),
            ("odd lots, exactly 100", f"{share(sum(size < _ROUND_LOT for size in sizes), equities)}"
             f" {share(sum(size == _ROUND_LOT for size in sizes), equities)}"),
            ("option prints", f"{options.count:,}"),
            ("contracts p50 p90 p99", spans(options.sizes, 1, (0.5, 0.9, 0.99))),
            ("premium in dollars p50 p90 p99", spans(options.premiums, MICROS, (0.5, 0.9, 0.99))),
            ("option at bid, at ask", pair(options.places, "bid", "ask")),
            ("option inside, outside", f"{share(_inside(options.places), _all(options.places))}"
             f" {share(options.places['outside'], _all(options.places))}"),
            ("sweep orders, multi-leg", pair(options.kinds, "iso", "complex")),
        ]  # fmt: skip

    def _quote(self, name: str, ts: int, bid: int | None, ask: int | None) -> None:
        if bid is None or ask is None:
            return
        newest = self._quotes.get(name)
        if newest is not None and newest[0][0] == ts:
            self._quotes[name] = ((ts, bid, ask), newest[1])
        else:
            self._quotes[name] = ((ts, bid, ask), newest[0] if newest else None)

    def _before(self, name: str, ts: int) -> Quote | None:
        newest, earlier = self._quotes.get(name, (None, None))
        return newest if newest is not None and newest[0] < ts else earlier

    def _equity(self, event: EquityPrint) -> None:
        sample = self.off if event.off_exchange else self.lit
        sample.count += 1
        sample.sizes.append(event.size_micros)
        sample.place(event.price_micros, self._before(event.symbol, event.ts))

    def _option(self, event: OptionPrint) -> None:
        sample = self.options
        sample.count += 1
        sample.sizes.append(event.size)
        sample.premiums.append(event.price_micros * event.size * _MULTIPLIER)
        kind = "complex" if is_complex(event.conditions) else "other"
        sample.kinds["iso" if is_iso(event.conditions) else kind] += 1
        sample.place(event.price_micros, self._before(event.contract, event.ts))


def _place(price: int, bid: int, ask: int) -> str:
    if bid >= ask:
        return "locked"
    if price == ask:
        return "ask"
    if price == bid or (bid == 0 and price < ask):
        return "bid"
    if 2 * price == bid + ask:
        return "middle"
    return "inside" if bid < price < ask else "outside"


def share(part: int, whole: int) -> str:
    """Return a share in percent."""
    return f"{100 * part / whole:.1f}%" if whole else "-"


def pair(counts: Counter[str], first: str, second: str) -> str:
    """Return two shares of all that was counted."""
    return f"{share(counts[first], _all(counts))} {share(counts[second], _all(counts))}"


def triple(counts: Counter[str]) -> str:
    """Return the shares inside, outside and in a locked market."""
    whole = _all(counts)
    return (
        f"{share(_inside(counts), whole)} {share(counts['outside'], whole)}"
        f" {share(counts['locked'], whole)}"
    )


def spans(values: Sequence[int], unit: int, at: Sequence[float] = (0.1, 0.5, 0.9)) -> str:
    """Return quantiles in a unit."""
    if not values:
        return "-"
    ordered = sorted(values)
    found = (ordered[int(len(ordered) * place)] / unit for place in at)
    return " ".join(f"{value:,.0f}" if value >= 10 else f"{value:.3g}" for value in found)


def _inside(counts: Counter[str]) -> int:
    return counts["inside"] + counts["middle"]


def _all(counts: Counter[str]) -> int:
    return counts.total() - counts["no quote"]
