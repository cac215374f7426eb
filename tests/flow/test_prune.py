"""Retention on the real TimescaleDB: old live chunks go, imports and derived rows stay."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django_celery_beat.models import PeriodicTask

from flow.storage.retention import KINDS, prune
from flow.tasks import prune_all
from tests.support.evidence import fill, filled_import

pytestmark = pytest.mark.usefixtures("log_db")


def count(table: str) -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def run_prune(*words: str) -> str:
    out = io.StringIO()
    call_command("prune", *words, stdout=out)
    return out.getvalue()


def execute(sql: str, *values: Any) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, values)


def add_recent_print() -> None:
    execute(
        """CREATE TEMP TABLE recent AS SELECT * FROM live.option_print LIMIT 1;
           UPDATE recent SET ts = clock_timestamp(), seq = 9999;
           INSERT INTO live.option_print SELECT * FROM recent; DROP TABLE recent"""
    )


def test_prune_drops_old_live_chunks_and_keeps_what_is_young() -> None:
    fill(0, prints=20, alerts=2)
    add_recent_print()

    said = run_prune("--kind", "prints")

    assert count("live.option_print") == 1
    assert count("live.equity_print") == 0
    assert "dropped _timescaledb_internal" in said
    assert "option_print 2014-06-0" in said


def test_prune_never_touches_an_import() -> None:
    filled_import("of 2014", prints=20, alerts=2)

    said = run_prune("--older-than", "1d")

    assert (count("runs.option_print"), count("runs.option_quote")) == (20, 10)
    assert said.count("dropped 0 chunks") == len(KINDS)


def test_prune_keeps_derived_rows() -> None:
    fill(0, prints=20, alerts=3)

    run_prune("--older-than", "1d")

    assert count("live.alert") == count("live.packet") == 3


def test_prune_dry_run_tells_and_changes_nothing() -> None:
    fill(0, prints=20, alerts=0)

    said = run_prune("--dry-run", "--kind", "quotes")

    assert count("live.option_quote") == 10
    assert "would drop _timescaledb_internal" in said
    assert "about" in said


def test_prune_of_one_kind_leaves_the_others() -> None:
    fill(0, prints=20, alerts=0)

    run_prune("--kind", "quotes")

    assert (count("live.option_quote"), count("live.option_print")) == (0, 20)


def test_prune_takes_the_manifest_from_the_front_and_keeps_the_newest_row() -> None:
    fill(0, prints=20, alerts=0)
    for batch, age in ((1, 500), (2, 400), (3, 390), (4, 1), (5, 380)):
        execute(
            """INSERT INTO live.batch (stream, batch_no, first_seq, last_seq, n, n_control, crc,
                                       origin, epoch, committed_at)
               SELECT id, %s, %s, %s, 1, 0, 0, 'test', 1,
                      clock_timestamp() - %s * interval '1 day'
               FROM live.stream WHERE kind = 'option_print'""",
            batch,
            batch,
            batch,
            age,
        )

    pruned = prune(KINDS["prints"], timedelta(days=365))

    assert pruned.rows == {"batch": 3}
    assert count("live.batch") == 2


def test_prune_takes_old_quarantine_rows_of_live_only() -> None:
    filled_import("old", prints=5, alerts=0)
    for schema, run, age in (("live", 0, 400), ("live", 0, 1), ("runs", 1, 400)):
        execute(
            f"""INSERT INTO {schema}.quarantine (run, source, reason, detail, raw, uid, received_at)
                VALUES (%s, 's', 'r', 'd', '', gen_random_uuid(),
                        clock_timestamp() - %s * interval '1 day')""",
            run,
            age,
        )

    run_prune("--kind", "control")

    assert (count("live.quarantine"), count("runs.quarantine")) == (1, 1)


def test_prune_with_a_strange_age_says_what_is_expected() -> None:
    for text in ("90", "0d", "-1d", "1 week"):
        with pytest.raises(CommandError, match="expected days or hours such as 90d or 12h"):
            run_prune("--older-than=" + text)


def test_task_prunes_every_kind_by_its_own_age() -> None:
    fill(0, prints=20, alerts=0)
    add_recent_print()

    prune_all()

    assert (count("live.option_print"), count("live.option_quote")) == (1, 0)


def test_beat_knows_the_task_on_new_yorks_clock_and_lets_it_expire() -> None:
    task = PeriodicTask.objects.get(name="Retention")

    assert (task.task, task.enabled, task.expire_seconds) == (prune_all.name, True, 21_600)
    assert str(task.crontab.timezone) == "America/New_York"
    assert (task.crontab.hour, task.crontab.minute, task.crontab.day_of_week) == ("20", "30", "*")
