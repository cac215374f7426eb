"""One value that each variable takes, and one that it refuses: the register, row by row."""

from pathlib import Path

import pytest

from islandflow.env import BadEnvironmentError, load
from islandflow.env_register import REGISTER
from islandflow.env_register.kinds import Failpoint, Value
from islandflow.env_register.variable import Tuning

HOME = {"ISLANDFLOW_HOME": "/nowhere/islandflow"}
KEY = "k" * 50

# name, a text it takes, the value that gives, a text it refuses
ROWS: list[tuple[str, str, Value, str]] = [
    ("ISLANDFLOW_HOME", "/srv/flow", Path("/srv/flow"), "a\x00b"),
    ("ISLANDFLOW_HOST", "::1", "::1", "a host"),
    ("ISLANDFLOW_PORT", "1", 1, "0"),
    ("ISLANDFLOW_PUBLIC_URL", "http://desk:8000", "http://desk:8000", "ftp://desk"),
    ("ISLANDFLOW_ALLOWED_HOSTS", ".desk.example", (".desk.example",), "desk.example,*"),
    ("ISLANDFLOW_ADMIN_PASSWORD", "twelve-signs", "twelve-signs", "eleven-sign"),
    ("ISLANDFLOW_SECRET_KEY", KEY, KEY, KEY[1:]),
    ("ISLANDFLOW_DEBUG", "YES", True, "enabled"),
    ("ISLANDFLOW_REQUIRE_OTP", "1", True, "maybe"),
    ("ISLANDFLOW_SHARED_DATA", "/data", Path("/data"), "\x00"),
    ("ISLANDFLOW_CHROMIUM", "/bin/chromium", Path("/bin/chromium"), "\x00"),
    ("ISLANDFLOW_SYNTHETIC_RATE", "20000", 20_000, "0"),
    ("ISLANDFLOW_FIREHOSE_RATE", "20000", 20_000, "20001"),
    ("ISLANDFLOW_SYNTHETIC_HOURS", "session", "session", "open"),
    ("ISLANDFLOW_SYNTHETIC_SEED", "0", 0, "-1"),
    ("ISLANDFLOW_SYNTHETIC_NEWS_RATE", "0.5", 0.5, "6001"),
    ("ISLANDFLOW_FAILPOINT", "step_commit:12", Failpoint("step_commit", 12), "step_commit"),
    ("DATABASE_URL", "postgres://h/n", "postgres://h/n", "sqlite:///n"),
    ("REDIS_URL", "unix:///run/v.sock", "unix:///run/v.sock", "http://cache"),
    ("LOG_LEVEL", "Debug", "debug", "verbose"),
    ("OPTIONS_INGEST_ADAPTER", "databento", "databento", "polygon"),
    ("EQUITIES_INGEST_ADAPTER", "alpaca", "alpaca", "databento"),
    ("NEWS_INGEST_ADAPTER", "alpaca", "alpaca", "benzinga"),
    ("SYNTHETIC_MARKET_MODE", "firehose", "firehose", "calm"),
    ("SYNTHETIC_OPTIONS_MODE", "active", "active", "calm"),
    ("SYNTHETIC_EQUITIES_MODE", "realistic", "realistic", "calm"),
    ("SYNTHETIC_CONTROL_ENABLED", "false", False, "off"),
    ("TESTING_MODE", "true", True, "on"),
    ("TESTING_THROTTLE_MS", "0", 0, "60001"),
    ("ALPACA_API_KEY", "token", "token", "to\nken"),
    ("ALPACA_API_KEY_ID", "AK1", "AK1", "A\tK"),
    ("ALPACA_API_SECRET_KEY", "s", "s", "s\x00"),
    ("ALPACA_REST_URL", "http://127.0.0.1:9", "http://127.0.0.1:9", "127.0.0.1:9"),
    ("ALPACA_WS_BASE_URL", "ws://127.0.0.1:9/v1", "ws://127.0.0.1:9/v1", "http://127.0.0.1"),
    ("ALPACA_FEED", "OPRA", "opra", "sip"),
    ("ALPACA_UNDERLYINGS", "spy, brk.b", ("SPY", "BRK.B"), "SPY NVDA"),
    ("ALPACA_STRIKES_PER_SIDE", "8", 8, "0"),
    ("ALPACA_MAX_DTE_DAYS", "0", 0, "-1"),
    ("ALPACA_MONEYNESS_PCT", "0.06", 0.06, "6"),
    ("ALPACA_MONEYNESS_FALLBACK_PCT", "1", 1.0, "0"),
    ("ALPACA_MAX_QUOTES", "200", 200, "1"),
    ("ALPACA_EQUITIES_FEED", "sip", "sip", "opra"),
    ("ALPACA_NEWS_BACKFILL_LIMIT", "50", 50, "51"),
    ("ALPACA_NEWS_WEBSOCKET_PATH", "/v2/news", "/v2/news", "v2/news"),
    ("DATABENTO_API_KEY", "db-1", "db-1", "\x07"),
    ("DATABENTO_START", "2025-01-17", "2025-01-17", "yesterday"),
    ("DATABENTO_END", "2025-01-17T21:00:00Z", "2025-01-17T21:00:00Z", "1737147600"),
    ("DATABENTO_DATASET", "OPRA.PILLAR", "OPRA.PILLAR", "opra"),
    ("DATABENTO_SCHEMA", "tcbbo", "tcbbo", "mbo"),
    ("DATABENTO_NBBO_SCHEMA", "cmbp-1", "cmbp-1", "tbbo"),
    ("DATABENTO_SYMBOLS", "SPY.OPT,ALL", ("SPY.OPT", "ALL"), "SPY.OPT,"),
    ("DATABENTO_STYPE_IN", "raw_symbol", "raw_symbol", "smart"),
    ("DATABENTO_STYPE_OUT", "instrument_id", "instrument_id", "isin"),
    ("DATABENTO_LIMIT", "0", 0, "none"),
    ("IBKR_HOST", "tws.local", "tws.local", "tws local"),
    ("IBKR_PORT", "4002", 4_002, "65536"),
    ("IBKR_CLIENT_ID", "7", 7, "-7"),
    ("IBKR_SYMBOL", "spy", ("SPY",), "$SPY"),
    ("IBKR_EXPIRY", "20270115", "20270115", "2027-01-15"),
    ("IBKR_STRIKE", "450.5", 450.5, "0"),
    ("IBKR_RIGHT", "p", "P", "put"),
    ("IBKR_EXCHANGE", "CBOE", "CBOE", "cboe"),
    ("IBKR_CURRENCY", "USD", "USD", "dollar"),
    ("REFDATA_EVENT_CALENDAR_PATH", "/srv/events.json", Path("/srv/events.json"), "\x00"),
    ("REFDATA_EVENT_CALENDAR_PROVIDER", "alpha_vantage", "alpha_vantage", "yahoo"),
    ("ALPHA_VANTAGE_API_KEY", "av", "av", "a\nv"),
    ("ALPHA_VANTAGE_URL", "http://127.0.0.1:9", "http://127.0.0.1:9", "ftp://x"),
    ("ALPHA_VANTAGE_EARNINGS_HORIZON", "12month", "12month", "1month"),
    ("ALPHA_VANTAGE_EARNINGS_SYMBOL", "IBM", "IBM", "IBM,SPY"),
    ("REFDATA_EVENT_CALENDAR_REFRESH_MS", "0", 0, "-1"),
    ("REFDATA_OPTION_EOD_PATH", "/srv/eod", Path("/srv/eod"), "\x00"),
    ("REST_DEFAULT_LIMIT", "1000", 1_000, "1001"),
    ("LIVE_LAG_WARN_MS", "5000", 5_000, "5s"),
    ("LIVE_LIMIT_DEFAULT", "100000", 100_000, "100001"),
    ("LIVE_LIMIT_OPTIONS", "1", 1, "0"),
    ("LIVE_LIMIT_NBBO", "10000", 10_000, "many"),
    ("LIVE_LIMIT_EQUITIES", "10000", 10_000, "1.5"),
    ("LIVE_LIMIT_EQUITY_QUOTES", "500", 500, "0"),
    ("LIVE_LIMIT_EQUITY_JOINS", "500", 500, "0"),
    ("LIVE_LIMIT_FLOW", "500", 500, "0"),
    ("LIVE_LIMIT_SMART_MONEY", "300", 300, "0"),
    ("LIVE_LIMIT_CLASSIFIER_HITS", "300", 300, "0"),
    ("LIVE_LIMIT_ALERTS", "300", 300, "0"),
    ("LIVE_LIMIT_INFERRED_DARK", "300", 300, "0"),
    ("LIVE_LIMIT_NEWS", "100", 100, "0"),
    ("API_CORS_ORIGINS", "https://a.example,http://b:1", ("https://a.example", "http://b:1"), "*"),
    ("API_RATE_LIMIT_ENABLED", "no", False, "nein"),
    ("API_RATE_LIMIT_WINDOW_MS", "1000", 1_000, "999"),
    ("API_RATE_LIMIT_REST_MAX", "1", 1, "0"),
    ("API_RATE_LIMIT_LOOKUP_MAX", "1", 1, "0"),
    ("API_RATE_LIMIT_WS_MAX", "1", 1, "0"),
]
IDS = [row[0] for row in ROWS]


def test_the_table_has_every_variable_that_is_read_and_is_no_threshold() -> None:
    expected = [v.name for v in REGISTER if v.is_read and not isinstance(v.status, Tuning)]
    assert expected == IDS


@pytest.mark.parametrize(("name", "text", "value", "refused"), ROWS, ids=IDS)
def test_a_variable_takes_its_value(name: str, text: str, value: Value, refused: str) -> None:
    (reading,) = [r for r in load(HOME | {name: text}).readings if r.variable.name == name]
    assert reading.value == value
    assert type(reading.value) is type(value)
    assert reading.source == "environment"
    assert text != refused


@pytest.mark.parametrize(("name", "text", "value", "refused"), ROWS, ids=IDS)
def test_a_variable_refuses_another(name: str, text: str, value: Value, refused: str) -> None:
    with pytest.raises(BadEnvironmentError) as refusal:
        load(HOME | {name: refused})
    (problem,) = refusal.value.problems
    assert problem.startswith(f"{name} is ")
    assert "; expected " in problem
    assert "; correct it, or remove it " in problem
