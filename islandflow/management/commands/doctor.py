"""Say what is in force, where it comes from, and what is wrong with it.

Works while the database or Redis is away: that is one of the things it says.
"""

import importlib
import importlib.util
import json
import platform
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import django
import redis
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor

from islandflow.env import BadEnvironmentError, Environment, TuningValue, load
from islandflow.env_register.page import shown
from islandflow.env_register.variable import Used

OLDEST_POSTGRES = 15
OLDEST_TIMESCALE = (2, 15)
LEAST_FREE_BYTES = 1_000_000_000
ANSWER_SECONDS = 2
LICENCES = {
    "timescale": "timescale (compression, continuous aggregates and policies may be used)",
    "apache": "apache (no compression, continuous aggregates or policies: Celery beat does "
    "retention, candles are rolled up from base bars)",
}
SERVER_QUESTION = """
    SELECT current_setting('server_version_num')::int,
           (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'),
           current_setting('timescaledb.license', true)
"""
Differences = Callable[[Mapping[str, TuningValue]], Mapping[str, tuple[object, object]]]
START_SERVICES = "start bin/up, or set it to a server that runs"


@dataclass(slots=True)
class Report:
    """What was found: lines to read, notes worth knowing, and problems with their remedy."""

    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def section(self, title: str) -> None:
        self.lines += ["", title]

    def fact(self, name: str, value: object) -> None:
        self.lines.append(f"  {name:<34} {value}")


class Command(BaseCommand):
    help = "Say which settings are in force, where they come from, and what is wrong."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            environment = load()
        except BadEnvironmentError as refusal:
            raise CommandError(str(refusal)) from refusal
        report = examine(environment)
        for title, found in (("Worth knowing", report.notes), ("Wrong", report.problems)):
            if found:
                report.section(title)
                report.lines += [f"  - {sentence}" for sentence in found]
        self.stdout.write("\n".join(report.lines).lstrip("\n"))
        if report.problems:
            raise CommandError(f"{len(report.problems)} thing(s) to put right, see above")
        self.stdout.write("\nNothing is wrong.")


def examine(environment: Environment) -> Report:
    """Look at everything, each part on its own, so that one failure hides no other."""
    report = Report(notes=list(environment.warnings))
    _settings(environment, report)
    _versions(report)
    _database(environment, report)
    _redis(environment, report)
    _home(environment, report)
    _exposure(environment, report)
    _tuning(environment, report)
    return report


def _settings(environment: Environment, report: Report) -> None:
    report.section("Settings in force")
    for reading in environment.readings:
        if isinstance(reading.variable.status, Used) or reading.is_set:
            report.fact(reading.variable.name, f"{shown(reading)}  ({reading.source})")


def _versions(report: Report) -> None:
    report.section("Versions")
    report.fact("Python", platform.python_version())
    report.fact("Django", django.get_version())
    report.fact("engine", _attribute("signals.engine.records", "ENGINE_VERSION") or "not built yet")


def _database(environment: Environment, report: Report) -> None:
    report.section("Database")
    report.fact("PostgreSQL runs", _postgres_mode(environment, report))
    try:
        with connection.cursor() as cursor:
            cursor.execute(SERVER_QUESTION)
            version, timescale, licence = cursor.fetchone()
        waiting = _waiting_migrations()
    except (DatabaseError, InconsistentMigrationHistory) as failure:
        report.fact("PostgreSQL", "away")
        report.problems.append(_away("DATABASE_URL", environment.database_url, failure))
        return
    report.fact("PostgreSQL", f"{version // 10_000}.{version % 10_000}")
    report.fact("TimescaleDB", timescale or "missing")
    report.fact("TimescaleDB licence", LICENCES.get(licence, licence or "unknown"))
    report.problems += _too_old(version, timescale)
    if waiting:
        report.problems.append(
            f"{waiting} migration(s) have not run; expected none; run bin/manage migrate"
        )


def _too_old(version: int, timescale: str | None) -> Iterable[str]:
    if version // 10_000 < OLDEST_POSTGRES:
        yield (
            f"PostgreSQL is {version // 10_000}; expected {OLDEST_POSTGRES} or newer; "
            "point DATABASE_URL to a newer server, or remove it to use the project's own"
        )
    if timescale is None:
        yield (
            "TimescaleDB is missing from this database; expected 2.15 or newer; install it on "
            "the server and run CREATE EXTENSION timescaledb, or remove DATABASE_URL"
        )
    elif tuple(int(part) for part in timescale.split("-")[0].split(".")[:2]) < OLDEST_TIMESCALE:
        yield (
            f"TimescaleDB is {timescale}; expected 2.15 or newer; update it on the server and "
            "run ALTER EXTENSION timescaledb UPDATE"
        )


