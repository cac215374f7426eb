"""Probes: `live` says that the process answers, `ready` that it can do its work."""

from django.core.cache import cache
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

FRESH_S = 60


def live(request: HttpRequest) -> JsonResponse:
    """Say that the web process answers; touches nothing else."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """Check database, migrations, Redis, and that ingest and compute hold their leases."""
    checks = {
        "database": _database(),
        "migrations": _migrations(),
        "redis": _redis(),
        "ingest": _leased("ingest:0:%"),
        "compute": _leased("compute:0:%"),
    }
    good = all(checks.values())
    body = {"status": "ready" if good else "not ready", "checks": checks}
    return JsonResponse(body, status=200 if good else 503)


def _database() -> bool:
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


_migrated = False


def _migrations() -> bool:
    """Whether every migration is applied; once true it stays true for this process."""
    global _migrated  # noqa: PLW0603 - reading all migrations costs too much for a probe
    if _migrated:
        return True
    try:
        executor = MigrationExecutor(connections["default"])
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False
    return _migrated


def _redis() -> bool:
    try:
        cache.set("health:ready", "1", FRESH_S)
    except Exception:  # noqa: BLE001 - whatever the client raises means that Redis is away
        return False
    return True


def _leased(pattern: str) -> bool:
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute(
                """SELECT 1 FROM lease
                   WHERE resource LIKE %s AND expires_at > clock_timestamp() LIMIT 1""",
                [pattern],
            )
            return cursor.fetchone() is not None
    except DatabaseError:
        return False
