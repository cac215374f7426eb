"""Figures of a stream, and the command that prints them beside the real days."""

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from flow.domain.events import EquityPrint, EquityQuote, OptionPrint, OptionQuote
from ingest.marketstats import MarketStats

CALL = "SPY-2025-01-17-600-C"


def stock_print(ts: int, price: int, shares: int, *, off: bool = False) -> EquityPrint:
    return EquityPrint(ts, b"", "SPY", price, shares * 1_000_000, 110, (1000,), off)


def figures(*events: EquityPrint | EquityQuote | OptionPrint | OptionQuote) -> dict[str, str]:
    stats = MarketStats()
    for event in events:
        stats.saw(event)
    return dict(stats.rows())


def test_prints_are_placed_in_the_quote_strictly_before_them() -> None:
    found = figures(
        EquityQuote(1, b"", "SPY", 100_000, 110_000, 1, 1),
        EquityQuote(5, b"", "SPY", 110_000, 120_000, 1, 1),
        stock_print(5, 110_000, 100),
        stock_print(6, 110_000, 10),
        stock_print(7, 115_000, 90, off=True),
    )
    assert found["lit at bid, at ask"] == "50.0% 50.0%"
    assert found["off exchange at the middle, else inside"] == "100.0% 0.0%"
    assert found["off exchange, of prints"] == "33.3%"
    assert found["off exchange, of volume"] == "45.0%"
    assert found["odd lots, exactly 100"] == "66.7% 33.3%"
    assert found["one cent wide, of lit prints"] == "100.0%"


def test_a_market_that_nobody_bids_in_is_sold_at_its_bid() -> None:
    found = figures(
        OptionQuote(1, b"", CALL, None, 20_000, None, 1),
        OptionPrint(2, b"", CALL, 10_000, 3, 1, (ord("S"),)),
        OptionPrint(3, b"", CALL, 30_000, 1, 1, (ord("f"),)),
    )
    assert found["option at bid, at ask"] == "50.0% 0.0%"
    assert found["option inside, outside"] == "0.0% 50.0%"
    assert found["sweep orders, multi-leg"] == "50.0% 50.0%"
    assert found["premium in dollars p50 p90 p99"] == "3 3 3"


def test_what_was_never_seen_is_a_dash() -> None:
    found = figures(stock_print(1, 5, 5))
    assert found["option at bid, at ask"] == "- -"
    assert found["spread at prints, cents p10 p50 p90"] == "-"


def test_the_command_prints_a_column_for_the_synthetic_market(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alone = settings.ENV.model_copy(update={"islandflow_shared_data": tmp_path})
    monkeypatch.setattr(settings, "ENV", alone)
    out = io.StringIO()
    call_command("synthetic", "stats", "--seconds", "2", "--seed", "3", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0].split() == ["seed", "3"]
    assert any(line.startswith("off exchange, of prints") for line in lines)


def test_a_stretch_of_no_length_is_refused() -> None:
    with pytest.raises(CommandError, match="--seconds is 0; expected 1 or more"):
        call_command("synthetic", "stats", "--seconds", "0")


@pytest.mark.realdata
def test_the_real_days_stand_beside_it(shared_data: Path) -> None:
    assert shared_data.is_dir()
    out = io.StringIO()
    call_command("synthetic", "stats", "--seconds", "2", stdout=out)
    assert "AIG 20131007" in out.getvalue()
    assert "24.7%" in out.getvalue()
