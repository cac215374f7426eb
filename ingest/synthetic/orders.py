"""What the background wants to trade in one beat, before anything has a price: drawn from tables.

A function of (key, beat) and of the undisturbed paths. It sees no scene and no impact, so that any
beat's orders can be drawn again from anywhere; their impact on later beats rests on that.
"""

from bisect import bisect_right

import msgspec

from flow.domain.units import SECOND_US
from ingest.synthetic.chains import Chains, Series, expiries, listed_from, strike_near
from ingest.synthetic.clockwork import cell_of, print_curve, start_of
from ingest.synthetic.config import BEAT_US, MarketConfig
from ingest.synthetic.draws import MASK, mix, normal, unit
from ingest.synthetic.exact import cdf, density, exp, sqrt
from ingest.synthetic.paths import Paths
from ingest.synthetic.tables import (
    DAILY_EXPIRY,
    DISTANCES,
    FATED,
    LARGE_CONTRACTS,
    LARGE_TIMES,
    LARGEST,
    LARGEST_TIMES,
    LIT_PLACES,
    MONTHLY_EXPIRY,
    NEGOTIATED_KINDS,
    OPTION_FATES,
    OPTION_KINDS,
    OPTION_PLACES,
    OPTION_SIZES,
    SPREAD_KINDS,
    STOCK_FATES,
    STOCK_SIZES,
    WEEKLY_EXPIRY,
)
from ingest.synthetic.universe import Listing, Universe

_PRINTS_PER_ORDER = 1.20  # measured: sweeps, spreads and bursts print more than once
BURST = "mixed"  # the place of an order that is worked in many prints on both sides
_BURST_FROM, _BURST_SHARE = 6, 63  # contracts; one plain order in 64 of that size (guess)
_LEAN_MOST = 0.18  # how far a rising path tilts the sides of a second
# Value in standard deviations of the price, and delta, by distance from the money (Bachelier).
_VALUES = tuple(density(away) - away * cdf(-away) for away in DISTANCES)
_DELTAS = tuple(cdf(-away) for away in DISTANCES)
# A name whose option quotes are sent without a print moves at least so much within the second, in
# spreads; so many contracts of its chain come at once.
_MOVED, _TRIES = 0.2, 3
CHAIN = tuple((strike, right) for strike in (-1, 0, 1) for right in "CP")
LIFT = {"B": "A", "SB": "SA"}
DROP = {"A": "B", "SA": "SB"}


class StockOrder(msgspec.Struct, frozen=True, gc=False):
    """One equity print to be. `place` is empty for one off exchange, whose place is drawn later.

    `number` is its own in the beat; `fate` what the feed does to its messages (tables.STOCK_FATES).
    """

    listing: Listing
    shares: int
    place: str
    bits: int
    lean: float  # how much the path rises within the second, in spreads
    number: int = 0
    fate: str = ""


class OptionOrder(msgspec.Struct, frozen=True, gc=False):
    """One option order. `other` is the second leg of a spread; `dollars` about what it costs."""

    series: Series
    other: Series | None
    contracts: int
    place: str
    kind: str
    bits: int
    dollars: int
    delta: float
    number: int = 0
    fate: str = ""


Beat = tuple[list[StockOrder], list[OptionOrder]]


