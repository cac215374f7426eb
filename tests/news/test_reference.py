"""Which symbols exist, as far as the project knows."""

from pathlib import Path

import pytest

from flow.models import Symbol
from flow.reference.symbols import import_aliases
from flow.storage.db import connect
from news.models import NewsRevision
from news.reference import KnownSymbols
from tests.support.news import NOW, Clocks, Wire, drained, item, owning_news

pytestmark = pytest.mark.usefixtures("log_db")


def test_the_symbols_of_the_log_are_known_in_their_canonical_form() -> None:
    Symbol.objects.bulk_create(Symbol(name=name) for name in ("GME", "BRK/B", "UNKNOWN", "BTCUSD"))
    with connect("default", "test") as conn:
        is_known = KnownSymbols(conn)

        assert [is_known(name) for name in ("GME", "BRK.B", "SPX", "SPY")] == [True] * 4
        assert [is_known(name) for name in ("UNKNOWN", "BTCUSD", "ZZZZ", "")] == [False] * 4


def test_older_tickers_and_other_spellings_are_known(tmp_path: Path) -> None:
    path = tmp_path / "aliases.csv"
    path.write_text("alias,symbol,valid_from,valid_to\nFB,META,,2022-06-09\nHEI-A,HEI.A,,\n")
    import_aliases(path, now_us=NOW)
    with connect("default", "test") as conn:
        is_known = KnownSymbols(conn)

        assert [is_known(name) for name in ("FB", "HEI.A")] == [True, True]


def test_a_symbol_that_the_log_names_later_is_known_after_a_refresh() -> None:
    with connect("default", "test") as conn:
        is_known = KnownSymbols(conn)
        Symbol.objects.create(name="GME")
        assert not is_known("GME")

        is_known.refresh()
        assert is_known("GME")


def test_the_worker_asks_again_every_minute() -> None:
    link = '<a href="https://x.example">GME</a>'
    wire, clocks = Wire(), Clocks()
    with owning_news(wire, clocks=clocks) as worker:
        drained(worker)
        wire.send(item(1, 0, content=link))
        drained(worker)
        Symbol.objects.create(name="GME")
        clocks.seconds += 60
        wire.send(item(2, 0, content=link))
        drained(worker)

    assert [each.symbols for each in NewsRevision.objects.order_by("seq")] == [
        ["SPY"], ["SPY", "GME"],
    ]  # fmt: skip
