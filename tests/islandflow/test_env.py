"""Loading the environment: values, sources, older names, secrets, problems, warnings."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from islandflow import env
from islandflow.env import BadEnvironmentError, Environment, load, tuning_values
from islandflow.env_register import REGISTER
from islandflow.env_register.kinds import PROJECT, Failpoint
from islandflow.env_register.variable import NoMeaning, Renamed

KEY = "k" * 60
CANARY = "canary-7f3a9b"
# A home without a signing key, so that no test reads the one of this installation.
NOWHERE = {"ISLANDFLOW_HOME": "/nowhere/islandflow"}


def problems(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(BadEnvironmentError) as refusal:
        load(NOWHERE | environ)
    return refusal.value.problems


def source(environment: Environment, name: str) -> str:
    return next(r.source for r in environment.readings if r.variable.name == name)


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"ISLANDFLOW_HOME": str(tmp_path)}


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


@pytest.mark.parametrize("name", sorted(v.name for v in REGISTER if v.secret))
def test_a_refused_secret_is_not_repeated(name: str) -> None:
    value = f"{CANARY}\x07"
    (problem,) = problems({name: value})
    assert CANARY not in problem
    assert problem.startswith(f"{name} is a secret of {len(value)} characters; expected ")


@given(st.text().filter(lambda text: "\x00" not in text))
def test_a_secret_shows_in_no_text_of_the_environment(rest: str) -> None:
    texts = {"ISLANDFLOW_ADMIN_PASSWORD": CANARY + rest, "ALPACA_API_KEY": CANARY + rest}
    try:
        environment = load(NOWHERE | texts)
        said = f"{environment} {environment!r} {environment.warnings}"
    except BadEnvironmentError as refusal:
        said = f"{refusal} {refusal!r}"
    assert CANARY not in said


def test_a_secret_may_lie_in_a_file(tmp_path: Path, home: dict[str, str]) -> None:
    (tmp_path / "password").write_text("correct horse battery\n")
    environment = load(home | {"ISLANDFLOW_ADMIN_PASSWORD_FILE": str(tmp_path / "password")})
    password = environment.islandflow_admin_password
    assert password is not None
    assert password.get_secret_value() == "correct horse battery"
    assert source(environment, "ISLANDFLOW_ADMIN_PASSWORD") == f"file {tmp_path / 'password'}"
    assert environment.warnings == ()


def test_a_secret_keeps_its_blanks() -> None:
    password = load(
        NOWHERE | {"ISLANDFLOW_ADMIN_PASSWORD": " padded secret "}
    ).islandflow_admin_password
    assert password is not None
    assert password.get_secret_value() == " padded secret "


def test_an_older_name_of_a_secret_may_point_to_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "id").write_text("AK123")
    environment = load(NOWHERE | {"ALPACA_KEY_ID_FILE": str(tmp_path / "id")})
    assert source(environment, "ALPACA_API_KEY_ID") == f"file {tmp_path / 'id'} as ALPACA_KEY_ID"
    assert environment.renamed_in_use == {"ALPACA_KEY_ID": "ALPACA_API_KEY_ID"}


def test_a_secret_file_that_is_missing_is_said() -> None:
    (problem,) = problems({"DATABASE_URL_FILE": "/nowhere/url"})
    assert problem == (
        "DATABASE_URL_FILE is /nowhere/url; expected a readable file (No such file or "
        "directory); correct the path or its rights, or set DATABASE_URL"
    )


def test_a_secret_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "url").write_bytes(b"\xff\xfe\x00")
    (problem,) = problems({"DATABASE_URL_FILE": str(tmp_path / "url")})
    assert "expected a readable file (it is no readable UTF-8 text)" in problem


def test_a_secret_file_that_is_empty_is_said(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("\n")
    (problem,) = problems({"DATABASE_URL_FILE": str(tmp_path / "url")})
    assert "expected a file with the secret in it, and it is empty" in problem


def test_a_bad_secret_in_a_file_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("mysql://u:p@h/n\n")
    (problem,) = problems({"DATABASE_URL_FILE": str(tmp_path / "url")})
    assert problem.startswith("DATABASE_URL is a secret of 15 characters; expected an address")
    assert f"correct it in file {tmp_path / 'url'}" in problem


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("redis://h")
    (problem,) = problems({"REDIS_URL": "redis://h", "REDIS_URL_FILE": str(tmp_path / "url")})
    assert problem == "REDIS_URL and REDIS_URL_FILE are both set; expected one of them; remove one"


def test_a_file_is_read_for_secrets_only(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("9000")
    environment = load(NOWHERE | {"ISLANDFLOW_PORT_FILE": str(tmp_path / "port")})
    assert environment.islandflow_port == 8000
    assert environment.warnings == (
        "ISLANDFLOW_PORT_FILE is not a variable of ours; did you mean ISLANDFLOW_PORT?",
    )


def test_an_older_name_is_accepted_and_said_once() -> None:
    environment = load(NOWHERE | {"API_PORT": "4000"})
    assert environment.islandflow_port == 4000
    assert environment.renamed_in_use == {"API_PORT": "ISLANDFLOW_PORT"}
    assert environment.warnings == ("API_PORT is now ISLANDFLOW_PORT; rename it",)
    assert source(environment, "ISLANDFLOW_PORT") == "environment as API_PORT"


def test_todays_name_wins_over_an_older_one() -> None:
    environment = load(NOWHERE | {"API_PORT": "4000", "ISLANDFLOW_PORT": "8000"})
    assert environment.islandflow_port == 8000
    assert environment.warnings == ("API_PORT is ignored: ISLANDFLOW_PORT is set too; remove it",)


def test_an_older_name_with_the_same_value_is_no_warning() -> None:
    environment = load(NOWHERE | {"API_PORT": "4000", "ISLANDFLOW_PORT": "4000"})
    assert environment.warnings == ()
    assert environment.renamed_in_use == {"API_PORT": "ISLANDFLOW_PORT"}


def test_a_bad_value_under_an_older_name_is_said_with_that_name() -> None:
    (problem,) = problems({"API_PORT": "http"})
    assert problem.startswith("API_PORT is http; expected a whole number from 1 to 65535;")


@pytest.mark.parametrize(
    "older", [v.name for v in REGISTER if isinstance(v.status, Renamed) and not v.secret]
)
def test_every_older_name_reaches_todays(older: str) -> None:
    texts = {"PORT": "4000", "HOST": "0.0.0.0", "PATH": "/x", "PROVIDER": "alpha_vantage"}  # noqa: S104
    environment = load(NOWHERE | {older: texts.get(older.rsplit("_", 1)[1], "700")})
    assert len(environment.renamed_in_use) == 1
    assert sum(r.is_set for r in environment.readings) == 2  # the home is set too


@pytest.mark.parametrize("name", [v.name for v in REGISTER if isinstance(v.status, NoMeaning)])
def test_a_name_without_effect_is_said_and_changes_nothing(name: str) -> None:
    environment = load(NOWHERE | {name: "\x07 anything"})
    assert environment.model_dump() == load(NOWHERE).model_dump()
    (warning,) = environment.warnings
    assert warning.startswith(f"{name} has no effect here; remove it. ")


def test_a_variable_for_a_later_step_is_said() -> None:
    assert load(NOWHERE | {"REST_DEFAULT_LIMIT": "100"}).warnings == (
        "REST_DEFAULT_LIMIT is checked, but nothing uses it before step 7",
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("ISLANDFLOW_PROT", "did you mean ISLANDFLOW_PORT?"),
        ("DARK_INFER_WINDOW", "did you mean DARK_INFER_WINDOW_MS?"),
        ("CLASSIFIER_SWEEP_MIN_COUNTS", "did you mean CLASSIFIER_SWEEP_MIN_COUNT?"),
        ("LIVE_QQQQQQQQQQQQQQQQ", "see docs/environment.md"),
    ],
)
def test_a_misspelt_name_is_noticed(name: str, hint: str) -> None:
    assert load(NOWHERE | {name: "1"}).warnings == (f"{name} is not a variable of ours; {hint}",)


@pytest.mark.parametrize("name", ["PATH", "LANG", "DJANGO_SETTINGS_MODULE", "POSTGRES_PASSWORD"])
def test_names_of_other_programs_are_none_of_our_business(name: str) -> None:
    assert load(NOWHERE | {name: "anything"}).warnings == ()


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


def test_the_signing_key_of_the_home_is_found(tmp_path: Path, home: dict[str, str]) -> None:
    (tmp_path / "secret_key").write_text(KEY + "\n")
    environment = load(home)
    assert environment.secret_key() == KEY
    assert source(environment, "ISLANDFLOW_SECRET_KEY") == f"file {tmp_path / 'secret_key'}"


def test_the_signing_key_of_the_environment_wins(tmp_path: Path, home: dict[str, str]) -> None:
    (tmp_path / "secret_key").write_text(KEY)
    environment = load(home | {"ISLANDFLOW_SECRET_KEY": "e" * 50})
    assert environment.secret_key() == "e" * 50
    assert source(environment, "ISLANDFLOW_SECRET_KEY") == "environment"


def test_loading_writes_no_signing_key_and_asking_for_it_does(
    tmp_path: Path, home: dict[str, str]
) -> None:
    environment = load(home)
    assert list(tmp_path.iterdir()) == []
    key = environment.secret_key()
    assert load(home).secret_key() == key
    assert environment.secret_key() == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_signing_key_that_is_too_short_is_refused(tmp_path: Path, home: dict[str, str]) -> None:
    (tmp_path / "secret_key").write_text(CANARY)
    (problem,) = problems(home)
    assert "cannot serve as the signing key; expected a readable file with at least 50" in problem
    assert CANARY not in problem


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
