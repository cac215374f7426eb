"""One scene with every kind of step, for tests of the market."""

from ingest.synthetic.config import MarketConfig
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import (
    Duplicate,
    EquityTrade,
    Halt,
    IvMove,
    Label,
    OptionTrade,
    Place,
    QuoteOutage,
    Scene,
    SpotMove,
    Step,
    Story,
    Takeback,
    WideQuotes,
)

S = 1_000_000
START = 1_736_953_200 * S  # 2025-01-15 10:00 in New York
ISO = (ord("S"),)
LABEL = Label(scenario="test", profile=None, direction="unknown")


def option_trade(at_us: int, *, leg: int = 0, place: Place = Place.ASK, **changes: int) -> Step:
    size, delay_us = changes.get("size", 100), changes.get("delay_us", 0)
    return OptionTrade(
        at_us=at_us, leg=leg, size=size, place=place, venue=3, conditions=ISO, delay_us=delay_us
    )


def equity_trade(at_us: int, *, place: Place = Place.ASK, **changes: int) -> Step:
    size, report_us = changes.get("size", 5_000), changes.get("report_us", 0)
    return EquityTrade(
        at_us=at_us, size=size, place=place, venue=151 if report_us else 110, conditions=(1000,),
        off_exchange=bool(report_us), report_us=report_us, delay_us=changes.get("delay_us", 0),
    )  # fmt: skip


def scene_of(*steps: Step, start_us: int = START + 3 * S, length_us: int = 60 * S) -> Scene:
    setting = Stage(7, MarketConfig()).setting("AAPL", start_us)
    contracts = (setting.contract(7, 1.01, "C"), setting.contract(30, 0.97, "P"))
    return Scene(
        uid=b"scene-1", symbol="AAPL", start_us=start_us, length_us=length_us,
        contracts=contracts, steps=steps, label=LABEL,
    )  # fmt: skip


EVERYTHING = (
    option_trade(1 * S),
    option_trade(1 * S + 5_000, place=Place.MID),
    option_trade(1 * S + 10_000, place=Place.BELOW_BID, leg=1),
    option_trade(2 * S, delay_us=9 * S),
    equity_trade(2 * S + 1_000, place=Place.ABOVE_ASK),
    equity_trade(6 * S, place=Place.MID, report_us=4 * S),
    equity_trade(3 * S + 7, place=Place.BID, delay_us=2 * S),
    SpotMove(at_us=4 * S, over_us=2 * S, keep_us=5 * S, bps=60.0),
    IvMove(at_us=4 * S, over_us=1 * S, keep_us=3 * S, points=0.05),
    IvMove(at_us=5 * S, over_us=1 * S, keep_us=3 * S, points=0.1, leg=1),
    QuoteOutage(at_us=8 * S, for_us=2 * S, leg=0),
    QuoteOutage(at_us=9 * S, for_us=1 * S),
    WideQuotes(at_us=11 * S, for_us=2 * S, factor=4.0),
    WideQuotes(at_us=11 * S, for_us=2 * S, factor=4.0, leg=1),
    Takeback(at_us=14 * S, of=0, letter="A"),
    Takeback(at_us=15 * S, of=4, letter="correct", price_ticks=-2, size=50),
    Duplicate(at_us=16 * S, of=1),
    Halt(at_us=20 * S, for_us=5 * S),
    Story(at_us=19 * S, story=0, version=0, headline="AAPL halts", body="x", symbols=("AAPL",)),
)
