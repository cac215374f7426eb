"""Where scenes are set and played: prices without them, and what a scenario may ask beforehand."""

from functools import cached_property

from flow.domain.contracts import Right, parse_contract
from flow.domain.securities import SecurityType, security_type
from flow.domain.units import MICROS
from ingest.synthetic.book import Book
from ingest.synthetic.chains import Chains, Series, expiries, listed_from, strike_near
from ingest.synthetic.config import BEAT_US, MarketConfig
from ingest.synthetic.draws import key_of
from ingest.synthetic.earnings import Earnings
from ingest.synthetic.paths import Paths
from ingest.synthetic.tables import STOCK_SIZES
from ingest.synthetic.ticks import option_tick
from ingest.synthetic.trading_days import trading_calendar
from ingest.synthetic.universe import Listing, universe


class Stage:
    """The undisturbed market of a seed: paths, chains and quotes at any instant."""

    def __init__(self, seed: int, config: MarketConfig) -> None:
        """Make its own caches, so that asking here costs a running market nothing."""
        self.hours = config.hours
        self.names = universe()
        self.chains = Chains()
        self.paths = Paths(seed, config.hours)
        self.quote_key = key_of(seed, "quotes")
        self.earnings = Earnings(seed)

    def book(self, ts_us: int) -> Book:
        """Return the quotes of the beat of an instant."""
        return Book(self.quote_key, self.paths, ts_us // BEAT_US, {})

    def listing(self, symbol: str) -> Listing:
        """Return a listing. Errors: ValueError for a symbol that is not in the universe."""
        found = self.names.by_symbol.get(symbol)
        if found is None:
            raise ValueError(f"symbol is {symbol!r}; expected one of the synthetic universe")
        return found

    def series(self, text: str) -> Series:
        """Return a contract by its canonical text.

        Errors: ValueError where its underlying is not in the universe, or it expires on no trading
        day; ContractError for a text that names none.
        """
        contract = parse_contract(text)
        return self.chains.series(
            self.listing(contract.underlying), contract.expiry, contract.strike_micros,
            contract.right,
        )  # fmt: skip

    def setting(self, symbol: str, start_us: int) -> "StageSetting":
        """Return what a scenario may know of a symbol at an instant."""
        return StageSetting(self, self.listing(symbol), start_us)


class StageSetting:
    """One underlying at one instant: the `Setting` of scenarios. See there for each question."""

    def __init__(self, stage: Stage, listing: Listing, start_us: int) -> None:
        """Look at the market of that beat."""
        self.symbol = listing.symbol
        self.start_us = start_us
        self.calendar = trading_calendar()
        self._stage = stage
        self._listing = listing
        self._book = stage.book(start_us)
        self._stock = self._book.stock(listing)

    @property
    def kind(self) -> SecurityType:
        """Return stock or etf."""
        return "etf" if self._listing.is_fund else security_type(self.symbol)

    @cached_property
    def trade_date(self) -> int:
        """Return the trade date as a proleptic ordinal."""
        return self.calendar.locate(self.start_us)[1]

    @property
    def spot_micros(self) -> int:
        """Return the middle of the underlying's quote."""
        return (self._stock.bid + self._stock.ask) // 2

    @property
    def spread_micros(self) -> int:
        """Return the width of the underlying's quote."""
        return self._stock.ask - self._stock.bid

    @property
    def days_to_report(self) -> int | None:
        """Return the calendar days to the next known report, None for none."""
        return self._stage.earnings.days_ahead(self.symbol, self.start_us)

    @property
    def usual_print(self) -> int:
        """Return the median size of a print in shares."""
        return max(1, int(sorted(STOCK_SIZES)[len(STOCK_SIZES) // 2] * self._listing.lot_factor))

    def contract(self, dte: int, moneyness: float, right: Right) -> str:
        """Return the listed contract nearest to days to expiry and to strike over spot."""
        first = listed_from(self.start_us)
        wanted = self.trade_date + dte
        expiry = min(expiries(self._listing, first), key=lambda day: (abs(day - wanted), day))
        price = moneyness * self.spot_micros / MICROS
        strike = strike_near(self._listing, price, expiry - first)
        return self._stage.chains.series(self._listing, expiry, strike, right).text

    def beside(self, contract: str, steps: int) -> str:
        """Return the contract so many strikes higher (lower where negative)."""
        known = parse_contract(contract)
        days = known.expiry - listed_from(self.start_us)
        step = strike_near(self._listing, 0.0, days)  # the lowest strike is one step
        strike = max(step, known.strike_micros + steps * step)
        return self._stage.chains.series(self._listing, known.expiry, strike, known.right).text

    def mid_micros(self, contract: str) -> int:
        """Return the middle of a contract's quote."""
        quote = self._book.option(self._stage.series(contract))
        return (quote.bid + quote.ask) // 2

    def width_micros(self, contract: str) -> int:
        """Return the width of a contract's quote."""
        quote = self._book.option(self._stage.series(contract))
        return quote.ask - quote.bid

    def tick_micros(self, contract: str) -> int:
        """Return the least step of a contract's price where it is quoted."""
        return option_tick(self._listing, self.mid_micros(contract))
