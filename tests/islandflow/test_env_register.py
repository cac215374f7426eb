"""The register: complete, one row a name, and every row can be read."""

import re
from pathlib import Path

import pytest

from islandflow.env import Environment
from islandflow.env_register import BY_NAME, GROUPS, REGISTER
from islandflow.env_register.kinds import Switch, Whole
from islandflow.env_register.reading import OUR_PREFIXES
from islandflow.env_register.variable import (
    Later,
    NoMeaning,
    Renamed,
    Tuning,
    Used,
    Variable,
    later,
    no_meaning,
    renamed,
    tuning,
    used,
)

NAMES = Path(__file__).with_name("environment_names.txt").read_text("utf-8").split()
OTHERS_MAY_SET = {"LOG_LEVEL", "REDIS_URL", "DATABASE_URL"}

# Old name -> today's. Changing a row here breaks somebody's installation.
RENAMED = {
    "ALPACA_KEY_ID": "ALPACA_API_KEY_ID",
    "ALPACA_SECRET_KEY": "ALPACA_API_SECRET_KEY",
    "OPTIONS_SIGNAL_NBBO_MAX_AGE_MS": "NBBO_MAX_AGE_MS",
    "SMART_MONEY_EVENT_CALENDAR_PATH": "REFDATA_EVENT_CALENDAR_PATH",
    "EVENT_CALENDAR_PROVIDER": "REFDATA_EVENT_CALENDAR_PROVIDER",
    "API_PORT": "ISLANDFLOW_PORT",
    "API_HOST": "ISLANDFLOW_HOST",
    "LIVE_LIMIT_SMART_FLOW": "LIVE_LIMIT_SMART_MONEY",
    "LIVE_LIMIT_SMART_FLOW_ALERTS": "LIVE_LIMIT_ALERTS",
}

SECRETS = {
    "ALPACA_API_KEY",
    "ALPACA_API_KEY_ID",
    "ALPACA_API_SECRET_KEY",
    "ALPACA_KEY_ID",
    "ALPACA_SECRET_KEY",
    "ALPHA_VANTAGE_API_KEY",
    "DATABASE_URL",
    "DATABENTO_API_KEY",
    "ISLANDFLOW_ADMIN_PASSWORD",
    "ISLANDFLOW_SECRET_KEY",
    "REDIS_URL",
}

NO_EFFECT = {
    "API_CONSUMER_RESET",
    "API_DELIVER_POLICY",
    "CANDLE_CACHE_LIMIT",
    "CANDLE_CONSUMER_RESET",
    "CANDLE_DELIVER_POLICY",
    "CANDLE_INTERVALS_MS",
    "CLICKHOUSE_DATABASE",
    "CLICKHOUSE_URL",
    "COMPUTE_CONSUMER_RESET",
    "COMPUTE_DELIVER_POLICY",
    "COMPUTE_NBBO_CACHE_MAX_KEYS",
    "COMPUTE_NBBO_CACHE_TTL_MS",
    "DATABENTO_PRICE_SCALE",
    "DATABENTO_PYTHON_BIN",
    "EMIT_INTERVAL_MS",
    "ENGINE_POLICY",
    "FLOW_RETENTION_DAYS",
    "IBKR_PYTHON_BIN",
    "ISLANDFLOW_DESKTOP_START_URL",
    "ISLANDFLOW_INTERNAL_API_URL",
    "LIVE_REDIS_FLUSH_INTERVAL_MS",
    "LIVE_REDIS_FLUSH_MAX_ITEMS",
    "LIVE_SCOPED_CACHE_MAX_KEYS",
    "NATS_URL",
    "NEXT_ALLOWED_DEV_ORIGINS",
    "OPTION_CONTEXT_MAX_KEYS",
    "OPTION_CONTEXT_TTL_MS",
    "ROLLING_CACHE_FLUSH_INTERVAL_MS",
    "ROLLING_TTL_SEC",
    "FLOW_WINDOWS",
    "STREAM_DERIVED_MAX_AGE_MS",
    "STREAM_DERIVED_MAX_BYTES",
    "STREAM_RAW_MAX_AGE_MS",
    "STREAM_RAW_MAX_BYTES",
    "SYNTHETIC_ADMIN_TOKEN",
    "WEB_DEV_PORT",
}


def test_every_name_of_earlier_versions_and_of_ours_is_in_the_register() -> None:
    assert sorted(set(NAMES) - set(BY_NAME)) == []


def test_the_list_of_names_is_sorted_and_free_of_doubles() -> None:
    assert sorted(set(NAMES)) == NAMES


def test_the_register_adds_only_names_that_the_roadmap_has() -> None:
    assert set(BY_NAME) - set(NAMES) == {"ISLANDFLOW_REQUIRE_OTP"}


def test_a_name_stands_in_the_register_once() -> None:
    assert len(BY_NAME) == len(REGISTER)