class Orders:
    """Draws the orders of beats. Holds caches only."""

    def __init__(
        self, key: int, config: MarketConfig, names: Universe, chains: Chains, paths: Paths
    ) -> None:
        """Take the key of all its draws."""
        self._key = key
        self._config = config
        self._names = names
        self._chains = chains
        self._paths = paths
        self._terms: dict[int, tuple[int, tuple[int, ...], tuple[float, ...]]] = {}

    def of(self, beat: int, *, fated: bool = False) -> Beat:
        """Return the orders of one beat, or those alone that the feed may do something to."""
        key = mix(self._key ^ mix(beat))
        start, step = (key & FATED - 1, FATED) if fated else (0, 1)
        now = beat * BEAT_US
        options, stocks = self._activity(now)
        config, first = self._config, listed_from(now)
        second = now // SECOND_US
        mean = config.option_prints_per_s * options / _PRINTS_PER_ORDER
        count = poisson(mean * BEAT_US / SECOND_US, key)
        asked = []
        for n in range(start, count, step):
            is_fated = (n ^ key) & FATED - 1 == 0
            asked.append(self._option(mix(key ^ n), now, first, n, is_fated))
        count = poisson(config.equity_prints_per_s * stocks * BEAT_US / SECOND_US, ~key & MASK)
        bought = []
        for n in range(start, count, step):
            is_fated = (n ^ key) & FATED - 1 == 0
            bought.append(self._stock(mix(key ^ (n | 1 << 40)), second, n, is_fated))
        return bought, asked

    def chains_of(self, beat: int) -> list[Series]:
        """Return contracts near the money that are quoted without a print: of names that move."""
        key = mix(self._key ^ mix(beat) ^ 0xC4A1)
        now = beat * BEAT_US
        mean = self._config.chain_quotes_per_s * self._activity(now)[0] / len(CHAIN)
        found: list[Series] = []
        for n in range(poisson(mean * BEAT_US / SECOND_US, key)):
            found += self._chain(mix(key ^ n), now)
        return found

    def _activity(self, now: int) -> tuple[float, float]:
        cell = cell_of(now)
        minute = (now - start_of(cell)) // (60 * SECOND_US)
        return print_curve(cell, self._config.hours)[minute]

    def _stock(self, bits: int, second: int, number: int, is_fated: bool) -> StockOrder:
        names = self._names
        listing = names.listings[
            bisect_right(names.print_weights, (bits & 0xFFFFFFFF) * names.print_weights[-1] >> 32)
        ]
        more = mix(bits)
        shares = STOCK_SIZES[bits >> 32 & 1_023]
        if shares == LARGEST:
            shares *= LARGEST_TIMES[more >> 40 & 7]
        if more & 3 == 0:  # not all sizes are round
            shares = max(1, int((shares - (more >> 2) % (shares // 2 + 1)) * listing.lot_factor))
        left, right = self._paths.second(listing, second)
        lean = (right - left) / (listing.spread + 0.005)
        third, number = mix(more), 2 * number
        fate = STOCK_FATES[third & 1_023] if is_fated else ""
        if unit(third) < self._config.off_exchange_share:
            return StockOrder(listing, shares, "", more, lean, number, fate)
        place = leaning(LIT_PLACES[bits >> 42 & 1_023], more, lean)
        return StockOrder(listing, shares, place, more, lean, number, fate)

    def _option(self, bits: int, now: int, first: int, number: int, is_fated: bool) -> OptionOrder:
        listing = self._option_name(bits)
        more = mix(bits)
        kind = OPTION_KINDS[bits >> 32 & 1_023]
        size = OPTION_SIZES[bits >> 42 & 1_023]
        right = "C" if more & 127 < 72 else "P"  # calls trade more (OCC: 55 to 58 %)
        days, expiry, deviation = self._expiry(listing, more >> 8 & 255, first)
        at = more >> 16 & 255
        away = DISTANCES[at] + (more >> 24 & 63) * (0.3 / 63) - 0.15
        second, within = divmod(now, SECOND_US)
        left, later = self._paths.second(listing, second)
        spot = left + (later - left) * (within * 1e-6)
        price = spot * max(0.3, 1.0 + (away if right == "C" else -away) * deviation)
        series = self._chains.series(listing, expiry, strike_near(listing, price, days), right)
        third = mix(more)
        place = OPTION_PLACES[third & 1_023]
        dollars = 100.0 * max(0.01, spot * deviation * _VALUES[at])  # of one contract
        other = None
        if kind not in NEGOTIATED_KINDS:
            # Large orders in dear contracts are negotiated or legs of packages.
            most = self._config.plain_premium_usd * (1 + (more >> 60)) / 16
            size = max(1, min(size, int(most / dollars)))
            if size >= _BURST_FROM and third >> 20 & _BURST_SHARE == 0:
                place = BURST
        elif size >= LARGE_CONTRACTS:
            size *= LARGE_TIMES[third >> 20 & 7]
        if kind in SPREAD_KINDS:
            step = listing.strike_step * (2.0 if days > 60 else 1.0)
            far = strike_near(listing, series.strike + (1 + (more >> 38 & 3)) * step, days)
            other = self._chains.series(listing, expiry, far, right)
        return OptionOrder(
            series, other, size, place, kind, more, int(size * dollars),
            _DELTAS[at] if right == "C" else -_DELTAS[at], 2 * number + 1,
            OPTION_FATES[third >> 10 & 1_023] if is_fated else "",
        )  # fmt: skip

    def _chain(self, bits: int, now: int) -> list[Series]:
        for _ in range(_TRIES):
            listing = self._option_name(bits)
            left, right = self._paths.second(listing, now // SECOND_US)
            if abs(right - left) >= _MOVED * (listing.spread + 0.005):
                break
            bits = mix(bits)
        else:
            return []
        days, expiry, _ = self._expiry(listing, mix(bits) & 255, listed_from(now))
        middle = strike_near(listing, left, days)
        step = strike_near(listing, 0.0, days)  # the lowest strike is one step
        return [
            self._chains.series(listing, expiry, max(step, middle + strike * step), each)
            for strike, each in CHAIN
        ]

    def _option_name(self, bits: int) -> Listing:
        weights = self._names.option_weights
        return self._names.listings[bisect_right(weights, (bits & 0xFFFFFFFF) * weights[-1] >> 32)]

    def _expiry(self, listing: Listing, draw: int, first: int) -> tuple[int, int, float]:
        """Return days, expiry and the standard deviation of the price until then."""
        known = self._terms.get(listing.number)
        if known is None or known[0] != first:
            found = expiries(listing, first)
            roots = tuple(
                listing.volatility * sqrt((day - first + 0.5) * (252 / 365)) for day in found
            )
            known = self._terms[listing.number] = (first, found, roots)
        table = (
            DAILY_EXPIRY if listing.has_dailies or listing.has_midweeks
            else WEEKLY_EXPIRY if listing.has_weeklies else MONTHLY_EXPIRY
        )  # fmt: skip
        place = min(table[draw], len(known[1]) - 1)
        return known[1][place] - first, known[1][place], known[2][place]


def leaning(place: str, bits: int, lean: float) -> str:
    """Return a place; a rising path turns some sellers into buyers."""
    if lean and unit(mix(bits ^ 0xA5)) < min(_LEAN_MOST, 0.12 * abs(lean)):
        return (LIFT if lean > 0 else DROP).get(place, place)
    return place


def poisson(mean: float, key: int) -> int:
    """Return a Poisson variate: by inversion, or rounded from the normal one where it is large."""
    if mean <= 0:
        return 0
    bits = mix(key)
    if mean > 30:
        return max(0, int(mean + sqrt(mean) * normal(bits) + 0.5))
    left, n, term = unit(bits), 0, exp(-mean)
    while left >= term and n < 200:
        left -= term
        n += 1
        term *= mean / n
    return n
