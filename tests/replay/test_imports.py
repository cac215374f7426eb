"""Imports of files: counts equal the files, a second one adds nothing, broken files say so."""

import io
import shutil
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from replay.models import Run
from signals.dump import KINDS
from signals.tuning import FIRST_REASON, tuning_activate, tuning_create
from tests.support.workers import derived_digests

pytestmark = pytest.mark.usefixtures("log_db")

DAY = "20151223"
OPEN_MS = 34_200_000


def bars(path: Path, rows: dict[str, list[str]], what: str) -> None:
    """Write a zip of option minute bars, one csv per contract."""
    with zipfile.ZipFile(path / f"{DAY}_{what}_american.zip", "w") as archive:
        for contract, lines in rows.items():
            archive.writestr(
                f"{DAY}_goog_minute_{what}_american_{contract}.csv", "\n".join(lines) + "\n"
            )


@pytest.fixture
def goog(tmp_path: Path) -> Path:
    """A folder of two contracts with three prints and three quotes, one large print."""
    folder = tmp_path / "goog"
    folder.mkdir()
    trade = {
        "call_6500000_20151224": [f"{OPEN_MS},980000,980000,980000,980000,12"],
        "put_7600000_20151224": [
            f"{OPEN_MS},50000,50000,50000,50000,900",
            f"{OPEN_MS + 60_000},51000,51000,51000,51000,1",
        ],
    }
    quote = {
        "put_7600000_20151224": [
            f"{OPEN_MS},49000,49000,49000,49000,5,51000,51000,51000,51000,5",
            f"{OPEN_MS + 60_000},49000,49000,49000,49000,5,51000,51000,51000,51000,5",
        ],
        "call_6500000_20151224": [f"{OPEN_MS},,,,,0,990000,990000,990000,990000,3"],
    }
    bars(folder, trade, "trade")
    bars(folder, quote, "quote")
    return folder


def run_import(path: Path, *words: str, form: str = "lean") -> str:
    out = io.StringIO()
    call_command(
        "import_market_data", str(path), "--format", form, "--no-progress", *words, stdout=out
    )
    return out.getvalue()


def count(table: str) -> int:
    with connections["runs"].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        row = cursor.fetchone()
    return int(row[0])


def test_an_import_says_which_thresholds_it_was_read_with(goog: Path) -> None:
    assert f"thresholds         revision 1: {FIRST_REASON}" in run_import(goog)

    other = tuning_activate(tuning_create({}, reason="Quieter"))

    assert f"thresholds         revision {other.pk}: Quieter" in run_import(goog, "--run", "again")


def test_an_import_makes_its_own_run_and_derives_it(goog: Path) -> None:
    text = run_import(goog)

    run = Run.objects.get(id__gt=0)
    assert (run.name, run.state) == ("goog-2015-12-23", "ready")
    assert count("option_print") == 3
    assert count("option_quote") == 3
    assert count("packet") == 3
    assert count("alert") == 1
    assert "option_print                  3" in text


def test_a_bar_print_sees_the_quote_of_its_own_bar_and_no_venue(goog: Path) -> None:
    run_import(goog, "--no-compute")

    with connections["runs"].cursor() as cursor:
        cursor.execute(
            """SELECT bid_micros, ask_micros, quote_ts = ts, venue, flags & 4, size
               FROM option_print WHERE size = 900"""
        )
        assert cursor.fetchall() == [(4_900_000, 5_100_000, True, 0, 4, 900)]
        cursor.execute("SELECT bid_micros, ask_micros FROM option_print WHERE size = 12")
        assert cursor.fetchall() == [(None, 99_000_000)]


def test_a_second_import_into_the_same_run_adds_nothing(goog: Path) -> None:
    run_import(goog, "--run", "mine")
    before = derived_digests(Run.objects.get(name="mine").id)
    entries = count("control")
    run_import(goog, "--run", "mine")

    assert count("option_print") == 3
    assert count("option_quote") == 3
    assert count("control") == entries
    assert derived_digests(Run.objects.get(name="mine").id) == before


def test_the_same_files_in_another_run_give_the_same_bytes(goog: Path) -> None:
    run_import(goog, "--run", "one")
    run_import(goog, "--run", "two")

    one, two = (derived_digests(Run.objects.get(name=name).id) for name in ("one", "two"))
    assert one == two
    assert sum(digest.rows for digest in one) > 3


def test_live_is_refused_as_the_name_of_an_import(goog: Path) -> None:
    with pytest.raises(CommandError, match="never writes into live"):
        run_import(goog, "--run", "live")


def test_a_truncated_zip_ends_in_a_clear_message(goog: Path) -> None:
    whole = goog / f"{DAY}_trade_american.zip"
    whole.write_bytes(whole.read_bytes()[:-60])

    with pytest.raises(CommandError, match="zip"):
        run_import(goog)
    assert count("option_print") == 0


