"""A cancel and a correction from a file to candles and off-exchange events (C8; docs/jsonl.md)."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.support.market import TS, rows

pytestmark = pytest.mark.usefixtures("log_db")


def sale(at_ms: int, name: str, size: str = "3000", **changes: Any) -> dict[str, Any]:
    return {
        "type": "equity_print", "ts_us": TS + at_ms * 1_000, "symbol": "SPY", "price": "450.5",
        "size": size, "venue": "FINY", "conditions": ["Regular"], "id": name,
    } | changes  # fmt: skip


def load(folder: Path, lines: list[dict[str, Any]]) -> None:
    quotes = [
        {"type": "equity_quote", "ts_us": TS + at, "symbol": "SPY", "bid": "450.49",
         "ask": "450.51"}
        for at in (-1_000, 60_000_000)
    ]  # fmt: skip
    told = [quotes[0], *lines, quotes[1]]
    (folder / "day.jsonl").write_text("".join(json.dumps(line) + "\n" for line in told))
    call_command("import_market_data", str(folder), format="jsonl", run="day", no_progress=True)


def volumes() -> list[tuple[Any, ...]]:
    return rows(
        """SELECT DISTINCT ON (uid) volume_micros / 1000000, trades, rev FROM candle
           WHERE interval_s = 60 AND ts < to_timestamp(%s) ORDER BY uid, rev DESC""",
        TS / 1e6 + 20, alias="runs",
    )  # fmt: skip


def test_a_cancel_reverses_its_print_everywhere(tmp_path: Path) -> None:
    lines = [sale(0, "a"), sale(100, "b", "100"), sale(200, "c", corrects="a", cancel=True)]
    load(tmp_path, lines)

    assert volumes() == [(100, 1, 0)]
    states = rows("SELECT state FROM dark_event ORDER BY ts, uid, rev", alias="runs")
    assert states == [("candidate",), ("withdrawn",)]


def test_a_correction_stands_in_the_place_of_its_print(tmp_path: Path) -> None:
    load(tmp_path, [sale(0, "a"), sale(100_000, "b", "40", corrects="a")])

    assert [row[:2] for row in volumes()] == [(40, 1)]
    stored = rows("SELECT corrects IS NOT NULL FROM equity_print ORDER BY seq", alias="runs")
    assert stored == [(False,), (True,)]


@pytest.mark.parametrize("broken", [{"cancel": True}, {"corrects": "a", "corrects_uid": "0" * 32}])
def test_a_line_that_names_no_one_print_goes_to_quarantine(
    tmp_path: Path, broken: dict[str, Any]
) -> None:
    load(tmp_path, [sale(n, f"ok{n}") for n in range(200)] + [sale(500, "x", **broken)])

    assert rows("SELECT reason FROM quarantine", alias="runs") == [("bad_field",)]