def _waiting_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _postgres_mode(environment: Environment, report: Report) -> str:
    """Say how the server runs: services.json knows it of the project's own."""
    url = environment.database_url
    elsewhere = "as an external server" if url else "not yet: bin/up has not started one"
    path = environment.islandflow_home / "services.json"
    if not path.is_file():
        return elsewhere
    try:
        written = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as failure:
        report.problems.append(
            f"{path} is unreadable ({failure}); expected what bin/up wrote; restore it from a "
            "backup, or move the folder away to start anew"
        )
        return "unknown"
    if not isinstance(written, dict):
        return "unknown"
    is_own = not url or url.get_secret_value() == written.get(
        "DATABASE_URL", url.get_secret_value()
    )
    mode = written.get("postgres_mode") or written.get("way")
    return str(mode) if mode and is_own else elsewhere


def _redis(environment: Environment, report: Report) -> None:
    report.section("Redis")
    try:
        with redis.Redis.from_url(
            environment.redis(),
            socket_connect_timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
        ) as client:
            answer: Mapping[str, object] = client.info("server")
    except (redis.RedisError, OSError, ValueError) as failure:
        report.fact("Redis", "away")
        report.problems.append(_away("REDIS_URL", environment.redis_url, failure))
        return
    if "valkey_version" in answer:
        report.fact("Valkey", answer["valkey_version"])
    else:
        report.fact("Redis", answer.get("redis_version", "unknown"))


def _home(environment: Environment, report: Report) -> None:
    home = environment.islandflow_home
    key = home / "secret_key"
    if key.is_file() and key.stat().st_mode & 0o077:
        report.problems.append(
            f"{key} can be read by others; expected mode 0600; run chmod 600 on it"
        )
    if home.is_dir():
        free = shutil.disk_usage(home).free
        report.section("Disk")
        report.fact("free below ISLANDFLOW_HOME", f"{free / 1e9:.1f} GB")
        if free < LEAST_FREE_BYTES:
            report.problems.append(
                f"{home} has {free / 1e9:.2f} GB free; expected at least 1 GB; make room, or "
                "move ISLANDFLOW_HOME to a larger disk"
            )


def _exposure(environment: Environment, report: Report) -> None:
    if environment.islandflow_debug and environment.islandflow_public_url:
        report.problems.append(
            "ISLANDFLOW_DEBUG is true while ISLANDFLOW_PUBLIC_URL is set; expected false: debug "
            "pages show settings to strangers; remove ISLANDFLOW_DEBUG"
        )


def _tuning(environment: Environment, report: Report) -> None:
    """List the thresholds that the environment sets, and those the active revision overrules."""
    report.section("Thresholds set by the environment")
    for key, value in environment.tuning.items():
        report.fact(key, value)
    if not environment.tuning:
        report.lines.append("  none")
    find_differences: Differences | None = _attribute("signals.tuning", "environment_differences")
    if find_differences is None:
        return
    try:
        differences = find_differences(environment.tuning)
    except DatabaseError:
        report.notes.append("The active tuning revision cannot be read: see the database.")
    except ValueError as refusal:
        report.problems.append(str(refusal))
    else:
        report.notes += [
            f"{key} is {wanted} in the environment, but {active} in the active tuning revision, "
            "which counts; manage.py tuning from-env drafts a revision from the environment"
            for key, (wanted, active) in sorted(differences.items())
        ]
        if environment.options_ingest_adapter != "synthetic" and _attribute(
            "signals.tuning", "is_of_synthetic"
        )(environment.tuning):
            report.notes.append(
                "The thresholds in force are those of the synthetic market (preset measured); "
                "revision 1 has the defaults: draft them under Admin > Tuning"
            )


def _attribute(module: str, name: str) -> Any:
    """Return an attribute of a module that may not be there, or None."""
    if importlib.util.find_spec(module) is None:
        return None
    return getattr(importlib.import_module(module), name, None)


def _away(name: str, setting: object, failure: Exception) -> str:
    reason = (str(failure).strip() or type(failure).__name__).splitlines()[0]
    if setting is None:
        return (
            f"{name} is not set and nothing answers on loopback ({reason}); expected a running "
            f"server; run bin/manage doctor, which starts the project's own, or set {name}"
        )
    return f"{name} is set, but the server does not answer ({reason}); {START_SERVICES}"
