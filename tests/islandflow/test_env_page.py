"""The documentation of the environment is what the register gives; values are shown masked."""

import ast
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from islandflow.env import load
from islandflow.env_register import BY_NAME, GROUPS, REGISTER
from islandflow.env_register.kinds import PROJECT, Failpoint, Value
from islandflow.env_register.page import environment_page, example_file, shown
from islandflow.env_register.reading import Reading
from islandflow.env_register.variable import Used
from islandflow.management.commands import environment_docs


def row(name: str) -> str:
    (line,) = [x for x in environment_page().splitlines() if x.startswith(f"| `{name}` ")]
    return line


def test_the_page_in_the_repository_is_current() -> None:
    assert (PROJECT / "docs/environment.md").read_text("utf-8") == environment_page()


def test_the_example_in_the_repository_is_current() -> None:
    assert (PROJECT / ".env.example").read_text("utf-8") == example_file()


@pytest.mark.parametrize("name", BY_NAME)
def test_a_row_has_six_cells(name: str) -> None:
    assert row(name).replace(r"\|", "").count("|") == 7


def test_every_group_is_a_section() -> None:
    titles = [x[3:] for x in environment_page().splitlines() if x.startswith("## ")]
    assert titles == [group.title for group in GROUPS]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("ISLANDFLOW_PORT", "used"),
        ("CLUSTER_WINDOW_MS", "tuning: `cluster_gap_ms`, `cluster_max_span_ms`"),
        ("DARK_INFER_WINDOW_MS", "tuning: `dark_window_ms`"),
        ("CANDLE_MAX_LATE_MS", "tuning: `candle_lateness_ms`"),
        ("REST_DEFAULT_LIMIT", "step 7"),
        ("API_PORT", "renamed: `ISLANDFLOW_PORT`"),
        ("NATS_URL", "no effect"),
    ],
)
def test_a_row_says_its_status(name: str, status: str) -> None:
    assert row(name).split(" | ")[1] == status


def test_a_row_says_default_expectation_unit_and_meaning() -> None:
    assert row("ALPACA_MAX_DTE_DAYS") == (
        "| `ALPACA_MAX_DTE_DAYS` | step 5 | `30` | a whole number from 0 to 1500 | days | "
        "Farthest expiry. |"
    )


def test_a_secret_says_so_and_has_no_default() -> None:
    assert row("DATABASE_URL").split(" | ")[2] == "not set"
    assert row("DATABASE_URL").endswith("Secret. |")


def test_the_example_changes_nothing_and_shows_every_variable_in_use() -> None:
    lines = example_file().splitlines()
    assert all(not line or line.startswith("#") for line in lines)
    for variable in REGISTER:
        is_shown = f"# {variable.name}={variable.default}" in lines
        assert is_shown == isinstance(variable.status, Used)


def test_the_example_with_its_marks_taken_off_is_a_valid_environment() -> None:
    pairs = [
        line[2:].split("=", 1)
        for line in example_file().splitlines()
        if line.startswith("# ") and line[2:].split("=")[0] in BY_NAME
    ]
    home = {"ISLANDFLOW_HOME": "/nowhere/islandflow"}
    given_all = load(dict(pairs) | home)
    assert given_all.model_dump() == load(home).model_dump()


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("ISLANDFLOW_DEBUG", True, "true"),
        ("ISLANDFLOW_DEBUG", False, "false"),
        ("ISLANDFLOW_PORT", 8000, "8000"),
        ("ISLANDFLOW_ALLOWED_HOSTS", ("a", "b"), "a,b"),
        ("ISLANDFLOW_HOME", Path("/srv/flow"), "/srv/flow"),
        ("ISLANDFLOW_FAILPOINT", Failpoint("commit", 3), "commit:3"),
        ("ALPACA_MONEYNESS_PCT", 0.06, "0.06"),
        ("ISLANDFLOW_PUBLIC_URL", None, "not set"),
        ("ISLANDFLOW_ADMIN_PASSWORD", None, "not set"),
        ("ISLANDFLOW_ADMIN_PASSWORD", "short-secret", "set"),
        ("ISLANDFLOW_ADMIN_PASSWORD", "sixteen-letters!", "set, ...ers!"),
    ],
)
def test_a_value_is_shown(name: str, value: Value | None, text: str) -> None:
    assert shown(Reading(BY_NAME[name], value, "environment")) == text


