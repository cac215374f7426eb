"""The commands as a person uses them, and beat's jobs on New York's clock."""

import zipfile
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from celery.exceptions import Retry
from django.conf import settings
from django.core.management import CommandError, call_command
from django_celery_beat.models import PeriodicTask
from pydantic import SecretStr

from flow.models import OptionEod, ReferenceLoad, ScheduledEvent
from flow.tasks import load_option_eod, refresh_calendar
from islandflow.env import Environment
from tests.support.reference import answer, earnings

pytestmark = pytest.mark.usefixtures("log_db")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Give what a test puts over the environment's values."""
    changes: dict[str, object] = {}

    class Changed:
        def __getattr__(self, name: str) -> object:
            return changes.get(name, getattr(original, name))

    original: Environment = settings.ENV
    monkeypatch.setattr(settings, "ENV", Changed())
    return changes


def run(*words: str) -> list[str]:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue().splitlines()


def earnings_file(folder: Path, *rows: str) -> str:
    path = folder / "earnings.csv"
    path.write_bytes(answer(*(rows or (earnings(),))))
    return str(path)


def zip_file(folder: Path) -> Path:
    path = folder / "spy/20231116_openinterest_american.zip"
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        name = "20231116_spy_minute_openinterest_american_call_4500000_20231215.csv"
        archive.writestr(name, "23400000,77\n")
    return path


def test_import_tells_what_became_of_the_rows(tmp_path: Path) -> None:
    path = earnings_file(tmp_path, earnings(), earnings("CNH_OLD"))
    lines = run("reference", "import", "calendar", path, "--known-from", "2025-01-20")

    assert lines[0] == (
        "calendar from earnings.csv: 2 rows, 1 accepted (1 new or changed), 1 skipped"
    )
    assert lines[1].startswith("  bad_underlying: 1; calendar row has 'CNH_OLD'")
    # A day's end in New York.
    assert ScheduledEvent.objects.get().known_from == datetime(2025, 1, 21, 4, 59, 59, tzinfo=UTC)


def test_show_tells_what_was_known_then(tmp_path: Path) -> None:
    run("reference", "import", "calendar", earnings_file(tmp_path),
        "--known-from", "2025-01-20T21:00:00Z")  # fmt: skip
    actions = tmp_path / "actions.json"
    actions.write_text(
        '[{"symbol": "AAPL", "kind": "split", "effective_date": "2020-08-31",'
        ' "numerator": 4, "denominator": 1}]'
    )
    run("reference", "import", "actions", str(actions))

    assert run("reference", "show", "aapl", "--as-of", "2025-01-21T15:00:00Z") == [
        "AAPL as of 2025-01-21 10:00 EST",
        "what: stock",
        "options: 2025-01-21 09:30 EST to 2025-01-21 16:00 EST",
        "action: 2020-08-31 split 4:1",
        "event: earnings 2025-01-31 08:00 EST or later, at the latest 2025-01-31 16:05 EST,"
        " in 10.2535 days, known since 2025-01-20 16:00 EST",
    ]
    assert "event" not in "".join(run("reference", "show", "AAPL", "--as-of", "2025-01-19"))


@pytest.mark.parametrize(
    ("symbol", "day", "line"),
    [
        ("SPY", "2026-11-25", "options: 2026-11-25 09:30 EST to 2026-11-25 16:15 EST"),
        ("SPY", "2026-11-27", "options: 2026-11-27 09:30 EST to 2026-11-27 13:15 EST"),
        ("SPXW", "2026-07-01", "options: 2026-07-01 09:30 EDT to 2026-07-01 16:15 EDT"),
        ("IBM", "2026-11-27", "options: 2026-11-27 09:30 EST to 2026-11-27 13:00 EST"),
        ("IBM", "2026-11-26", "options: no session on 2026-11-26"),
    ],
)
def test_show_tells_the_sessions_of_the_product(symbol: str, day: str, line: str) -> None:
    assert line in run("reference", "show", symbol, "--as-of", day)