def test_groups_cover_the_register_in_order_and_have_titles() -> None:
    assert [v.name for group in GROUPS for v in group.variables] == [v.name for v in REGISTER]
    assert len({group.title for group in GROUPS}) == len(GROUPS)


def test_older_names_point_to_todays() -> None:
    assert {v.name: v.status.to for v in REGISTER if isinstance(v.status, Renamed)} == RENAMED


@pytest.mark.parametrize("older", RENAMED)
def test_an_older_name_points_to_a_variable_that_is_read(older: str) -> None:
    today = BY_NAME[RENAMED[older]]
    assert today.is_read
    assert BY_NAME[older].secret == today.secret


def test_secrets_are_marked() -> None:
    assert {v.name for v in REGISTER if v.secret} == SECRETS


def test_no_name_that_sounds_like_a_secret_is_unmarked() -> None:
    suspicious = {
        v.name
        for v in REGISTER
        if v.is_read and re.search(r"(_KEY(?!S)|SECRET|PASSWORD|TOKEN)", v.name) and not v.secret
    }
    assert suspicious == set()


def test_names_without_effect_are_the_known_ones() -> None:
    web = {name for name in BY_NAME if name.startswith(("NEXT_PUBLIC_", "REPLAY_"))}
    found = {v.name for v in REGISTER if isinstance(v.status, NoMeaning)}
    assert found == NO_EFFECT | web


@pytest.mark.parametrize("variable", REGISTER, ids=lambda variable: variable.name)
def test_a_row_is_written_for_a_reader(variable: Variable) -> None:
    assert re.fullmatch(r"[A-Z][A-Z0-9_]*", variable.name)
    assert variable.meaning.strip() == variable.meaning
    assert variable.meaning.endswith(".")
    assert variable.kind.expected.strip()
    assert "|" not in variable.meaning


@pytest.mark.parametrize("variable", REGISTER, ids=lambda variable: variable.name)
def test_a_default_is_a_value_that_its_kind_accepts(variable: Variable) -> None:
    if variable.default:
        variable.kind.read(variable.default)
    if variable.secret or not variable.is_read:
        assert not variable.default


@pytest.mark.parametrize("variable", REGISTER, ids=lambda variable: variable.name)
def test_a_duration_says_its_unit(variable: Variable) -> None:
    if variable.is_read and variable.name.endswith("_MS"):
        assert variable.unit == "ms"
    if variable.is_read and variable.name.endswith(("_PCT", "_RATIO")):
        assert variable.unit == "share of one"


def test_a_misspelling_of_each_of_our_names_would_be_noticed() -> None:
    ours = {v.name for v in REGISTER if v.is_read} - OTHERS_MAY_SET
    unwatched = {name for name in ours if not name.startswith(OUR_PREFIXES)}
    # These begin with words that other programs use as well.
    assert unwatched == {
        "ALLOWED_LATENESS_MS",
        "API_CORS_ORIGINS",
        "REST_DEFAULT_LIMIT",
        "TESTING_MODE",
        "TESTING_THROTTLE_MS",
    }


def test_environment_has_exactly_the_variables_in_use() -> None:
    in_use = {v.name.lower() for v in REGISTER if isinstance(v.status, Used)}
    assert set(Environment.model_fields) == in_use


def test_a_tuning_key_is_seeded_by_one_variable_alone() -> None:
    keys = [
        key
        for v in REGISTER
        if isinstance(v.status, Tuning) and len(v.status.keys) == 1
        for key in v.status.keys
    ]
    assert len(keys) == len(set(keys))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", key) for key in keys)


def test_a_variable_for_several_keys_shares_only_keys_that_have_a_variable_of_their_own() -> None:
    statuses = [v.status for v in REGISTER if isinstance(v.status, Tuning)]
    single = {status.keys[0] for status in statuses if len(status.keys) == 1}
    several = [status.keys for status in statuses if len(status.keys) > 1]
    assert several == [("cluster_gap_ms", "cluster_max_span_ms")]
    assert set(several[0]) <= single


def test_a_later_variable_names_a_step_of_the_roadmap() -> None:
    steps = {v.status.step for v in REGISTER if isinstance(v.status, Later)}
    assert steps <= set(range(2, 12))


def test_rows_are_built_with_their_status() -> None:
    rows = [
        used("A", Switch(), "true", "Is a switch."),
        later("B", 5, Whole(0, 9), "1", "Is a number.", unit="ms", secret=True),
        tuning("C", "one two", Whole(0, 9), "1", "Is two keys."),
        renamed("D", "A"),
        no_meaning("E", "Has gone."),
    ]
    assert [row.status for row in rows] == [
        Used(),
        Later(5),
        Tuning(("one", "two")),
        Renamed("A"),
        NoMeaning("Has gone."),
    ]
    assert [row.is_read for row in rows] == [True, True, True, False, False]
    assert rows[0].names == ("A",)
    assert rows[1].names == ("B", "B_FILE")
    assert rows[1].unit == "ms"
    assert rows[3].meaning == "Older name of A."
    assert rows[4].meaning == "Has gone."