@given(st.text(min_size=5))
def test_a_shown_secret_has_at_most_four_of_its_characters(secret: str) -> None:
    text = shown(Reading(BY_NAME["DATABENTO_API_KEY"], secret, "environment"))
    assert text in {"set", f"set, ...{secret[-4:]}"}
    assert (text == "set") == (len(secret) < 16)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(environment_docs, "PROJECT", tmp_path)
    return tmp_path


def said(*arguments: str) -> str:
    output = io.StringIO()
    call_command("environment_docs", *arguments, stdout=output)
    return output.getvalue()


def test_the_command_writes_both_files_and_then_finds_them_current(project: Path) -> None:
    assert said() == "docs/environment.md written\n.env.example written\n"
    assert (project / "docs/environment.md").read_text("utf-8") == environment_page()
    assert (project / ".env.example").read_text("utf-8") == example_file()
    assert said() == "docs/environment.md is current\n.env.example is current\n"
    assert said("--check") == "docs/environment.md is current\n.env.example is current\n"


@pytest.mark.parametrize("name", ["docs/environment.md", ".env.example"])
def test_the_check_fails_on_an_old_file_and_writes_nothing(project: Path, name: str) -> None:
    said()
    (project / name).write_text("old")
    with pytest.raises(CommandError, match=r"not current; .* run bin/manage environment_docs"):
        said("--check")
    assert (project / name).read_text("utf-8") == "old"


def test_the_check_fails_on_a_missing_file(project: Path) -> None:
    with pytest.raises(CommandError):
        said("--check")
    assert list(project.rglob("*.md")) == []


def own_names_read_in(source: str) -> list[str]:
    """Return the variables of ours that the source takes out of os.environ itself.

    Setting one, passing all of them on to a program, and names of others (PYTHONPATH) are free.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case (
                ast.Subscript(value=mapping, slice=name, ctx=ast.Load())
                | ast.Call(func=ast.Attribute(value=mapping, attr="get" | "pop"), args=[name, *_])
                | ast.Compare(left=name, comparators=[mapping])
            ) if ast.unparse(mapping) == "os.environ":
                found.append(name)
            case ast.Call(func=ast.Attribute(attr="getenv"), args=[name, *_]):
                found.append(name)
    texts = [n.value if isinstance(n, ast.Constant) else ast.unparse(n) for n in found]
    return [str(text) for text in texts if text in BY_NAME or not str(text).isupper()]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("x = os.environ['LOG_LEVEL']", ["LOG_LEVEL"]),
        ("x = os.environ.get('LOG_LEVEL', 'info')", ["LOG_LEVEL"]),
        ("x = 'REDIS_URL' in os.environ", ["REDIS_URL"]),
        ("x = os.getenv('DATABASE_URL')", ["DATABASE_URL"]),
        ("x = os.environ[name]", ["name"]),
        ("x = os.environ['PYTHONPATH']", []),
        ("os.environ['DATABASE_URL'] = url", []),
        ("run(env={**os.environ, 'LOG_LEVEL': 'info'})", []),
        ("x = self.environ['LOG_LEVEL']", []),
    ],
)
def test_the_search_for_readers_finds_readers(source: str, names: list[str]) -> None:
    assert own_names_read_in(source) == names


def test_nothing_but_env_reads_our_variables() -> None:
    apps = ["islandflow", "flow", "ingest", "signals", "news", "replay"]
    files = [path for app in apps for path in (PROJECT / app).rglob("*.py")]
    readers = {
        str(path.relative_to(PROJECT)): names
        for path in files
        if (names := own_names_read_in(path.read_text("utf-8")))
    }
    assert readers == {}
