"""What each symbol is worth at each second: Brownian bridges that can be entered anywhere.

    64 cells (days)    level: anchored at zero at both ends, so that prices stay plausible for ever
    1 cell             from the level of its start to that of its end, in business time, to 1 s
    inside a second    a straight line

A symbol follows the market (by its beta), its sector and itself.
"""

from ingest.synthetic.clockwork import CELL_S, BusinessTime, business_time, cell_of, start_of
from ingest.synthetic.config import Hours
from ingest.synthetic.draws import key_of, mix, normal
from ingest.synthetic.exact import exp, sqrt
from ingest.synthetic.universe import Listing

BLOCK = 64
# Daily volatility of the factors. Source: 0.9 % is about 14 % a year; the sector's is a guess.
MARKET_VOLATILITY, SECTOR_VOLATILITY = 0.009, 0.006
_OWN_FLOOR = 0.35  # at least this share of a symbol's volatility is its own
_JUMP_CELLS, _JUMP = 40, 2.5  # one cell of forty moves like two and a half (earnings and the like)
# Around the clock a cell holds 24 hours of open market instead of 6.5: inside the cell it moves
# with the pace of a session all the time.
_ALWAYS_PACE = sqrt(24 / 6.5)

_Segment = tuple[int, int, float, float, float, float]  # from, to, share and value at both ends


class Walk:
    """One factor's path. Cheap going forward; anywhere else it starts from the cell again."""

    __slots__ = ("_cell", "_key", "_levels", "_node_key", "_pace", "_root", "_sigma", "_stack")

    def __init__(self, key: int, sigma: float, *, pace: float) -> None:
        """Take the key of its draws and its volatility of one cell."""
        self._key = key
        self._sigma = sigma
        self._pace = pace
        self._cell: int | None = None
        self._levels: dict[int, float] = {}
        self._node_key = 0
        self._root: _Segment = (0, CELL_S, 0.0, 1.0, 0.0, 0.0)
        self._stack: list[_Segment] = []

    def at(self, cell: int, second: int, time: BusinessTime) -> tuple[float, float]:
        """Return the value at the start and at the end of a second of a cell."""
        if cell != self._cell:
            self._enter(cell)
        stack = self._stack
        while stack and stack[-1][1] <= second:
            stack.pop()
        if not stack or stack[-1][0] > second:
            stack[:] = [self._root]
        a, b, ta, tb, xa, xb = stack[-1]
        scale, node_key = self._sigma * self._pace, self._node_key
        while b - a > 1:
            m = (a + b) >> 1
            tm = time.at(m)
            share = (tm - ta) / (tb - ta)
            deviation = sqrt((tm - ta) * (1.0 - share)) * scale
            xm = xa + (xb - xa) * share + deviation * normal(mix(node_key ^ (a << 20 | b)))
            stack.pop()
            stack.append((m, b, tm, tb, xm, xb))
            if second < m:
                b, tb, xb = m, tm, xm
                stack.append((a, m, ta, tm, xa, xm))
            else:
                a, ta, xa = m, tm, xm
        return xa, xb

    def _enter(self, cell: int) -> None:
        self._cell = cell
        self._node_key = mix(self._key ^ mix(cell))
        left, right = self._level(cell), self._level(cell + 1)
        self._root = (0, CELL_S, 0.0, 1.0, left, right)
        self._stack = [self._root]

    def _level(self, cell: int) -> float:
        """Return the value at the start of a cell: the bridge of its block, halved down to it."""
        if cell in self._levels:
            return self._levels[cell]
        block, at = divmod(cell, BLOCK)
        a, b, xa, xb = 0, BLOCK, 0.0, 0.0
        while at not in (a, b):
            m = (a + b) >> 1
            bits = mix(self._key ^ mix(block << 24 | a << 12 | b | 1 << 62))
            tail = _JUMP if (bits >> 8) % _JUMP_CELLS == 0 else 1.0
            xm = 0.5 * (xa + xb) + self._sigma * tail * sqrt((b - a) * 0.25) * normal(mix(bits))
            if at < m:
                b, xb = m, xm
            else:
                a, xa = m, xm
        value = xa if at == a else xb
        if len(self._levels) > 4 * BLOCK:
            self._levels.clear()
        self._levels[cell] = value
        return value


class Paths:
    """Prices of all symbols of one seed, before any impact. Caches only."""

    def __init__(self, seed: int, hours: Hours) -> None:
        """Take the seed; walks are made when asked for."""
        self._seed = seed
        self._hours: Hours = hours
        self._pace = _ALWAYS_PACE if hours == "always" else 1.0
        self._market = Walk(key_of(seed, "market"), MARKET_VOLATILITY, pace=self._pace)
        self._sectors: dict[str, Walk] = {}
        self._own: dict[int, Walk] = {}
        self._shared: dict[str, tuple[int, float, float]] = {}
        self._last: dict[int, tuple[int, float, float]] = {}
        self._known = (-1, (0, 0, business_time(0, hours)))

    def second(self, listing: Listing, second: int) -> tuple[float, float]:
        """Return the price in dollars at the start and the end of a second since 1970."""
        last = self._last.get(listing.number)
        if last is not None and last[0] == second:
            return last[1], last[2]
        moment = self._moment(second)
        market = self._factor("market", self._market, second)
        sector = self._factor(listing.sector, self._sector(listing.sector), second)
        own = self._walk(listing).at(*moment)
        beta = listing.beta
        left = (
            last[2]
            if last is not None and last[0] == second - 1 and moment[1]
            else listing.price * exp(beta * market[0] + sector[0] + own[0])
        )
        right = listing.price * exp(beta * market[1] + sector[1] + own[1])
        self._last[listing.number] = (second, left, right)
        return left, right

    def market_level(self, second: int) -> float:
        """Return the market factor (log return from its anchor) at the start of a second."""
        return self._factor("market", self._market, second)[0]

    def _moment(self, second: int) -> tuple[int, int, BusinessTime]:
        """Return the cell of a second, the second within it, and how its time runs."""
        if self._known[0] != second:
            cell = cell_of(second * 1_000_000)
            within = second - start_of(cell) // 1_000_000
            self._known = (second, (cell, within, business_time(cell, self._hours)))
        return self._known[1]

    def _factor(self, name: str, walk: Walk, second: int) -> tuple[float, float]:
        known = self._shared.get(name)
        if known is None or known[0] != second:
            known = self._shared[name] = (second, *walk.at(*self._moment(second)))
        return known[1], known[2]

    def _sector(self, name: str) -> Walk:
        walk = self._sectors.get(name)
        if walk is None:
            sigma = 0.0 if name == "funds" else SECTOR_VOLATILITY
            walk = self._sectors[name] = Walk(key_of(self._seed, name), sigma, pace=self._pace)
        return walk

    def _walk(self, listing: Listing) -> Walk:
        walk = self._own.get(listing.number)
        if walk is None:
            shared = (listing.beta * MARKET_VOLATILITY) ** 2
            shared += 0.0 if listing.is_fund else SECTOR_VOLATILITY * SECTOR_VOLATILITY
            own = listing.volatility * listing.volatility
            floor = _OWN_FLOOR * listing.volatility * (0.4 if listing.is_fund else 1.0)
            sigma = max(floor, sqrt(max(0.0, own - shared)))
            walk = Walk(key_of(self._seed, "own", listing.symbol), sigma, pace=self._pace)
            self._own[listing.number] = walk
        return walk
