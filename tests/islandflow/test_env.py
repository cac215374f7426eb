"""Loading the environment: values, sources, problems."""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from islandflow import env
from islandflow.env import BadEnvironmentError, load, tuning_values
from islandflow.env_register import REGISTER
from islandflow.env_register.kinds import PROJECT, Failpoint
from tests.support.environment import NOWHERE, problems, source


@pytest.fixture
def dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the process an environment of its own and an empty .env."""
    monkeypatch.setattr(os, "environ", {"ISLANDFLOW_HOME": str(tmp_path)})
    monkeypatch.setattr(env, "DOTENV", tmp_path / ".env")
    return tmp_path / ".env"


def test_an_empty_environment_gives_the_defaults() -> None:
    environment = load(NOWHERE)
    assert environment.islandflow_home == Path("/nowhere/islandflow")
    assert environment.islandflow_host == "127.0.0.1"
    assert environment.islandflow_port == 8000
    assert environment.islandflow_public_url is None
    assert environment.islandflow_allowed_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert environment.islandflow_admin_password is None
    assert environment.islandflow_debug is False
    assert environment.islandflow_shared_data == PROJECT.parent / "shared/data"
    assert environment.islandflow_chromium is None
    assert environment.islandflow_synthetic_rate is None
    assert environment.synthetic_market_mode == "realistic"
    assert environment.synthetic_options_mode is None
    assert environment.synthetic_control_enabled is True
    assert environment.islandflow_synthetic_seed == 11
    assert environment.islandflow_failpoint is None
    assert environment.database_url is None
    assert environment.redis_url is None
    assert environment.log_level == "info"
    assert environment.options_ingest_adapter == "synthetic"
    assert environment.equities_ingest_adapter == "synthetic"
    assert environment.warnings == ()
    assert environment.renamed_in_use == {}
    assert environment.tuning == {}


def test_the_default_home_lies_in_the_project() -> None:
    assert load({}).islandflow_home == PROJECT / "var"


def test_values_are_typed(home: dict[str, str]) -> None:
    environment = load(
        home
        | {
            "ISLANDFLOW_PORT": " 9000 ",
            "ISLANDFLOW_DEBUG": "Yes",
            "ISLANDFLOW_ALLOWED_HOSTS": "a.example, b.example",
            "ISLANDFLOW_FAILPOINT": "before_commit:3",
            "ISLANDFLOW_CHROMIUM": "/usr/bin/chromium",
            "DATABASE_URL": "postgresql://u:p@h/n",
            "LOG_LEVEL": "WARN",
            "OPTIONS_INGEST_ADAPTER": "Massive",
        }
    )
    assert environment.islandflow_port == 9000
    assert environment.islandflow_debug is True
    assert environment.islandflow_allowed_hosts == ("a.example", "b.example")
    assert environment.islandflow_failpoint == Failpoint("before_commit", 3)
    assert environment.islandflow_chromium == Path("/usr/bin/chromium")
    assert environment.database_url == SecretStr("postgresql://u:p@h/n")
    assert environment.log_level == "warning"
    assert environment.options_ingest_adapter == "massive"


def test_an_empty_text_is_not_set(home: dict[str, str]) -> None:
    environment = load(home | {"ISLANDFLOW_PORT": "", "DATABASE_URL": "  ", "NATS_URL": ""})
    assert environment.islandflow_port == 8000
    assert environment.database_url is None
    assert environment.warnings == ()


def test_an_environment_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        load(NOWHERE).islandflow_port = 1


def test_every_problem_is_said_at_once() -> None:
    found = problems(
        {"ISLANDFLOW_PORT": "70000", "ISLANDFLOW_DEBUG": "on", "DARK_INFER_WINDOW_MS": "x"}
    )
    assert found == (
        "ISLANDFLOW_PORT is 70000; expected a whole number from 1 to 65535; "
        "correct it, or remove it for the default 8000",
        "ISLANDFLOW_DEBUG is on; expected true or false (also 1 or 0, yes or no); "
        "correct it, or remove it for the default false",
        "DARK_INFER_WINDOW_MS is x; expected a whole number from 1 to 3600000; "
        "correct it, or remove it for the default 60000",
    )


def test_the_text_of_the_refusal_holds_every_problem() -> None:
    refusal = BadEnvironmentError(("A is 1", "B is 2"))
    assert str(refusal) == "The environment has 2 problem(s):\n  A is 1\n  B is 2"
    assert refusal.problems == ("A is 1", "B is 2")


def test_a_variable_without_default_is_to_be_left_unset() -> None:
    (problem,) = problems({"ISLANDFLOW_PUBLIC_URL": "desk.example"})
    assert problem == (
        "ISLANDFLOW_PUBLIC_URL is desk.example; expected an address that starts with https:// "
        "or http://; correct it, or remove it to leave it unset"
    )


def test_a_star_among_the_host_names_is_refused() -> None:
    (problem,) = problems({"ISLANDFLOW_ALLOWED_HOSTS": "*"})
    assert "expected host names (no *), separated by commas" in problem


def test_a_line_break_in_a_value_does_not_break_the_sentence() -> None:
    (problem,) = problems({"ISLANDFLOW_HOST": "a\nb"})
    assert problem.startswith("ISLANDFLOW_HOST is a\\nb; expected a host name or address;")


def test_a_variable_for_a_later_step_is_checked_already() -> None:
    (problem,) = problems({"ALPACA_FEED": "sip"})
    assert "expected one of indicative, opra" in problem


def test_the_quotes_schema_whose_rows_are_trades_is_refused() -> None:
    (problem,) = problems({"DATABENTO_NBBO_SCHEMA": "tbbo"})
    assert "expected one of tcbbo, cmbp-1, cbbo-1s, cbbo-1m" in problem


def test_the_process_comes_before_the_file_and_the_file_before_the_default(dotenv: Path) -> None:
    os.environ["ISLANDFLOW_PORT"] = "9001"
    dotenv.write_text("ISLANDFLOW_PORT=9002\nISLANDFLOW_SYNTHETIC_RATE=70\n# comment\n")
    environment = load()
    assert environment.islandflow_port == 9001
    assert environment.islandflow_synthetic_rate == 70
    assert environment.islandflow_synthetic_seed == 11
    assert source(environment, "ISLANDFLOW_PORT") == "environment"
    assert source(environment, "ISLANDFLOW_SYNTHETIC_RATE") == ".env"
    assert source(environment, "ISLANDFLOW_SYNTHETIC_SEED") == "default"


def test_an_empty_text_of_the_process_leaves_the_file_in_force(dotenv: Path) -> None:
    os.environ["ISLANDFLOW_PORT"] = ""
    dotenv.write_text("ISLANDFLOW_PORT=9002\n")
    assert load().islandflow_port == 9002


def test_a_problem_in_the_file_says_so(dotenv: Path) -> None:
    dotenv.write_text("ISLANDFLOW_PORT=no\n")
    with pytest.raises(BadEnvironmentError, match=r"correct it in \.env, or remove it"):
        load()


def test_a_file_that_is_no_text_is_a_problem(dotenv: Path) -> None:
    dotenv.write_bytes(b"\xff\xff=\xff")
    with pytest.raises(BadEnvironmentError, match=r"\.env is unreadable .* expected UTF-8 text"):
        load()


def test_without_a_file_the_process_alone_counts(dotenv: Path) -> None:
    assert not dotenv.exists()
    assert load().islandflow_port == 8000


def test_an_environment_that_is_passed_in_reads_no_file(dotenv: Path) -> None:
    dotenv.write_text("ISLANDFLOW_PORT=9002\n")
    assert load(NOWHERE).islandflow_port == 8000


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environment = load(NOWHERE | {"ISLANDFLOW_HOME": str(tmp_path / "file" / "home")})
    with pytest.raises(BadEnvironmentError, match="expected a folder that can be written"):
        environment.secret_key()


def test_addresses_for_django_without_any_setting() -> None:
    environment = load(NOWHERE)
    assert environment.allowed_hosts() == ["localhost", "127.0.0.1", "[::1]"]
    assert environment.trusted_origins() == []
    assert environment.socket_origins() == ["ws://localhost:8000", "ws://127.0.0.1:8000"]
    assert environment.is_https() is False
    assert environment.database_parts()["NAME"] == "islandflow"
    assert environment.database_options() == {}
    assert environment.redis() == "redis://127.0.0.1:6379/0"


def test_addresses_for_django_behind_a_proxy() -> None:
    environment = load(
        {
            "ISLANDFLOW_PUBLIC_URL": "https://desk.example/",
            "DATABASE_URL": "postgresql://u:p%40ss@db:6543/flow?sslmode=require",
            "REDIS_URL": "rediss://:pw@cache/1",
        }
    )
    assert environment.allowed_hosts()[-2:] == ["[::1]", "desk.example"]
    assert environment.trusted_origins() == ["https://desk.example"]
    assert environment.socket_origins() == ["wss://desk.example"]
    assert environment.is_https() is True
    assert environment.database_parts()["PASSWORD"] == "p@ss"
    assert environment.database_options() == {"sslmode": "require"}
    assert environment.redis() == "rediss://:pw@cache/1"


def test_readings_follow_the_register_and_know_what_is_set() -> None:
    environment = load(NOWHERE | {"ISLANDFLOW_PORT": "8000"})
    assert [r.variable for r in environment.readings] == [v for v in REGISTER if v.is_read]
    assert [r.variable.name for r in environment.readings if r.is_set] == [
        "ISLANDFLOW_HOME",
        "ISLANDFLOW_PORT",
    ]


def test_tuning_values_are_those_that_the_environment_sets() -> None:
    assert tuning_values({"CLASSIFIER_SWEEP_MIN_PREMIUM": "55000", "LOG_LEVEL": "debug"}) == {
        "sweep_min_premium_usd": 55_000
    }


def test_tuning_values_of_a_bad_environment_are_refused() -> None:
    with pytest.raises(BadEnvironmentError):
        tuning_values({"CLUSTER_GAP_MS": "-5"})
