"""A test aid: fill an import run with many plausible rows, then time every evidence page.

The rows go through COPY like real ones, but past the ingest worker: nothing derives them, and the
run is meant to be thrown away with its database. Pages are asked for through the whole middleware.
"""

import statistics
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from flow.storage.db import connect
from replay.load.derived import copy_derived
from replay.load.raw import SYMBOLS, copy_raw, symbol
from replay.runs import open_import_run

LIST_MS, DETAIL_MS = 300, 100
ROUNDS = 7
USER = "admin-load"
KINDS = (
    ("flow", "optionprintevidence", "option_print"),
    ("flow", "optionquoteevidence", "option_quote"),
    ("flow", "equityprintevidence", "equity_print"),
    ("signals", "packetevidence", "packet"),
    ("signals", "smartmoneyeventevidence", "smart_money_event"),
    ("signals", "classifierhitevidence", "classifier_hit"),
    ("signals", "alertevidence", "alert"),
)


class Command(BaseCommand):
    help = "Fill an import run with rows by COPY and time each evidence list and detail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--prints", type=int, default=5_000_000)
        parser.add_argument("--alerts", type=int, default=100_000)
        parser.add_argument("--run", default="admin-load")
        parser.add_argument("--no-fill", action="store_true", help="measure what is there")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["no_fill"]:
            self._fill(options)
        worst = self._measure(options["run"])
        self.stdout.write(
            f"verdict: {'pass' if worst <= 1 else 'FAIL'}, slowest page at {worst:.0%} of its limit"
        )
        if worst > 1:
            raise CommandError("a page is slower than its limit")

    def _fill(self, options: dict[str, Any]) -> None:
        run = open_import_run(options["run"])
        started = time.monotonic()
        with connect("runs", "admin_load") as conn:
            copy_raw(conn, run.id, options["prints"])
            copy_derived(conn, run.id, options["alerts"], options["prints"])
            for _, _, table in KINDS:
                conn.execute(f"ANALYZE {table}")  # what autovacuum does by itself, but now
        self.stdout.write(
            f"{options['prints']:,} prints, {options['alerts']:,} alerts in"
            f" {time.monotonic() - started:.0f} s"
        )

    def _measure(self, run: str) -> float:
        users = get_user_model()
        user, _ = users.objects.get_or_create(
            username=USER, defaults={"is_staff": True, "is_superuser": True}
        )
        plain = {
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        }
        try:
            with override_settings(STORAGES=plain, ALLOWED_HOSTS=["testserver"]):
                client = Client()
                client.force_login(user)
                client.get(reverse("admin:index"))  # templates compile once per process
                return max(self._time(client, *page) for page in _pages(run))
        finally:
            user.delete()

    def _time(self, client: Client, what: str, address: str, limit_ms: int) -> float:
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            answer = client.get(address)
            times.append((time.perf_counter() - started) * 1000)
            if answer.status_code != 200:
                raise CommandError(f"{address} answers {answer.status_code}")
        self.stdout.write(
            f"{what:<48} first {times[0]:7.1f} ms  median {statistics.median(times):7.1f} ms"
            f"  worst {max(times):7.1f} ms  limit {limit_ms} ms"
        )
        # The median, because other processes of the machine are in the worst of them.
        return statistics.median(times) / limit_ms


def _pages(run: str) -> Iterator[tuple[str, str, int]]:
    for app, model, table in KINDS:
        address = f"{reverse(f'admin:{app}_{model}_changelist')}?run={run}"
        yield f"list {table}", address, LIST_MS
        if table != "classifier_hit":
            yield f"list {table} of a busy symbol", f"{address}&q={symbol(0)}", LIST_MS
            yield f"list {table} of a quiet symbol", f"{address}&q={symbol(SYMBOLS - 1)}", LIST_MS
            yield f"list {table} of no symbol", f"{address}&q=NONE", LIST_MS
        for place, key in _keys(table, run):
            yield f"list {table} from {place} on", f"{address}&before={key}", LIST_MS
            detail = reverse(f"admin:{app}_{model}_change", args=[key])
            yield f"detail {table} {place}", f"{detail}?run={run}", DETAIL_MS


def _keys(table: str, run: str) -> Iterator[tuple[str, str]]:
    """Return the newest key and one from the middle of the newest day."""
    number = open_import_run(run).id
    with connections["runs"].cursor() as cursor:
        cursor.execute(
            f"SELECT max(ts) FROM {table} WHERE "  # noqa: S608 - names of this module
            + (
                "run = %s"
                if table not in _RAW
                else "stream IN (SELECT id FROM stream WHERE run = %s)"
            ),
            [number],
        )
        newest = cursor.fetchone()[0]
        for place, back in (("the newest", "0"), ("the middle", "3 hours")):
            cursor.execute(
                f"""SELECT key FROM evidence_{table} WHERE run = %s AND ts <= %s - %s::interval
                    ORDER BY ts DESC LIMIT 1""",  # noqa: S608 - names of this module
                [number, newest, back],
            )
            yield place, cursor.fetchone()[0]


_RAW = ("option_print", "option_quote", "equity_print")
