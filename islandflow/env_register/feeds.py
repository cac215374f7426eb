"""Which feeds run, the synthetic market, and the providers' accounts and choices."""

from islandflow.env_register.kinds import (
    DAY_OR_INSTANT,
    TICKERS,
    Address,
    Choice,
    Credential,
    Number,
    Switch,
    Text,
    Whole,
    Words,
)
from islandflow.env_register.variable import Group, later, no_meaning, renamed, used

MARKETS = Choice(("realistic", "active", "firehose"))
CLIENT = "The provider's client library runs inside our own process."
RINGS = "The quote rings of ingest are bounded and warmed from the log at start."

SELECTION = Group(
    "Feed selection, synthetic market, testing",
    (
        used("OPTIONS_INGEST_ADAPTER",
             Choice(("synthetic", "alpaca", "ibkr", "databento", "massive")), "synthetic",
             "Source of option prints and quotes. All but synthetic come with step 5."),
        used("EQUITIES_INGEST_ADAPTER", Choice(("synthetic", "alpaca")), "synthetic",
             "Source of equity prints and quotes. alpaca comes with step 5."),
        used("NEWS_INGEST_ADAPTER", Choice(("synthetic", "alpaca")), "synthetic",
             "Source of stories. alpaca comes with step 5."),
        no_meaning("EMIT_INTERVAL_MS", "The synthetic feed spreads its prints over event time: "
                   "set SYNTHETIC_MARKET_MODE or ISLANDFLOW_SYNTHETIC_RATE."),
        used("SYNTHETIC_MARKET_MODE", MARKETS, "realistic",
              "How busy the synthetic market is."),
        used("SYNTHETIC_OPTIONS_MODE", MARKETS, "",
              "Its options alone. Not set: SYNTHETIC_MARKET_MODE."),
        used("SYNTHETIC_EQUITIES_MODE", MARKETS, "",
              "Its equities alone. Not set: SYNTHETIC_MARKET_MODE."),
        used("SYNTHETIC_CONTROL_ENABLED", Switch(), "true",
              "Whether an administrator may steer the synthetic market while it runs."),
        no_meaning("SYNTHETIC_ADMIN_TOKEN", "The role admin steers the synthetic market; there "
                   "is no separate token."),
        later("TESTING_MODE", 5, Switch(), "false",
              "Throttle feeds at the source; what is left out is counted."),
        later("TESTING_THROTTLE_MS", 5, Whole(0, 60_000), "200",
              "Least distance between two events in testing mode.", unit="ms"),
        no_meaning("OPTION_CONTEXT_MAX_KEYS", RINGS),
        no_meaning("OPTION_CONTEXT_TTL_MS", RINGS),
    ),
)  # fmt: skip

ALPACA = Group(
    "Alpaca",
    (
        later("ALPACA_API_KEY", 5, Credential(), "", "Single token of older accounts.",
              secret=True),
        later("ALPACA_API_KEY_ID", 5, Credential(), "", "Key id of the account.", secret=True),
        renamed("ALPACA_KEY_ID", "ALPACA_API_KEY_ID", secret=True),
        later("ALPACA_API_SECRET_KEY", 5, Credential(), "", "Secret of the account.",
              secret=True),
        renamed("ALPACA_SECRET_KEY", "ALPACA_API_SECRET_KEY", secret=True),
        later("ALPACA_REST_URL", 5, Address(("https", "http")), "https://data.alpaca.markets",
              "Address of the REST interface."),
        later("ALPACA_WS_BASE_URL", 5, Address(("wss", "ws")),
              "wss://stream.data.alpaca.markets/v1beta1",
              "Address of the sockets. Options use all of it; equities and news only its origin."),
        later("ALPACA_FEED", 5, Choice(("indicative", "opra")), "indicative",
              "Options feed. Indicative quotes are no NBBO: no side is inferred from them."),
        later("ALPACA_UNDERLYINGS", 5, TICKERS, "SPY,NVDA,AAPL",
              "Underlyings whose options are watched."),
        later("ALPACA_STRIKES_PER_SIDE", 5, Whole(1, 100), "7",
              "Strikes below and above the money per expiry, beside the one at the money. The "
              "older code took 8 in all."),
        later("ALPACA_MAX_DTE_DAYS", 5, Whole(0, 1_500), "30", "Farthest expiry.",
              unit="days"),
        later("ALPACA_MONEYNESS_PCT", 5, Number(0.001, 1), "0.06",
              "Strikes within this distance of the underlying's price.", unit="share of one"),
        later("ALPACA_MONEYNESS_FALLBACK_PCT", 5, Number(0.001, 1), "0.1",
              "Wider distance where the first has too few strikes.", unit="share of one"),
        later("ALPACA_MAX_QUOTES", 5, Whole(2, 10_000), "200",
              "Most contracts subscribed at once.", unit="contracts"),
        later("ALPACA_EQUITIES_FEED", 5, Choice(("iex", "sip")), "iex", "Equities feed."),
        used("ALPACA_NEWS_BACKFILL_LIMIT", Whole(1, 50), "50",
             "Stories fetched at the very first start, whichever provider; later starts fetch "
             "what they missed.", unit="stories"),
        later("ALPACA_NEWS_WEBSOCKET_PATH", 5, Text("a path that starts with /", r"/[\w./-]*"),
              "/v1beta1/news", "Path of the news socket."),
    ),
)  # fmt: skip

