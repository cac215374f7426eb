import csv
from datetime import date
from itertools import pairwise
from pathlib import Path

import pandas_market_calendars as calendars
import pytest

from flow.domain.units import from_datetime
from ingest.synthetic.chains import expiries
from ingest.synthetic.config import MarketConfig
from ingest.synthetic.paths import Paths
from ingest.synthetic.stage import Stage
from ingest.synthetic.trading_days import session_days
from ingest.synthetic.universe import universe

START_S = 1_736_953_200


def test_about_five_hundred_stocks_and_the_funds_are_listed_once() -> None:
    symbols = [each.symbol for each in universe().listings]
    assert len(symbols) == len(set(symbols)) > 500
    assert {"SPY", "QQQ", "IWM", "DIA", "XLK", "BRK.B", "BF.B", "GOOG", "GOOGL"} <= set(symbols)
    assert len({each.sector for each in universe().listings}) == 12


@pytest.mark.realdata
def test_the_stocks_are_the_index(shared_data: Path) -> None:
    with (shared_data / "reference/sp500_constituents_datasets_repo.csv").open() as lines:
        index = {row["Symbol"] for row in csv.DictReader(lines)}
    own = {each.symbol for each in universe().listings if not each.is_fund}
    assert len(own & index) > 0.94 * len(index)


@pytest.mark.filterwarnings("ignore")  # of the library's own use of pandas
def test_trading_days_are_those_of_the_loaded_calendar() -> None:
    schedule = calendars.get_calendar("NYSE").schedule("2019-01-01", "2038-12-31")
    wanted = {
        (day.date().toordinal(), from_datetime(row.market_open), from_datetime(row.market_close))
        for day, row in schedule.iterrows()
    }
    assert {(day.date, day.open_us, day.close_us) for day in session_days()} == wanted


def test_prices_wander_but_stay_near_what_is_known() -> None:
    paths = Paths(3, "always")
    for listing in universe().listings[::25]:
        prices = [paths.second(listing, START_S + 86_400 * day)[0] for day in range(0, 128, 9)]
        assert all(0.4 * listing.price < price < 2.5 * listing.price for price in prices)
        assert len(set(prices)) == len(prices)


def test_a_path_does_not_depend_on_where_it_is_entered() -> None:
    listing = universe().by_symbol["AAPL"]
    forward = Paths(3, "session")
    seconds = [forward.second(listing, START_S + n) for n in range(3_000)]
    assert all(a[1] == b[0] for a, b in pairwise(seconds))
    for n in (2_999, 17, 1_500):
        assert Paths(3, "session").second(listing, START_S + n) == seconds[n]


def test_calls_and_puts_obey_parity() -> None:
    setting = Stage(3, MarketConfig()).setting("SPY", START_S * 1_000_000)
    call, put = (setting.contract(30, 1.0, right) for right in ("C", "P"))
    strike = float(call.split("-")[4])
    carried = setting.mid_micros(call) - setting.mid_micros(put)
    assert carried / 1e6 == pytest.approx(setting.spot_micros / 1e6 - strike, abs=0.1)


@pytest.mark.parametrize(
    ("symbol", "days"),
    [("SPY", [15, 16, 17, 21, 22]), ("NVDA", [15, 17, 22, 24, 27]), ("COIN", [17, 24, 31])],
)
def test_expiries_follow_the_programme_of_the_name(symbol: str, days: list[int]) -> None:
    # The Monday 2025-01-20 is a holiday.
    first = date(2025, 1, 15).toordinal()
    found = expiries(universe().by_symbol[symbol], first)
    assert [date.fromordinal(day).day for day in found[: len(days)]] == days


def test_a_setting_finds_what_is_listed() -> None:
    setting = Stage(3, MarketConfig()).setting("NVDA", START_S * 1_000_000)
    near = setting.contract(0, 1.0, "C")
    assert setting.trade_date == date(2025, 1, 15).toordinal()
    assert near.startswith("NVDA-2025-01-15-")
    assert setting.beside(near, 2) > near
    assert setting.width_micros(near) > 0
    assert setting.tick_micros(near) in {10_000, 50_000}
    assert setting.spread_micros >= 10_000
    assert setting.usual_print > 0


def test_a_symbol_that_is_not_listed_is_named() -> None:
    with pytest.raises(ValueError, match="symbol is 'NONE'"):
        Stage(3, MarketConfig()).setting("NONE", START_S)
