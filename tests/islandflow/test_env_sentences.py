"""Per variable: its default as a value, and the whole sentence that refuses a wrong text.

`test_env_values` holds what each variable takes; here stand the words an operator reads.
"""

from pathlib import Path

import pytest

from islandflow.env import BadEnvironmentError, load
from islandflow.env_register import BY_NAME, REGISTER
from islandflow.env_register.kinds import DAY_OR_INSTANT, PROJECT, TICKERS, Text, Value

HOME = {"ISLANDFLOW_HOME": "/nowhere/islandflow"}
SWITCH, PATH = "true or false (also 1 or 0, yes or no)", "a path"


def whole(low: int, high: int) -> str:
    return f"a whole number from {low} to {high}"


def number(low: float | str, high: float | str) -> str:
    return f"a number from {low} to {high}"


def one(words: str) -> str:
    return f"one of {words}"


# name, its default as a text, a text that it refuses, what the refusal expects
ROWS: list[tuple[str, str, str, str]] = [
    ("ISLANDFLOW_HOME", "var", "a\x00b", PATH),
    ("ISLANDFLOW_HOST", "127.0.0.1", "a host", "a host name or address"),
    ("ISLANDFLOW_PORT", "8000", "65536", whole(1, 65_535)),
    ("ISLANDFLOW_PUBLIC_URL", "", "ftp://desk", "an address that starts with https:// or http://"),
    (
        "ISLANDFLOW_ALLOWED_HOSTS",
        "localhost,127.0.0.1,[::1]",
        "desk.example,*",
        "host names (no *), separated by commas",
    ),
    ("ISLANDFLOW_ADMIN_PASSWORD", "", "eleven-sign", "at least 12 printable characters"),
    (
        "ISLANDFLOW_SECRET_KEY",
        "",
        "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
        "at least 50 printable characters",
    ),
    ("ISLANDFLOW_DEBUG", "false", "enabled", SWITCH),
    ("ISLANDFLOW_REQUIRE_OTP", "false", "maybe", SWITCH),
    ("ISLANDFLOW_SHARED_DATA", "../shared/data", "\x00", PATH),
    ("ISLANDFLOW_CHROMIUM", "", "\x00", PATH),
    ("ISLANDFLOW_SYNTHETIC_RATE", "", "20001", whole(1, 20_000)),
    ("ISLANDFLOW_FIREHOSE_RATE", "5000", "99", whole(100, 20_000)),
    ("ISLANDFLOW_SYNTHETIC_HOURS", "always", "weekdays", "one of always, session"),
    ("ISLANDFLOW_SYNTHETIC_SEED", "11", "4294967296", whole(0, 4_294_967_295)),
    ("ISLANDFLOW_SYNTHETIC_NEWS_RATE", "2", "0.05", "a number from 0.1 to 6000"),
    ("ISLANDFLOW_FAILPOINT", "", "step_commit", "name:k, such as before_commit:3, with k from 1"),
    (
        "DATABASE_URL",
        "",
        "sqlite:///n",
        "an address such as postgresql://user:password@host:5432/name",
    ),
    ("REDIS_URL", "", "http://cache", "an address such as redis://:password@host:6379/0"),
    ("LOG_LEVEL", "info", "verbose", one("debug, info, warning, error; warn means warning")),
    (
        "OPTIONS_INGEST_ADAPTER",
        "synthetic",
        "polygon",
        one("synthetic, alpaca, ibkr, databento, massive"),
    ),
    ("EQUITIES_INGEST_ADAPTER", "synthetic", "databento", one("synthetic, alpaca")),
    ("NEWS_INGEST_ADAPTER", "synthetic", "benzinga", one("synthetic, alpaca")),
    ("SYNTHETIC_MARKET_MODE", "realistic", "calm", one("realistic, active, firehose")),
    ("SYNTHETIC_OPTIONS_MODE", "", "calm", one("realistic, active, firehose")),
    ("SYNTHETIC_EQUITIES_MODE", "", "calm", one("realistic, active, firehose")),
    ("SYNTHETIC_CONTROL_ENABLED", "true", "off", SWITCH),
    ("TESTING_MODE", "false", "on", SWITCH),
    ("TESTING_THROTTLE_MS", "200", "60001", whole(0, 60_000)),
    ("ALPACA_API_KEY", "", "to\nken", "printable characters"),
    ("ALPACA_API_KEY_ID", "", "A\tK", "printable characters"),
    ("ALPACA_API_SECRET_KEY", "", "s\x00", "printable characters"),
    (
        "ALPACA_REST_URL",
        "https://data.alpaca.markets",
        "127.0.0.1:9",
        "an address that starts with https:// or http://",
    ),
    (
        "ALPACA_WS_BASE_URL",
        "wss://stream.data.alpaca.markets/v1beta1",
        "http://127.0.0.1",
        "an address that starts with wss:// or ws://",
    ),
    ("ALPACA_FEED", "indicative", "sip", one("indicative, opra")),
    ("ALPACA_UNDERLYINGS", "SPY,NVDA,AAPL", "SPY NVDA", "tickers such as SPY, separated by commas"),
    ("ALPACA_STRIKES_PER_SIDE", "7", "101", whole(1, 100)),
    ("ALPACA_MAX_DTE_DAYS", "30", "1501", whole(0, 1_500)),
    ("ALPACA_MONEYNESS_PCT", "0.06", "-0.1", number(0.001, 1)),
    ("ALPACA_MONEYNESS_FALLBACK_PCT", "0.1", "2", number(0.001, 1)),
    ("ALPACA_MAX_QUOTES", "200", "10001", whole(2, 10_000)),
    ("ALPACA_EQUITIES_FEED", "iex", "opra", one("iex, sip")),
    ("ALPACA_NEWS_BACKFILL_LIMIT", "50", "0", whole(1, 50)),
    ("ALPACA_NEWS_WEBSOCKET_PATH", "/v1beta1/news", "v2/news", "a path that starts with /"),
    ("DATABENTO_API_KEY", "", "\x07", "printable characters"),
    (
        "DATABENTO_START",
        "",
        "yesterday",
        "a day or an instant such as 2025-01-17 or 2025-01-17T14:30:00Z",
    ),
    (
        "DATABENTO_END",
        "",
        "1737147600",
        "a day or an instant such as 2025-01-17 or 2025-01-17T14:30:00Z",
    ),
    ("DATABENTO_DATASET", "OPRA.PILLAR", "opra", "a dataset such as OPRA.PILLAR"),
    ("DATABENTO_SCHEMA", "trades", "mbo", one("trades, tcbbo")),
    ("DATABENTO_NBBO_SCHEMA", "tcbbo", "tbbo", one("tcbbo, cmbp-1, cbbo-1s, cbbo-1m")),
    (
        "DATABENTO_SYMBOLS",
        "SPY.OPT",
        "SPY.OPT,",
        "symbols such as SPY.OPT, or ALL, separated by commas",
    ),
    ("DATABENTO_STYPE_IN", "parent", "smart", one("raw_symbol, instrument_id, parent, continuous")),
    (
        "DATABENTO_STYPE_OUT",
        "instrument_id",
        "isin",
        one("raw_symbol, instrument_id, parent, continuous"),
    ),
    ("DATABENTO_LIMIT", "0", "1000000000001", whole(0, 1_000_000_000_000)),
    ("IBKR_HOST", "127.0.0.1", "tws local", "a host name or address"),
    ("IBKR_PORT", "7497", "65536", whole(1, 65_535)),
    ("IBKR_CLIENT_ID", "0", "-1", whole(0, 2_147_483_647)),
    ("IBKR_SYMBOL", "SPY", "$SPY", "tickers such as SPY, separated by commas"),
    ("IBKR_EXPIRY", "", "2027-01-15", "a day such as 20270115"),
    ("IBKR_STRIKE", "", "1000001", number("0.001", "1e+06")),
    ("IBKR_RIGHT", "", "put", one("C, P")),
    ("IBKR_EXCHANGE", "SMART", "cboe", "an exchange such as SMART"),
    ("IBKR_CURRENCY", "USD", "dollar", "a currency such as USD"),
    (
        "OPTIONS_SIGNAL_MODE",
        "smart-money",
        "neither",
        one("smart-money, balanced, all; smart-flow means smart-money"),
    ),
    ("OPTIONS_SIGNAL_MIN_NOTIONAL", "10000", "1000000001", whole(0, 1_000_000_000)),
    ("OPTIONS_SIGNAL_ETF_MIN_NOTIONAL", "50000", "1000000001", whole(0, 1_000_000_000)),
    ("OPTIONS_SIGNAL_BID_SIDE_MIN_NOTIONAL", "25000", "-1", whole(0, 1_000_000_000)),
    ("OPTIONS_SIGNAL_MID_MIN_NOTIONAL", "20000", "1000000001", whole(0, 1_000_000_000)),
    (
        "OPTIONS_SIGNAL_ETF_UNDERLYINGS",
        "SPY,QQQ,IWM,DIA,TLT,GLD,SLV,XLF,XLE,XLV,XLI,XLP,XLU,XLY,SMH,ARKK",
        "S P Y",
        "tickers such as SPY, separated by commas",
    ),
    ("CLUSTER_WINDOW_MS", "500", "60001", whole(1, 60_000)),
    ("CLUSTER_GAP_MS", "250", "0", whole(1, 60_000)),
    ("CLUSTER_MAX_SPAN_MS", "2000", "600001", whole(1, 600_000)),
    ("ALLOWED_LATENESS_MS", "250", "60001", whole(0, 60_000)),
    ("NBBO_MAX_AGE_MS", "1500", "60001", whole(1, 60_000)),
    ("EQUITY_QUOTE_MAX_AGE_MS", "1000", "600001", whole(1, 600_000)),
    ("ROLLING_WINDOW_SIZE", "50", "10001", whole(2, 10_000)),
    ("ROLLING_CACHE_MAX_KEYS", "20000", "1000001", whole(1, 1_000_000)),
    ("CLASSIFIER_SWEEP_MIN_PREMIUM", "40000", "-1", whole(0, 1_000_000_000)),
    ("CLASSIFIER_SWEEP_MIN_COUNT", "3", "0", whole(1, 10_000)),
    ("CLASSIFIER_SWEEP_MIN_PREMIUM_Z", "2", "-0.1", number(0, 100)),
    ("CLASSIFIER_SPIKE_MIN_PREMIUM", "20000", "-1", whole(0, 1_000_000_000)),
    ("CLASSIFIER_SPIKE_MIN_SIZE", "400", "1000001", whole(1, 1_000_000)),
    ("CLASSIFIER_SPIKE_MIN_PREMIUM_Z", "2.5", "-0.1", number(0, 100)),
    ("CLASSIFIER_SPIKE_MIN_SIZE_Z", "2", "101", number(0, 100)),
    ("CLASSIFIER_Z_MIN_SAMPLES", "12", "0", whole(1, 10_000)),
    ("CLASSIFIER_MIN_NBBO_COVERAGE", "0.5", "-0.1", number(0, 1)),
    ("CLASSIFIER_MIN_AGGRESSOR_RATIO", "0.55", "-0.1", number(0, 1)),
    ("CLASSIFIER_0DTE_MAX_ATM_PCT", "0.01", "2", number(0, 1)),
    ("CLASSIFIER_0DTE_MIN_PREMIUM", "20000", "1000000001", whole(0, 1_000_000_000)),
    ("CLASSIFIER_0DTE_MIN_SIZE", "400", "0", whole(1, 1_000_000)),
    ("DARK_INFER_WINDOW_MS", "60000", "0", whole(1, 3_600_000)),
    ("DARK_INFER_MIN_BLOCK_SIZE", "2000", "1000000001", whole(0, 1_000_000_000)),
    ("DARK_INFER_MIN_ACCUM_SIZE", "3000", "1000000001", whole(0, 1_000_000_000)),
    ("DARK_INFER_MIN_ACCUM_COUNT", "4", "0", whole(1, 10_000)),
    ("DARK_INFER_MIN_PRINT_SIZE", "200", "1000000001", whole(0, 1_000_000_000)),
    ("DARK_INFER_MAX_EVIDENCE", "20", "1001", whole(1, 1_000)),
    ("DARK_INFER_MAX_SPREAD_PCT", "0.005", "2", number(0, 1)),
    ("FLOW_MIN_SIZE", "10", "1000001", whole(1, 1_000_000)),
    ("FLOW_BOOST_MODE", "multiplicative", "neither", one("multiplicative, additive")),
    ("CANDLE_MAX_LATE_MS", "5000", "-1", whole(0, 900_000)),
    ("REFDATA_EVENT_CALENDAR_PATH", "", "\x00", PATH),
    ("REFDATA_EVENT_CALENDAR_PROVIDER", "", "yahoo", one("alpha_vantage")),
    ("ALPHA_VANTAGE_API_KEY", "", "a\nv", "printable characters"),
    (
        "ALPHA_VANTAGE_URL",
        "https://www.alphavantage.co",
        "ftp://x",
        "an address that starts with https:// or http://",
    ),
    ("ALPHA_VANTAGE_EARNINGS_HORIZON", "3month", "1month", one("3month, 6month, 12month")),
    ("ALPHA_VANTAGE_EARNINGS_SYMBOL", "", "IBM,SPY", "a ticker such as SPY"),
    ("REFDATA_EVENT_CALENDAR_REFRESH_MS", "86400000", "2678400001", whole(0, 2_678_400_000)),
    ("REFDATA_OPTION_EOD_PATH", "", "\x00", PATH),
    ("REST_DEFAULT_LIMIT", "200", "0", whole(1, 1_000)),
    ("LIVE_LAG_WARN_MS", "120000", "-1", whole(0, 86_400_000)),
    ("LIVE_LIMIT_DEFAULT", "", "0", whole(1, 100_000)),
    ("LIVE_LIMIT_OPTIONS", "100", "0", whole(1, 100_000)),
    ("LIVE_LIMIT_NBBO", "1000", "100001", whole(1, 100_000)),
    ("LIVE_LIMIT_EQUITIES", "1000", "100001", whole(1, 100_000)),
    ("LIVE_LIMIT_EQUITY_QUOTES", "500", "0", whole(1, 100_000)),
    ("LIVE_LIMIT_EQUITY_JOINS", "500", "100001", whole(1, 100_000)),
    ("LIVE_LIMIT_FLOW", "500", "100001", whole(1, 100_000)),
    ("LIVE_LIMIT_SMART_MONEY", "300", "0", whole(1, 100_000)),
    ("LIVE_LIMIT_CLASSIFIER_HITS", "300", "0", whole(1, 100_000)),
    ("LIVE_LIMIT_ALERTS", "300", "100001", whole(1, 100_000)),
    ("LIVE_LIMIT_INFERRED_DARK", "300", "0", whole(1, 100_000)),
    ("LIVE_LIMIT_NEWS", "100", "100001", whole(1, 100_000)),
    ("API_CORS_ORIGINS", "", "*", "origins such as https://desk.example, separated by commas"),
    ("API_RATE_LIMIT_ENABLED", "false", "nein", SWITCH),
    ("API_RATE_LIMIT_WINDOW_MS", "60000", "999", whole(1_000, 3_600_000)),
    ("API_RATE_LIMIT_REST_MAX", "1200", "10000001", whole(1, 10_000_000)),
    ("API_RATE_LIMIT_LOOKUP_MAX", "120", "10000001", whole(1, 10_000_000)),
    ("API_RATE_LIMIT_WS_MAX", "120", "10000001", whole(1, 10_000_000)),
]
IDS = [row[0] for row in ROWS]


