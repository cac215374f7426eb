"""The load command fills every kind by COPY once, and times every page against its limit."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from replay.management.commands import admin_load
from replay.management.commands.admin_load import KINDS

pytestmark = [pytest.mark.usefixtures("log_db"), pytest.mark.long]


def load(*words: str) -> str:
    out = io.StringIO()
    call_command("admin_load", "--prints", "300", "--alerts", "20", *words, stdout=out)
    return out.getvalue()


def counts() -> dict[str, int]:
    with connections["runs"].cursor() as cursor:
        found = {}
        for _, _, table in KINDS:
            cursor.execute(f"SELECT count(*) FROM runs.{table}")
            found[table] = cursor.fetchone()[0]
        return found


def test_load_fills_every_kind_and_ends_with_a_verdict() -> None:
    said = load()

    assert counts() == {
        "option_print": 300, "option_quote": 150, "equity_print": 60, "packet": 20,
        "smart_money_event": 20, "classifier_hit": 20, "alert": 20,
    }  # fmt: skip
    assert said.splitlines()[-1].startswith("verdict: pass")
    assert all(f"list {table} " in said and f"detail {table} " in said for _, _, table in KINDS)


def test_load_again_adds_nothing() -> None:
    load()
    before = counts()

    load()

    assert counts() == before


def test_load_with_a_page_over_its_limit_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_load, "DETAIL_MS", 0.001)

    with pytest.raises(CommandError, match="slower than its limit"):
        load()
