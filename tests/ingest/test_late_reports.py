"""A report more than 10 s after its trade is LATE: placed, stored, shown (errata 41)."""

import pytest

from flow.codes import SIDES, side_name
from signals.engine.equities.placement import EquitySide
from tests.support.evidence import signed_in
from tests.support.market import SECOND, TS, equity_quote, equity_trade, rows
from tests.support.workers import derive_all, ingest_all

pytestmark = pytest.mark.usefixtures("log_db")
SALES = [
    equity_trade(1, 12 * SECOND, exec_ts=TS + 2 * SECOND, off_exchange=True),  # 10 s: joined
    equity_trade(2, 12 * SECOND + 1, exec_ts=TS + 2 * SECOND, off_exchange=True),
    equity_trade(3, 13 * SECOND, price_micros=450_510_000),
    equity_trade(4, 14 * SECOND, symbol="QQQ"),
]


def test_each_print_is_stored_with_its_side_and_the_revision_that_placed_it() -> None:
    quotes = [equity_quote(0, 1_900_000), equity_quote(5, 12_900_000)]
    ingest_all([quotes[0], *SALES[:2], quotes[1], *SALES[2:]])

    stored = rows("SELECT side, tuning_revision FROM equity_print ORDER BY seq")
    assert [side_name(side) for side, _ in stored] == ["MID", "LATE", "A", "MISSING"]
    assert {revision for _, revision in stored} == {1}
    assert SIDES[EquitySide.LATE] == "LATE"


def test_a_late_report_is_volume_only_in_its_bar_and_no_evidence() -> None:
    ingest_all([equity_quote(0, 0), SALES[1]])
    derive_all()

    assert rows(
        "SELECT trades, open_micros, off_exchange_volume_micros FROM candle WHERE interval_s = 60"
    ) == [(1, None, 100_000_000)]
    assert rows("SELECT count(*) FROM dark_event") == [(0,)]


def test_the_admin_says_late() -> None:
    ingest_all([equity_quote(0, 0), SALES[1]])

    page = signed_in("admin").get("/admin/flow/equityprintevidence/").content.decode()

    assert ">LATE<" in page