def test_the_table_has_every_variable_that_is_read() -> None:
    assert [variable.name for variable in REGISTER if variable.is_read] == IDS


@pytest.mark.parametrize(("name", "default", "wrong", "expected"), ROWS, ids=IDS)
def test_a_wrong_text_is_refused_in_one_whole_sentence(
    name: str, default: str, wrong: str, expected: str
) -> None:
    is_secret = BY_NAME[name].secret
    shown = f"a secret of {len(wrong)} characters" if is_secret else repr(wrong)[1:-1]
    remedy = f"for the default {default}" if default else "to leave it unset"

    with pytest.raises(BadEnvironmentError) as refusal:
        load(HOME | {name: wrong})

    assert refusal.value.problems == (
        f"{name} is {shown}; expected {expected}; correct it, or remove it {remedy}",
    )


# defaults as values: numbers are numbers, lists are lists, paths count from the project
TYPED: dict[str, Value] = {
    "ISLANDFLOW_SHARED_DATA": PROJECT.parent / "shared" / "data",
    "ISLANDFLOW_ALLOWED_HOSTS": ("localhost", "127.0.0.1", "[::1]"),
    "ALPACA_UNDERLYINGS": ("SPY", "NVDA", "AAPL"),
    "IBKR_SYMBOL": ("SPY",),
    "DATABENTO_SYMBOLS": ("SPY.OPT",),
    "OPTIONS_SIGNAL_ETF_UNDERLYINGS": (
        "SPY", "QQQ", "IWM", "DIA", "TLT", "GLD", "SLV", "XLF", "XLE", "XLV", "XLI", "XLP", "XLU",
        "XLY", "SMH", "ARKK",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "default", "wrong", "expected"), ROWS, ids=IDS)
