"""Keeping the event calendar fresh: the configured provider, the configured file, and when."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from flow.domain.units import from_datetime
from flow.reference.alpha_vantage import Account, fetch_earnings, without_key
from flow.reference.calendar_files import KIND, import_calendar, store_answer
from flow.reference.loads import LoadError, Report, newest_load, note_failure

# Beat asks every hour: without this a daily refresh would come an hour later every day.
SLACK = timedelta(minutes=30)


@dataclass(frozen=True)
class Sources:
    """What the environment names: a provider's account, a file, and how often to ask."""

    account: Account | None
    path: Path | None
    every: timedelta  # zero asks once


def configured_sources() -> Sources:
    """Return the sources of the environment. Errors: LoadError for a provider without a key."""
    env = settings.ENV
    account = None
    if env.refdata_event_calendar_provider == "alpha_vantage":
        if env.alpha_vantage_api_key is None:
            raise LoadError(
                "REFDATA_EVENT_CALENDAR_PROVIDER is alpha_vantage, but there is no key;"
                " set ALPHA_VANTAGE_API_KEY"
            )
        account = Account(
            address=env.alpha_vantage_url,
            key=env.alpha_vantage_api_key.get_secret_value(),
            horizon=env.alpha_vantage_earnings_horizon,
            symbol=env.alpha_vantage_earnings_symbol,
        )
    every = timedelta(milliseconds=env.refdata_event_calendar_refresh_ms)
    return Sources(account, env.refdata_event_calendar_path, every)


def refresh_calendar(sources: Sources, *, now_us: int, force: bool = False) -> list[Report]:
    """Ask the provider if it is time, and import the file if it has changed.

    Errors: LoadError after everything was tried; what failed keeps its old rows.
    """
    reports: list[Report] = []
    failures: list[str] = []
    if sources.account is not None and (force or is_due(sources, now_us=now_us)):
        try:
            reports.append(_ask(sources.account, now_us))
        except LoadError as error:
            failures.append(str(error))
    if sources.path is not None:
        try:
            report = import_calendar(sources.path, now_us=now_us, only_new=True)
        except LoadError as error:
            note_failure(Report(KIND, sources.path.name), str(error), now_us=now_us)
            failures.append(str(error))
        else:
            reports += [] if report is None else [report]
    if failures:
        raise LoadError("; ".join(failures))
    return reports


def is_due(sources: Sources, *, now_us: int) -> bool:
    """Return whether the provider should be asked: never answered, or too long ago."""
    assert sources.account is not None  # noqa: S101 - the caller looked
    before = newest_load(KIND, sources.account.origin)
    if before is None:
        return True
    if not sources.every:
        return False
    age = timedelta(microseconds=now_us - from_datetime(before.started_at))
    return age >= sources.every - min(SLACK, sources.every / 2)


def _ask(account: Account, now_us: int) -> Report:
    try:
        body = fetch_earnings(account)
        symbols = None if account.symbol is None else frozenset({account.symbol})
        return store_answer(body, origin=account.origin, symbols=symbols, now_us=now_us)
    except LoadError as error:
        clean = LoadError(without_key(str(error), account))
        note_failure(Report(KIND, account.origin), str(clean), now_us=now_us)
        raise clean from None
