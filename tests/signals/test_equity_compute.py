"""Equity prints through the compute worker: candles and off-exchange events in the database."""

from pathlib import Path

import pandas as pd
import pytest
from django.core.management import call_command
from django.db import connections
from msgspec.structs import replace

from flow.domain.events import Malformed, StreamKind
from flow.domain.ids import content_uid
from flow.domain.sessions import Calendar
from signals.engine.state import StateError
from signals.operators import EquityOperator, OptionOperator, new_operator, restore_operator
from signals.tuning import tuning_activate, tuning_create
from tests.support.market import rows
from tests.support.workers import (
    derive_all,
    derived_digests,
    forget_derived,
    ingest_all,
    seed_items,
)

pytestmark = pytest.mark.usefixtures("log_db")
NO_DAYS = Calendar([])


@pytest.fixture
def logged(log_db: None) -> None:
    ingest_all(seed_items(3_000), chunk=150)


def test_minutes_and_seconds_hold_every_share_that_was_traded(logged: None) -> None:
    derive_all()

    traded = rows("SELECT count(*), sum(size_micros) FROM equity_print")
    for interval in (1, 60):
        assert traded == rows(
            "SELECT sum(trades), sum(volume_micros) FROM candle WHERE interval_s = %s", interval
        )


def test_minutes_hold_what_sql_counts_in_them(logged: None) -> None:
    derive_all()

    direct = rows(
        """SELECT y.name, date_trunc('minute', p.ts), sum(size_micros), count(*)
           FROM equity_print p JOIN symbol y ON y.id = p.symbol GROUP BY 1, 2 ORDER BY 1, 2"""
    )
    stored = rows(
        """SELECT y.name, c.ts, sum(volume_micros), sum(trades)
           FROM candle c JOIN symbol y ON y.id = c.symbol WHERE interval_s = 60
           GROUP BY 1, 2 ORDER BY 1, 2"""
    )
    assert stored == direct
    assert len(stored) > 3


@pytest.mark.parametrize("max_entries", [1, 70])
def test_any_size_of_step_gives_the_same_candles_and_events(logged: None, max_entries: int) -> None:
    derive_all()
    whole = derived_digests()
    forget_derived()
    derive_all(max_entries=max_entries)

    assert derived_digests() == whole
    assert {digest.kind: digest.rows for digest in whole}["candle"] > 10


@pytest.mark.parametrize("kind", ["option_print", "equity_print"])
def test_an_operator_goes_on_from_its_bytes(kind: StreamKind) -> None:
    operator = new_operator(kind, "synthetic", NO_DAYS)

    again = restore_operator(kind, operator.encode(), NO_DAYS)

    assert isinstance(again, OptionOperator if kind == "option_print" else EquityOperator)
    assert again.encode() == operator.encode()
    assert again.revision == operator.revision == 0


@pytest.mark.parametrize("encoded", [b"", b"\x92\xc4\x00\xc4\x00", b"no state at all"])
def test_bytes_that_are_no_state_are_refused(encoded: bytes) -> None:
    with pytest.raises(StateError, match="state is unreadable"):
        restore_operator("equity_print", encoded, NO_DAYS)


def test_bars_carry_the_revision_that_was_in_force_when_they_opened(log_db: None) -> None:
    ingest_all(seed_items(400), chunk=100)
    values = {"candle_lateness_ms": 60_000}
    second = tuning_activate(tuning_create(values, reason="candles wait for a minute"))
    later = [
        replace(each, ts=each.ts + 900_000_000, uid=content_uid("later", each.uid.hex()))
        for each in seed_items(400)
        if not isinstance(each, Malformed)
    ]
    ingest_all(later, chunk=100, resumes=False)
    derive_all()

    found = rows(
        """SELECT tuning_revision, min(ts) < max(ts), min(first_ts) >= min(ts), count(*) > 20
           FROM candle GROUP BY 1 ORDER BY 1"""
    )
    assert found == [(1, True, True, True), (second.pk, True, True, True)]


@pytest.fixture
def aig(shared_data: Path, tmp_path: Path) -> Path:
    """One day of real ticks in a folder of its own."""
    folder = tmp_path / "aig"
    folder.mkdir()
    for path in (shared_data / "equity_ticks" / "aig").glob("20131007_*.zip"):
        (folder / path.name).symlink_to(path)
    return folder


def trades_of(folder: Path) -> pd.DataFrame:
    """Return the regular session's trades of the file, read without any code of ours."""
    (path,) = folder.glob("*_trade.zip")
    names = ["ms", "price", "size", "exchange", "mask", "suspicious"]
    found = pd.read_csv(path, names=names, dtype={"exchange": str, "mask": str})
    return found[found["ms"].between(34_200_000, 57_599_999)]


@pytest.mark.realdata
def test_a_real_day_has_the_shares_off_exchange_that_its_file_has(aig: Path) -> None:
    call_command("import_market_data", str(aig), format="lean", run="aig", no_progress=True)

    with connections["runs"].cursor() as cursor:
        cursor.execute(
            """SELECT sum(off_exchange_volume_micros), sum(volume_micros), sum(off_exchange_count),
                      sum(trades) FROM candle
               WHERE interval_s = 60 AND session = 2 AND ts < '2013-10-07 16:00-04'"""
        )
        dark, volume, count, trades = (int(each) for each in cursor.fetchone())
        cursor.execute("SELECT kind, state, count(*) FROM dark_event GROUP BY 1, 2 ORDER BY 1, 2")
        episodes = cursor.fetchall()
    told = trades_of(aig)
    off = told[told["exchange"] == "D"]
    assert count / trades == pytest.approx(len(off) / len(told), abs=0.002)
    assert dark / volume == pytest.approx(off["size"].sum() / told["size"].sum(), abs=0.002)
    assert episodes
