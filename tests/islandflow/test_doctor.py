"""doctor: what it prints, what it calls wrong, and that it stands when the services are away."""

import json
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.management import CommandError, call_command
from django.db import OperationalError

from islandflow.env import BadEnvironmentError, Environment, load
from islandflow.management.commands import doctor
from islandflow.management.commands.doctor import examine
from tests.support.doctor import FakeConnection, Rig, fact

CANARY = "canary-7f3a9b"


def test_where_all_is_well_it_says_so_and_succeeds(rig: Rig) -> None:
    printed, failure = rig.run()
    assert failure == ""
    assert printed.startswith("Settings in force\n")
    assert printed.endswith("\nNothing is wrong.\n")
    assert "Wrong" not in printed


def test_settings_come_with_their_source(rig: Rig) -> None:
    report = rig.examine(ISLANDFLOW_PORT="9000", ISLANDFLOW_SECRET_KEY="s" * 60)
    assert fact(report, "ISLANDFLOW_PORT") == "9000  (environment)"
    assert fact(report, "LOG_LEVEL") == "info  (default)"
    assert fact(report, "ISLANDFLOW_SECRET_KEY") == "set, ...ssss  (environment)"
    assert fact(report, "DATABASE_URL") == "set, ...flow  (environment)"


def test_a_setting_of_a_later_step_is_shown_only_where_it_is_set(rig: Rig) -> None:
    assert not any("ALPACA_FEED" in line for line in rig.examine().lines)
    assert fact(rig.examine(ALPACA_FEED="opra"), "ALPACA_FEED") == "opra  (environment)"


def test_a_setting_under_an_older_name_says_so(rig: Rig) -> None:
    report = rig.examine(API_PORT="9000")
    assert fact(report, "ISLANDFLOW_PORT") == "9000  (environment as API_PORT)"
    assert report.notes == ["API_PORT is now ISLANDFLOW_PORT; rename it"]


def test_versions_of_everything_are_shown(rig: Rig) -> None:
    report = rig.examine()
    assert fact(report, "PostgreSQL") == "17.5"
    assert fact(report, "TimescaleDB") == "2.19.3"
    assert fact(report, "Valkey") == "8.1.1"
    assert fact(report, "engine") == "spine-1"
    assert fact(report, "Python").startswith("3.")
    assert fact(report, "Django").startswith("5.2")


def test_redis_itself_is_named_where_it_is_no_valkey(rig: Rig) -> None:
    rig.redis({"redis_version": "7.2.4"})
    assert fact(rig.examine(), "Redis") == "7.2.4"


@pytest.mark.parametrize(
    ("licence", "words"),
    [
        ("apache", "no compression, continuous aggregates or policies"),
        ("timescale", "compression, continuous aggregates and policies may be used"),
        (None, "unknown"),
    ],
)
def test_the_licence_says_what_it_allows(rig: Rig, licence: str | None, words: str) -> None:
    rig.database((170_005, "2.19.3", licence))
    assert words in fact(rig.examine(), "TimescaleDB licence")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (
            (140_011, "2.15.0", "apache"),
            "PostgreSQL is 14; expected 15 or newer; point DATABASE_URL to a newer server, or "
            "remove it to use the project's own",
        ),
        (
            (170_005, None, None),
            "TimescaleDB is missing from this database; expected 2.15 or newer; install it on "
            "the server and run CREATE EXTENSION timescaledb, or remove DATABASE_URL",
        ),
        (
            (170_005, "2.9.3", "timescale"),
            "TimescaleDB is 2.9.3; expected 2.15 or newer; update it on the server and run "
            "ALTER EXTENSION timescaledb UPDATE",
        ),
    ],
)
def test_a_server_that_is_too_old_is_wrong(rig: Rig, answer: tuple[Any, ...], problem: str) -> None:
    rig.database(answer)
    assert rig.examine().problems == [problem]


@pytest.mark.parametrize("timescale", ["2.15.0", "2.15.0-dev", "2.19.3", "3.0.1"])
def test_a_server_that_is_new_enough_is_right(rig: Rig, timescale: str) -> None:
    rig.database((150_000, timescale, "timescale"))
    assert rig.examine().problems == []


def test_migrations_that_wait_are_wrong(rig: Rig) -> None:
    rig.migrations(3)
    assert rig.examine().problems == [
        "3 migration(s) have not run; expected none; run bin/manage migrate"
    ]


def test_a_database_that_is_away_is_said_in_a_sentence(rig: Rig) -> None:
    rig.database(OperationalError("connection refused\n\tIs the server running?"))
    report = rig.examine()
    assert fact(report, "PostgreSQL") == "away"
    assert report.problems == [
        "DATABASE_URL is set, but the server does not answer (connection refused); start bin/up, "
        "or set it to a server that runs"
    ]


def test_a_redis_that_is_away_is_said_in_a_sentence(rig: Rig) -> None:
    rig.redis(redis.ConnectionError("Connection refused."))
    report = rig.examine()
    assert fact(report, "Redis") == "away"
    assert report.problems[0].startswith("REDIS_URL is set, but the server does not answer")


def test_services_that_were_never_set_are_told_apart_from_those_that_fell(rig: Rig) -> None:
    rig.texts.pop("DATABASE_URL")
    rig.database(OperationalError())
    (problem,) = rig.examine().problems
    assert problem.startswith(
        "DATABASE_URL is not set and nothing answers on loopback (Operational"
    )
    assert "run bin/manage doctor, which starts the project's own" in problem


