"""What a feed can show reaches the engine, the rows and the status (errata 5; platform.md 2.2)."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from flow.domain.events import QuoteMode
from ingest.feeds import Capabilities, FeedItem
from tests.support.evidence import signed_in
from tests.support.feeds import CAPABILITIES, ListFeed
from tests.support.market import drain, equity_quote, equity_trade, option_trade, owning, rows
from tests.support.workers import derive_all

pytestmark = pytest.mark.usefixtures("log_db")
LIT_ONLY = Capabilities(quote_mode_equities=QuoteMode.CHANGE, off_exchange=False)
ITEMS: list[FeedItem] = [equity_quote(1, 0), equity_trade(2, 1_000), equity_trade(3, 2_000)]


def write(items: Sequence[FeedItem], capabilities: Capabilities | None = None) -> None:
    feed = ListFeed(items, chunk=1, resumes=False, capabilities=capabilities or CAPABILITIES)
    with owning(feed) as worker:
        drain(feed, worker)
        worker.finish()


def entries() -> list[tuple[object, ...]]:
    return rows(
        """SELECT k.kind, c.payload ->> 'off_exchange' FROM control c
           JOIN stream k ON k.id = c.stream WHERE c.kind = 'capability' ORDER BY c.seq"""
    )


def test_it_is_told_once_and_again_where_it_changes() -> None:
    write([*ITEMS, option_trade(4, 3_000)], LIT_ONLY)
    write([equity_trade(5, 9_000_000)], LIT_ONLY)
    assert entries() == [("equity_print", "false")]

    write([equity_trade(6, 19_000_000)])
    assert entries() == [("equity_print", "false"), ("equity_print", "true")]


def test_a_stream_without_equity_prints_hears_nothing() -> None:
    write([option_trade(4, 3_000)], LIT_ONLY)

    assert entries() == []


def status(client: Client) -> object:
    found = client.get("/api/v1/status").json()["streams"]
    return {each["kind"]: each["off_exchange"] for each in found}


def test_rows_and_status_say_that_nothing_can_be_inferred() -> None:
    write(ITEMS, LIT_ONLY)
    derive_all()

    assert rows("SELECT kind, state, reasons ->> 0 FROM dark_event") == [
        ("no_off_exchange_prints", "abstained", "no_off_exchange_prints")
    ]
    client = signed_in("analyst")
    assert status(client) == {
        "option_print": None, "option_quote": None, "equity_print": False, "equity_quote": None
    }  # fmt: skip
    compute = client.get("/api/v1/status").json()["compute"]
    assert {each["stream"] for each in compute} == {"list:option_print", "list:equity_print"}
    write([equity_trade(5, 9_000_000)])
    assert status(client) != {}
    page = signed_in("admin").get("/admin/signals/darkeventevidence/").content.decode()
    assert "no_off_exchange_prints" in page


def test_a_file_declares_it_on_its_first_line(tmp_path: Path) -> None:
    lines = [
        '{"type":"feed","off_exchange":false}',
        '{"type":"equity_quote","ts_us":1700060000000000,"symbol":"SPY","bid":"450.49","ask":"450.51"}',
        '{"type":"equity_print","ts_us":1700060000500000,"symbol":"SPY","price":"450.5","size":"100","venue":"XNYS"}',
    ]
    (tmp_path / "lit.jsonl").write_text("\n".join(lines) + "\n")

    call_command("import_market_data", str(tmp_path), format="jsonl", run="lit", no_progress=True)

    assert rows("SELECT reasons ->> 0 FROM dark_event", alias="runs") == [
        ("no_off_exchange_prints",)
    ]
