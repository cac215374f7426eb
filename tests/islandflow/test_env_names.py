"""Names that are older, misspelt, of a later step, or without effect."""

import pytest

from islandflow.env import load
from islandflow.env_register import REGISTER
from islandflow.env_register.variable import NoMeaning, Renamed
from tests.support.environment import NOWHERE, problems, source


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