SYMBOL_TYPES = Choice(("raw_symbol", "instrument_id", "parent", "continuous"))

DATABENTO = Group(
    "Databento",
    (
        later("DATABENTO_API_KEY", 5, Credential(), "", "Key of the account.", secret=True),
        later("DATABENTO_START", 5, DAY_OR_INSTANT, "", "Start of a historical request."),
        later("DATABENTO_END", 5, DAY_OR_INSTANT, "",
              "End of a historical request. Not set: what is available."),
        later("DATABENTO_DATASET", 5,
              Text("a dataset such as OPRA.PILLAR", r"[A-Z0-9]+\.[A-Z0-9]+"), "OPRA.PILLAR",
              "Dataset."),
        later("DATABENTO_SCHEMA", 5, Choice(("trades", "tcbbo")), "trades", "Schema of prints."),
        later("DATABENTO_NBBO_SCHEMA", 5, Choice(("tcbbo", "cmbp-1", "cbbo-1s", "cbbo-1m")),
              "tcbbo", "Schema of quotes. The rows of tbbo are trades, so it is refused here."),
        later("DATABENTO_SYMBOLS", 5, Words("symbols such as SPY.OPT, or ALL",
                                            r"[A-Za-z0-9][A-Za-z0-9 ./_-]{0,31}"),
              "SPY.OPT", "Symbols requested, in the notation of DATABENTO_STYPE_IN."),
        later("DATABENTO_STYPE_IN", 5, SYMBOL_TYPES, "parent",
              "Notation of the symbols asked for."),
        later("DATABENTO_STYPE_OUT", 5, SYMBOL_TYPES, "instrument_id",
              "Notation of the symbols answered."),
        later("DATABENTO_LIMIT", 5, Whole(0, 10**12), "0", "Most records; 0 means no limit.",
              unit="records"),
        no_meaning("DATABENTO_PRICE_SCALE", "Prices of the format are fixed at 1e-9 dollars."),
        no_meaning("DATABENTO_PYTHON_BIN", CLIENT),
    ),
)  # fmt: skip

IBKR = Group(
    "Interactive Brokers",
    (
        later("IBKR_HOST", 5, Text("a host name or address", r"[A-Za-z0-9.:\[\]_-]+"),
              "127.0.0.1", "Host of TWS or the gateway."),
        later("IBKR_PORT", 5, Whole(1, 65_535), "7497", "Port of TWS or the gateway."),
        later("IBKR_CLIENT_ID", 5, Whole(0, 2_147_483_647), "0", "Client id of the session."),
        later("IBKR_SYMBOL", 5, TICKERS, "SPY", "Underlyings whose options are watched."),
        later("IBKR_EXPIRY", 5, Text("a day such as 20270115", r"\d{8}"), "",
              "One expiry instead of the selection policy."),
        later("IBKR_STRIKE", 5, Number(0.001, 1_000_000), "",
              "One strike instead of the selection policy.", unit="dollars"),
        later("IBKR_RIGHT", 5, Choice(("C", "P")), "", "One right instead of both."),
        later("IBKR_EXCHANGE", 5, Text("an exchange such as SMART", r"[A-Z0-9]+"), "SMART",
              "Route of the contracts."),
        later("IBKR_CURRENCY", 5, Text("a currency such as USD", r"[A-Z]{3}"), "USD",
              "Currency of the contracts."),
        no_meaning("IBKR_PYTHON_BIN", CLIENT),
    ),
)  # fmt: skip