def test_open_interest_is_imported_and_its_holes_are_told(tmp_path: Path) -> None:
    zip_file(tmp_path)
    (report,) = run("reference", "import", "option-eod", str(tmp_path))

    assert "spy/20231116_openinterest_american.zip: 1 rows, 1 accepted" in report
    assert run("reference", "check", "--date", "2023-11-16") == ["SPY: 1 of 1 contracts"]
    assert run("reference", "check", "spy", "--date", "2023-11-15") == [
        "SPY: 0 of 1 contracts; missing SPY-2023-12-15-450-C"
    ]
    assert run("reference", "check", "--date", "2024-11-15") == [
        "no contract of 2024-11-15 is known"
    ]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("sp500", "Symbol,Security,GICS Sector\nA,Agilent,Health Care\n"),
        ("symbols", "symbol,name,kind\nSPY,SPDR,etf\n"),
        ("aliases", "alias,symbol,valid_to\nFB,META,2022-06-09\n"),
        ("actions", "symbol,kind,effective_date,amount\nA,dividend,2020-01-02,0.5\n"),
        ("adjustments", "root,underlying,effective_date,multiplier\nA1,A,2020-01-02,10\n"),
    ],
)
def test_every_kind_of_file_imports(tmp_path: Path, kind: str, text: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(text)

    assert run("reference", "import", kind, str(path))[0].startswith(f"{kind} from rows.csv: 1 row")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("reference", "import", "calendar", "none.csv"), "none.csv cannot be read"),
        (("reference", "import", "calendar", "none.csv", "--known-from", "x"), "--known-from is x"),
        (("reference", "import", "sp500", "none.csv", "--effective", "x"), "--effective is x"),
        (("reference", "show", "A", "--as-of", "2025-01-01T10:00"), "with its offset"),
        (("reference", "check", "--date", "x"), "--date is x; expected a date"),
        (("refresh_calendar",), "no source is configured"),
    ],
)
def test_a_wrong_call_is_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(*words)


def test_refresh_imports_the_configured_file(
    tmp_path: Path, environment: dict[str, object]
) -> None:
    environment["refdata_event_calendar_path"] = Path(earnings_file(tmp_path))

    assert "1 accepted" in run("refresh_calendar")[0]
    assert run("refresh_calendar") == ["nothing is new"]


def test_a_provider_without_a_key_says_what_to_set(environment: dict[str, object]) -> None:
    environment["refdata_event_calendar_provider"] = "alpha_vantage"

    with pytest.raises(CommandError, match="set ALPHA_VANTAGE_API_KEY"):
        run("refresh_calendar")
    refresh_calendar()  # beat's job logs it and does not fail


def test_beats_job_keeps_what_was_known_when_the_provider_is_away(
    environment: dict[str, object], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run("reference", "import", "calendar", earnings_file(tmp_path))
    environment["refdata_event_calendar_provider"] = "alpha_vantage"
    environment["alpha_vantage_api_key"] = SecretStr("SECRETKEY")
    environment["alpha_vantage_url"] = "http://127.0.0.1:1"

    refresh_calendar()

    assert ScheduledEvent.objects.count() == 1
    assert ReferenceLoad.objects.filter(ok=False).count() == 1
    assert "SECRETKEY" not in caplog.text + ReferenceLoad.objects.get(ok=False).detail


def test_the_morning_job_loads_new_files_and_tries_again_when_one_is_broken(
    tmp_path: Path, environment: dict[str, object]
) -> None:
    load_option_eod()  # no folder is configured
    environment["refdata_option_eod_path"] = tmp_path
    path = zip_file(tmp_path)
    load_option_eod()
    load_option_eod()
    path.write_bytes(b"cut")

    with pytest.raises(Retry):
        load_option_eod.apply(throw=True)
    assert OptionEod.objects.count() == 1
    assert ReferenceLoad.objects.count() == 1


# Beat


@pytest.mark.parametrize(
    ("name", "task", "hour", "minute"),
    [
        ("End of day of options", "flow.load_option_eod", "7", "0"),
        ("Event calendar", "flow.refresh_calendar", "*", "17"),
    ],
)
def test_beat_knows_the_jobs_and_lets_them_expire(
    name: str, task: str, hour: str, minute: str
) -> None:
    job = PeriodicTask.objects.get(name=name)

    assert (job.task, job.enabled) == (task, True)
    assert 0 < job.expire_seconds < 24 * 3600
    assert str(job.crontab.timezone) == "America/New_York"
    assert (job.crontab.hour, job.crontab.minute) == (hour, minute)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-06T11:59:59", False), ("2026-03-06T12:00:01", True),  # winter: 12:00 UTC
        ("2026-03-09T10:59:59", False), ("2026-03-09T11:00:01", True),  # summer: 11:00 UTC
        ("2026-11-02T11:59:59", False), ("2026-11-02T12:00:01", True),
    ],
)  # fmt: skip
def test_seven_o_clock_follows_new_york_over_a_change_of_clocks(now: str, due: bool) -> None:
    schedule = PeriodicTask.objects.get(name="End of day of options").crontab.schedule
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    schedule.nowfun = lambda: instant
    yesterday = instant.replace(hour=13) - (instant - instant.replace(day=instant.day - 1))

    assert schedule.is_due(yesterday).is_due is due