def test_with_everything_away_the_rest_is_still_printed(rig: Rig) -> None:
    rig.database(OperationalError("gone"))
    rig.redis(redis.TimeoutError("gone"))
    printed, failure = rig.run()
    assert failure == "2 thing(s) to put right, see above (exit 1)"
    assert printed.count(" away\n") == 2
    assert "Thresholds set by the environment\n  none" in printed
    assert "\nWrong\n  - DATABASE_URL is set" in printed
    assert "Nothing is wrong" not in printed


def test_real_services_that_are_away_end_in_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Port 1 of loopback refuses: the real Redis client and its errors, no fakes.
    environment = load({"ISLANDFLOW_HOME": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:1/0"})
    monkeypatch.setattr(doctor, "connection", FakeConnection(OperationalError("refused")))
    monkeypatch.setattr(doctor, "_attribute", lambda _module, _name: None)
    report = examine(environment)
    assert [problem.split(" is ")[0] for problem in report.problems] == [
        "DATABASE_URL",
        "REDIS_URL",
    ]


@pytest.mark.parametrize("key", ["postgres_mode", "way"])
def test_the_way_that_the_own_server_runs_is_shown(rig: Rig, key: str) -> None:
    url = rig.texts["DATABASE_URL"]
    (rig.home / "services.json").write_text(
        json.dumps({key: "user namespace", "DATABASE_URL": url})
    )
    assert fact(rig.examine(), "PostgreSQL runs") == "user namespace"


def test_a_server_elsewhere_is_external_even_beside_an_own_one(rig: Rig) -> None:
    written = {"way": "plain", "DATABASE_URL": "postgresql://own@127.0.0.1:5555/flow"}
    (rig.home / "services.json").write_text(json.dumps(written))
    assert fact(rig.examine(), "PostgreSQL runs") == "as an external server"


def test_without_a_services_file_the_address_decides(rig: Rig) -> None:
    assert fact(rig.examine(), "PostgreSQL runs") == "as an external server"
    rig.texts.pop("DATABASE_URL")
    assert fact(rig.examine(), "PostgreSQL runs") == "not yet: bin/up has not started one"


@pytest.mark.parametrize("text", [b"{", b"\xff\xff", b""])
def test_a_damaged_services_file_is_wrong(rig: Rig, text: bytes) -> None:
    (rig.home / "services.json").write_bytes(text)
    report = rig.examine()
    assert fact(report, "PostgreSQL runs") == "unknown"
    (problem,) = report.problems
    assert problem.startswith(f"{rig.home / 'services.json'} is unreadable (")


def test_a_services_file_of_another_shape_is_unknown(rig: Rig) -> None:
    (rig.home / "services.json").write_text("[]")
    assert fact(rig.examine(), "PostgreSQL runs") == "unknown"


def test_a_signing_key_that_others_can_read_is_wrong(rig: Rig) -> None:
    path = rig.home / "secret_key"
    path.write_text("k" * 60)
    path.chmod(0o644)
    assert rig.examine().problems == [
        f"{path} can be read by others; expected mode 0600; run chmod 600 on it"
    ]
    path.chmod(0o600)
    assert rig.examine().problems == []


def test_a_disk_that_is_nearly_full_is_wrong(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 10**18)
    (problem,) = rig.examine().problems
    assert "GB free; expected at least 1 GB; make room, or move ISLANDFLOW_HOME" in problem


def test_a_home_that_does_not_exist_yet_is_no_problem(rig: Rig) -> None:
    report = rig.examine(ISLANDFLOW_HOME=str(rig.home / "later"))
    assert report.problems == []
    assert "Disk" not in report.lines


def test_debug_pages_under_a_public_address_are_wrong(rig: Rig) -> None:
    (problem,) = rig.examine(
        ISLANDFLOW_DEBUG="1", ISLANDFLOW_PUBLIC_URL="https://desk.example"
    ).problems
    assert problem.startswith("ISLANDFLOW_DEBUG is true while ISLANDFLOW_PUBLIC_URL is set;")
    assert rig.examine(ISLANDFLOW_DEBUG="1").problems == []


def test_notes_alone_do_not_fail(rig: Rig) -> None:
    printed, failure = rig.run(NATS_URL="nats://old")
    assert failure == ""
    assert "\nWorth knowing\n  - NATS_URL has no effect here; remove it." in printed


def test_an_attribute_of_a_module_that_is_not_there_is_none() -> None:
    assert doctor._attribute("islandflow.no_such_module", "x") is None
    assert doctor._attribute("islandflow.env", "no_such_name") is None
    assert doctor._attribute("islandflow.env", "load") is load


def test_a_bad_environment_is_a_failure_without_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> Environment:
        raise BadEnvironmentError(("ISLANDFLOW_PORT is 0; expected more",))

    monkeypatch.setattr(doctor, "load", refuse)
    with pytest.raises(CommandError, match="ISLANDFLOW_PORT is 0; expected more"):
        call_command("doctor")


def test_no_secret_is_printed(rig: Rig) -> None:
    secret = f"{CANARY}-{'x' * 50}"
    printed, _ = rig.run(
        ISLANDFLOW_SECRET_KEY=secret,
        ISLANDFLOW_ADMIN_PASSWORD=secret,
        ALPACA_API_KEY=secret,
        DATABENTO_API_KEY=secret,
        DATABASE_URL=f"postgresql://u:{secret}@h/name",
        REDIS_URL=f"redis://:{secret}@h/0",
    )
    assert CANARY not in printed
    assert printed.count("set, ...") == 6


@pytest.mark.django_db
def test_the_real_services_of_a_test_run_are_well() -> None:
    report = examine(load())
    assert fact(report, "PostgreSQL") != "away"
    assert fact(report, "TimescaleDB").startswith("2.")
    assert not [problem for problem in report.problems if "TimescaleDB" in problem]
