"""`prove_equities`: minutes of our own, what it says of an error, five minutes of AIG."""

from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from islandflow.management.commands import prove_equities
from islandflow.tickproof import oracle, proof
from tests.islandflow.tickproof.ticks import cut_ticks, small_day

pytestmark = [pytest.mark.usefixtures("log_db"), pytest.mark.long]


def prove(data: Path, repeat: str) -> list[str]:
    out = StringIO()
    call_command("prove_equities", data=data, repeat=repeat, inside=True, stdout=out)
    return out.getvalue().splitlines()


def test_a_quiet_market_is_proven(tmp_path: Path) -> None:
    small_day(tmp_path / "xyz")

    lines = prove(tmp_path, "xyz/20131007")

    assert lines[0].startswith("xyz: 1,200 trades and 1,200 quote rows of 1 days imported in ")
    assert lines[0].endswith("every print, 610 bars and 2 daily bars as in pandas")
    assert lines[1].startswith("xyz 20131007: off exchange 33.3 of 1,200 prints, 50.0 of volume; ")
    assert any("stealth_accumulation" in line for line in lines)
    assert lines[-1].startswith("EQUITIES PASSED in ")
    assert "no figure is written down of these files" in lines[-1]


def test_a_difference_is_told_with_both_sides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_day(tmp_path / "xyz")
    read = oracle.read_trades

    def wrong(path: Path) -> pd.DataFrame:
        frame = read(path)
        frame.loc[7, "price"] += 1
        return frame

    monkeypatch.setattr(oracle, "read_trades", wrong)

    with pytest.raises(
        CommandError, match=r"EQUITIES FAILED xyz 20131007: 1 prints with another p"
    ):
        prove(tmp_path, "xyz/20131007")


def test_a_week_that_takes_too_long_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_day(tmp_path / "xyz")
    monkeypatch.setattr(proof, "WEEK_LIMIT_S", 0.0)

    with pytest.raises(CommandError, match="to derive took more than 0 s"):
        prove(tmp_path, "xyz/20131007")


def test_a_day_without_both_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"expected xyz/20131007_trade.zip and xyz/2"):
        prove(tmp_path, "xyz/20131007")


def test_the_proof_runs_in_a_database_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_day(tmp_path / "xyz")
    asked: list[tuple[str, ...]] = []

    def failing(*words: str) -> int:
        asked.append(words)
        return 1

    monkeypatch.setattr(prove_equities, "run_inside_scratch", failing)

    with pytest.raises(CommandError, match="the proof failed"):
        call_command("prove_equities", data=tmp_path, repeat="xyz/20131007")
    assert asked == [
        ("prove_equities", "--inside", f"--data={tmp_path}", "--repeat=xyz/20131007", "--seed=1")
    ]


@pytest.mark.realdata
def test_five_minutes_of_aig_are_proven(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "equity_ticks" / "aig"
    cut_ticks(source, tmp_path / "aig", 36_000_000, 36_300_000)  # from 10:00

    lines = prove(tmp_path, "aig/20131007")

    verdict = lines[-1]
    assert verdict.startswith("EQUITIES PASSED in "), lines
    assert "2 daily bars as in pandas" in verdict
    assert "derived twice and with " in verdict
    assert any("an hour of the regular session: " in line for line in lines)
