"""Continuous aggregates as text; executed only where the licence has them, which is not here."""

import io

import pytest
from django.core.management import call_command
from psycopg import sql

from flow.domain.sale_condition_table import SALE_CODES
from flow.storage.db import connect
from signals.storage import aggregates
from tests.support.market import rows
from tests.support.workers import derive_all, ingest_all, seed_items

pytestmark = pytest.mark.usefixtures("log_db")


class Server:
    """Stands for a connection: says its licence and notes what it is asked."""

    def __init__(self, licence: str) -> None:
        self.licence = licence
        self.asked: list[object] = []

    def execute(self, statement: object) -> "Server":
        self.asked.append(statement)
        return self

    def fetchone(self) -> tuple[str]:
        return (self.licence,)


def texts() -> list[str]:
    with connect("default", "test") as conn:
        return [" ".join(each.as_string(conn).split()) for each in aggregates.statements()]


def test_each_schema_has_four_widths_with_their_refresh() -> None:
    found = texts()

    assert len(found) == 16
    assert found[0] == (
        'CREATE MATERIALIZED VIEW IF NOT EXISTS "live"."candle_check_1m"'
        " WITH (timescaledb.continuous) AS SELECT stream, symbol,"
        " time_bucket('1 minute', ts) AS ts, sum(size_micros) AS volume_micros,"
        " count(*) AS trades, sum(size_micros) FILTER (WHERE off_exchange) AS"
        ' off_exchange_volume_micros FROM "live"."equity_print" WHERE NOT conditions &&'
        f" '{{{','.join(map(str, aggregates.NO_VOLUME))}}}'::smallint[] AND corrects IS NULL"
        " GROUP BY stream, symbol, time_bucket('1 minute', ts) WITH NO DATA"
    )
    assert found[1] == (
        "SELECT add_continuous_aggregate_policy('live.candle_check_1m', start_offset => INTERVAL"
        " '1 hour', end_offset => INTERVAL '1 minute', schedule_interval => INTERVAL '1 minute',"
        " if_not_exists => true)"
    )
    assert sum('"runs".' in text or "'runs." in text for text in found) == 8


def test_what_is_no_trade_is_left_out() -> None:
    assert SALE_CODES["OfficialClose"] in aggregates.NO_VOLUME
    assert SALE_CODES["AveragePrice"] not in aggregates.NO_VOLUME


@pytest.mark.parametrize(("licence", "ran"), [("apache", 0), ("timescale", 16)])
def test_it_executes_only_where_the_licence_allows(licence: str, ran: int) -> None:
    server = Server(licence)

    assert aggregates.install(server) == ran  # type: ignore[arg-type]
    assert len(server.asked) == 1 + ran


def test_the_question_for_differences_asks_for_the_newest_revisions() -> None:
    with connect("default", "test") as conn:
        text = aggregates.differences("live", "candle_check_5m").as_string(conn)

    assert '"live"."candle_check_5m"' in text
    assert "DISTINCT ON (uid)" in text
    assert "INTERVAL '5 minutes'" in text


def test_the_command_shows_the_text_and_executes_nothing_on_this_server() -> None:
    shown, applied = io.StringIO(), io.StringIO()
    call_command("candle_checks", stdout=shown)
    call_command("candle_checks", "--apply", stdout=applied)

    assert shown.getvalue().count("CREATE MATERIALIZED VIEW") == 8
    assert "nothing executed" in applied.getvalue()


@pytest.mark.parametrize(("name", "width"), [each[:2] for each in aggregates.WIDTHS])
def test_the_same_totals_as_a_plain_view_agree_with_the_candles(name: str, width: str) -> None:
    """Not the aggregate itself, which this server has not, but the question that it is made of."""
    ingest_all(seed_items(2_000), chunk=200)
    derive_all()
    with connect("default", "test") as conn, conn.transaction(force_rollback=True):
        body = aggregates.totals("live", width)
        view = sql.Identifier("live", name)
        conn.execute(sql.SQL("CREATE VIEW {} AS {}").format(view, body))
        found = conn.execute(sql.SQL("SELECT count(*), sum(trades) FROM {}").format(view))
        windows, trades = found.fetchone() or (0, 0)
        assert windows > 3
        assert trades == rows("SELECT count(*) FROM equity_print")[0][0]
        assert conn.execute(aggregates.differences("live", name)).fetchall() == []

        conn.execute("UPDATE live.candle SET volume_micros = volume_micros + 1")
        assert len(conn.execute(aggregates.differences("live", name)).fetchall()) == windows