def test_a_wrong_format_ends_in_a_clear_message(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")

    with pytest.raises(CommandError, match="expected"):
        run_import(tmp_path)
    with pytest.raises(CommandError, match="expected"):
        run_import(tmp_path, form="jsonl")


def test_broken_rows_go_to_quarantine_and_the_import_goes_on(goog: Path) -> None:
    with zipfile.ZipFile(goog / f"{DAY}_trade_american.zip", "a") as archive:
        lines = [f"{OPEN_MS + 60_000 * n},1000,1000,1000,1000,1" for n in range(300)]
        lines[100] = f"{OPEN_MS + 60_000 * 100},1000,what,1000,1000,1"
        archive.writestr(
            f"{DAY}_goog_minute_trade_american_call_7000000_20151224.csv", "\n".join(lines)
        )
    run_import(goog)

    assert count("option_print") == 3 + 299
    assert count("quarantine") == 1


def test_too_many_broken_rows_stop_and_a_mended_file_adds_only_the_rest(goog: Path) -> None:
    good = [f"{OPEN_MS + 10_000 * n},1000,1000,1000,1000,{n + 1}" for n in range(2_300)]
    broken = [line.replace("1000,1000", "1000,oops", 1) if n % 30 == 7 else line
              for n, line in enumerate(good)]  # fmt: skip
    name = f"{DAY}_goog_minute_trade_american_call_7000000_20151224.csv"
    trades = goog / f"{DAY}_trade_american.zip"
    kept = goog.parent / "kept.zip"
    shutil.copy(trades, kept)
    with zipfile.ZipFile(trades, "a") as archive:
        archive.writestr(name, "\n".join(broken))

    with pytest.raises(CommandError, match="expected at most 1 %"):
        run_import(goog, "--run", "mended")
    stored = count("option_print")
    assert 0 < stored < 2_303

    shutil.copy(kept, trades)
    with zipfile.ZipFile(trades, "a") as archive:
        archive.writestr(name, "\n".join(good))
    run_import(goog, "--run", "mended")
    assert count("option_print") == 2_303


def test_jsonl_goes_the_same_way(tmp_path: Path) -> None:
    from ingest.jsonl_encode import encode_event
    from ingest.synthetic_feed import ledger

    events = list(ledger(5, 400))
    path = tmp_path / "feed.jsonl"
    path.write_bytes(b"".join(encode_event(event) + b"\n" for event in events))
    run_import(path, "--run", "json", form="jsonl")

    total = sum(
        count(kind) for kind in ("option_print", "option_quote", "equity_print", "equity_quote")
    )
    assert total == 400
    assert count("packet") > 0


def test_the_dump_ends_with_a_hash_for_each_kind(goog: Path) -> None:
    run_import(goog, "--run", "mine")
    out = io.StringIO()
    call_command("dump_events", "--run", "mine", stdout=out)
    lines = out.getvalue().splitlines()

    assert [line.split()[:2] for line in lines[-len(KINDS) :]] == [["sha256", k] for k in KINDS]
    assert '"kind":"option_print"' in lines[0]
    assert "received_at" not in out.getvalue()


def test_an_unknown_run_is_named_with_those_that_exist() -> None:
    with pytest.raises(CommandError, match=r"no run has that name; there are: .*live"):
        call_command("dump_events", "--run", "nothing")


@pytest.mark.realdata
def test_goog_has_as_many_rows_as_its_files(shared_data: Path) -> None:
    run_import(shared_data / "option_bars" / "goog", "--run", "goog")

    assert count("option_print") == 581 == rows_in(shared_data, "goog", "trade")
    assert count("option_quote") == 28_932 == rows_in(shared_data, "goog", "quote")


@pytest.mark.realdata
def test_the_large_prints_of_twx_raise_alerts_and_no_sweep(shared_data: Path) -> None:
    run_import(shared_data / "option_bars" / "twx", "--run", "twx")

    with connections["runs"].cursor() as cursor:
        cursor.execute("SELECT size FROM alert WHERE ts::date = '2014-06-05' ORDER BY size")
        assert [row[0] for row in cursor.fetchall()] == [100, 1_462, 2_200]
        cursor.execute("SELECT DISTINCT classifier_id FROM classifier_hit ORDER BY 1")
        assert cursor.fetchall() == [("far_dated_conviction",), ("unusual_contract_spike",)]


def rows_in(shared: Path, folder: str, what: str) -> int:
    """Count the rows of a folder's zips without any code of ours."""
    total = 0
    for path in (shared / "option_bars" / folder).glob(f"*_{what}_american.zip"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                total += sum(1 for line in archive.read(name).splitlines() if line.strip())
    return total