def test_default_is_in_force_as_a_value(name: str, default: str, wrong: str, expected: str) -> None:
    reading = {r.variable.name: r for r in load(HOME).readings}[name]
    value: Value | None = TYPED.get(name, default)
    if expected == SWITCH:
        value = default == "true"
    elif expected.startswith("a whole number"):
        value = int(default) if default else None
    elif expected.startswith("a number"):
        value = float(default) if default else None

    if name == "ISLANDFLOW_HOME":
        assert (reading.value, reading.is_set) == (Path(HOME[name]), True)
        return
    assert (reading.source, reading.is_set) == ("default", False)
    assert reading.value == (value or None if value == "" else value)


def test_many_wrong_texts_are_said_together_in_the_order_of_the_register() -> None:
    environ = {name: wrong for name, _, wrong, _ in ROWS}

    with pytest.raises(BadEnvironmentError) as refusal:
        load(environ)

    assert [problem.split(" is ")[0] for problem in refusal.value.problems] == IDS
    assert str(refusal.value).startswith(f"The environment has {len(IDS)} problem(s):\n  ")


# Digits and letters of other scripts look right and are not: a provider would refuse them later.
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DATABENTO_START", "\u0662\u0660\u0662\u0665-\u0660\u0661-\u0661\u0667"),
        ("DATABENTO_END", "2025-01-1\uff17"),
        ("DATABENTO_END", "2025-01-17T14:30:0\uff10Z"),
        ("IBKR_EXPIRY", "٢٠٢٧٠١١٥"),
        ("IBKR_EXPIRY", "2027011५"),
        ("ALPACA_NEWS_WEBSOCKET_PATH", "/v1beta1/n\u0435ws"),  # a Cyrillic e
        ("ALPACA_UNDERLYINGS", "\u0131wm"),  # upper-casing makes it IWM
        ("IBKR_SYMBOL", "\u017fpy"),  # and this one SPY
        ("OPTIONS_SIGNAL_ETF_UNDERLYINGS", "ﬁ"),
        ("ISLANDFLOW_PORT", "\uff18000"),
        ("ISLANDFLOW_HOST", "\uff4cocalhost"),
        ("DATABENTO_DATASET", "OPRA.PILL\u0410R"),
        ("ALPHA_VANTAGE_EARNINGS_SYMBOL", "\u0399BM"),
    ],
)
def test_signs_of_another_script_are_refused(name: str, text: str) -> None:
    with pytest.raises(BadEnvironmentError) as refusal:
        load(HOME | {name: text})

    assert refusal.value.problems[0].startswith(f"{name} is {text}; expected ")


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-17", "2025-01-17T14:30", "2025-01-17T14:30Z", "2025-01-17T14:30:00",
        "2025-01-17T14:30:00.5Z", "2025-01-17T14:30:00.123456789Z", "2025-01-17T09:30:00-05:00",
    ],
)  # fmt: skip
def test_instants_that_are_taken(text: str) -> None:
    assert DAY_OR_INSTANT.read(text) == text


@pytest.mark.parametrize(
    "text", ["2025-01-17T", "2025-01-17T14", "2025-01-17 14:30", "2025-01-17T14:30:00.1234567890Z",
             "2025-01-17T14:30+0500", "2025-01-17Z", "2025-01-17T14:30:00z", "-2025-01-17"],
)  # fmt: skip
def test_instants_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        DAY_OR_INSTANT.read(text)


@pytest.mark.parametrize("text", ["BRK.B", "brk.b", "BF-B", "A", "ABCDEFGHIJ", " spy , qqq "])
def test_tickers_that_are_taken(text: str) -> None:
    assert TICKERS.read(text) == tuple(item.strip().upper() for item in text.split(","))


def test_a_text_without_pattern_takes_any_script() -> None:
    assert Text().read("gr\u00f6\u00dfer \uff14\uff12") == "gr\u00f6\u00dfer \uff14\uff12"
