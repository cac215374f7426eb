"""What is listed in the synthetic market: stocks, share classes and funds, by sector.

Facts are in the `universe_*` tables; what follows from them (how often a symbol trades, how its
options are quoted) is here.
"""

from functools import lru_cache
from itertools import accumulate

import msgspec

from flow.domain.units import MICROS
from ingest.synthetic.config import QUOTE_WINDOW_US
from ingest.synthetic.draws import key_of
from ingest.synthetic.exact import sqrt
from ingest.synthetic.universe_consumer import COMMUNICATION, DISCRETIONARY, STAPLES
from ingest.synthetic.universe_financials import FINANCIALS, REAL_ESTATE
from ingest.synthetic.universe_funds import FUNDS
from ingest.synthetic.universe_health import HEALTH
from ingest.synthetic.universe_industry import INDUSTRIALS
from ingest.synthetic.universe_resources import ENERGY, MATERIALS, UTILITIES
from ingest.synthetic.universe_technology import TECHNOLOGY

_TABLES = {
    "funds": FUNDS,
    "technology": TECHNOLOGY,
    "discretionary": DISCRETIONARY,
    "communication": COMMUNICATION,
    "staples": STAPLES,
    "financials": FINANCIALS,
    "real estate": REAL_ESTATE,
    "health": HEALTH,
    "industrials": INDUSTRIALS,
    "energy": ENERGY,
    "materials": MATERIALS,
    "utilities": UTILITIES,
}
_VENUES = {"N": 108, "Q": 110, "P": 109, "Z": 116, "A": 101}  # flow.domain.venues
# Options of these expire every trading day. Source: the exchanges' lists of daily expirations.
DAILY_EXPIRIES = frozenset({"SPY", "QQQ", "IWM"})
# And of these on Mondays and Wednesdays, too, since 2026. Source: Nasdaq's programme for qualifying
# securities, as it was announced; which names qualify changes by the quarter.
MIDWEEK_EXPIRIES = frozenset({"TSLA", "NVDA", "AAPL", "AMZN", "META", "GOOGL", "MSFT", "AVGO"})
# How much more than by its stock's turnover the options of a name trade: the crowd's favourites
# against the rest (guess, in the proportions of the exchanges' monthly volume reports).
_OPTION_FAVOUR = {
    "SPY": 2.6, "QQQ": 3.0, "IWM": 3.5, "NVDA": 1.5, "TSLA": 2.0, "AAPL": 1.6, "AMD": 1.6,
    "AMZN": 1.4, "META": 1.5, "PLTR": 3.0, "GOOG": 0.3, "GLD": 1.5, "SLV": 3.0, "TLT": 1.5,
    "XLF": 1.0, "NFLX": 1.5, "COIN": 2.0, "HOOD": 2.0, "INTC": 1.6, "F": 1.5, "SMCI": 2.0,
    "BAC": 1.0,
}  # fmt: skip
_OTHER_FAVOUR = 0.5
MAX_PENNY_RANK = 330  # classes of the penny program, by turnover (about 360 of all classes are)


class Listing(msgspec.Struct, frozen=True, gc=False):
    """One symbol. Units: dollars, shares a day, daily volatility as a share of the price."""

    number: int
    symbol: str
    sector: str
    price: float
    adv: float
    volatility: float
    beta: float
    venue: int
    is_penny_class: bool
    strike_step: float  # dollars between strikes of near expiries
    spread: float  # dollars between bid and ask on average, before rounding to ticks
    print_weight: float
    option_weight: float
    lot_factor: float  # how large its prints are against those of a $100 stock
    offset_us: int  # of its quotes within a beat

    @property
    def is_fund(self) -> bool:
        """Whether it is a fund and no stock."""
        return self.sector == "funds"

    @property
    def has_dailies(self) -> bool:
        """Whether options expire every trading day."""
        return self.symbol in DAILY_EXPIRIES

    @property
    def has_midweeks(self) -> bool:
        """Whether options expire on Mondays and Wednesdays beside Fridays."""
        return self.symbol in MIDWEEK_EXPIRIES

    @property
    def has_weeklies(self) -> bool:
        """Whether options expire every Friday; the others have the monthly ones alone."""
        return self.is_penny_class


class Universe:
    """All listings by number and by symbol, and how prints fall on them."""

    def __init__(self, listings: tuple[Listing, ...]) -> None:
        """Index the listings; their order decides nothing but ties."""
        self.listings = listings
        self.by_symbol = {each.symbol: each for each in listings}
        self.print_weights = _cumulative([each.print_weight for each in listings])
        self.option_weights = _cumulative([each.option_weight for each in listings])

    def __len__(self) -> int:
        return len(self.listings)


@lru_cache(maxsize=1)
def universe() -> Universe:
    """Return the listings, the one that trades most first."""
    rows = [(sector, line.split()) for sector, text in _TABLES.items() for line in _lines(text)]
    rows.sort(key=lambda row: (-float(row[1][1]) * float(row[1][2]), row[1][0]))
    return Universe(tuple(_listing(n, sector, row) for n, (sector, row) in enumerate(rows)))


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def _listing(number: int, sector: str, row: list[str]) -> Listing:
    symbol, price, adv, volatility, beta, venue = row
    dollars, shares = float(price), float(adv) * MICROS
    turnover = sqrt(dollars * shares)
    is_penny = number < MAX_PENNY_RANK
    return Listing(
        number=number,
        symbol=symbol,
        sector=sector,
        price=dollars,
        adv=shares,
        volatility=float(volatility) / 100,
        beta=float(beta),
        venue=_VENUES[venue],
        is_penny_class=is_penny,
        strike_step=_strike_step(dollars, is_dense=number < 60),
        # The spread of a large name is a fraction of a basis point, of a small one several: it
        # falls with the root of the turnover (guess; SPY 0.15 bp, a $200M name 2 bp).
        spread=dollars * 3.0 / turnover,
        # Prints per share of volume fall with size: root of shares times root of turnover (guess).
        print_weight=sqrt(shares) * sqrt(turnover),
        option_weight=turnover * (turnover / 10_000) * _OPTION_FAVOUR.get(symbol, _OTHER_FAVOUR)
        + 0.02 * turnover,
        # Cheap stocks trade more shares at once: by the root of the price (guess).
        lot_factor=max(0.3, min(3.0, sqrt(100.0 / dollars))),
        offset_us=key_of(symbol) % QUOTE_WINDOW_US,
    )


def _strike_step(price: float, *, is_dense: bool) -> float:
    """Return the distance of strikes. Source: the exchanges' strike interval rules, simplified."""
    if price < 25:
        return 0.5
    if price < 200:
        return 1.0 if is_dense or price < 75 else 2.5
    if is_dense and price < 700:
        return 1.0 if price > 400 or price < 300 else 2.5
    return 5.0 if price < 1_000 else 10.0 if price < 3_000 else 50.0


def _cumulative(weights: list[float]) -> tuple[int, ...]:
    scale = (1 << 32) / sum(weights)
    return tuple(accumulate(max(1, int(weight * scale)) for weight in weights))
