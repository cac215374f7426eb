"""The processes that make up Islandflow; `bin/up`, `compose.yaml` and the tests share this list."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process: its command after the Python interpreter, and how it is asked to stop."""

    name: str
    purpose: str
    arguments: tuple[str, ...]
    stop_patience_s: int = 8


def processes(*, host: str, port: str, source: str, news: str) -> tuple[Process, ...]:
    """Return the processes; databases and brokers are services, not processes of this list."""
    celery = ("-m", "celery", "--app", "islandflow")
    return (
        Process(
            name="web",
            purpose="pages, API and sockets",
            arguments=("-m", "daphne", "-b", host, "-p", port, "islandflow.asgi:application"),
        ),
        Process(
            name="ingest",
            purpose="one feed into the log",
            arguments=("manage.py", "ingest", source),
        ),
        Process(
            name="news",
            purpose="one newswire into the log",
            arguments=("manage.py", "news", news),
        ),
        Process(
            name="compute",
            purpose="the engine: from the log to derived events",
            arguments=("manage.py", "compute"),
        ),
        Process(
            name="worker",
            purpose="Celery: replays, calibration, retention",
            arguments=(
                *celery,
                "worker",
                "--loglevel=INFO",
                "--concurrency=2",
                "--without-gossip",
                "--without-mingle",
            ),
        ),
        Process(
            name="beat",
            purpose="Celery's clock; the schedule is rows",
            arguments=(
                *celery,
                "beat",
                "--loglevel=INFO",
                "--scheduler=django_celery_beat.schedulers:DatabaseScheduler",
                "--pidfile=",
            ),
        ),
    )
