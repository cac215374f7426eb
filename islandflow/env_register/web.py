"""API, live snapshots, and the names of the web client that the pages have replaced."""

from islandflow.env_register.kinds import MILLISECONDS, Switch, Whole, Words
from islandflow.env_register.variable import Group, later, no_meaning, renamed

ROWS = Whole(1, 100_000)
REQUESTS = Whole(1, 10_000_000)
WINDOW = "The hot window of a panel is part of the panel."

LIMITS = (
    ("DEFAULT", "", "Rows of a snapshot, for each channel without a value of its own."),
    ("OPTIONS", "100", "Option prints of a snapshot."),
    ("NBBO", "1000", "Option quotes of a snapshot."),
    ("EQUITIES", "1000", "Equity prints of a snapshot."),
    ("EQUITY_QUOTES", "500", "Equity quotes of a snapshot."),
    ("EQUITY_JOINS", "500", "Equity prints with their quotes of a snapshot."),
    ("FLOW", "500", "Packets of a snapshot."),
    ("SMART_MONEY", "300", "Reads of a snapshot."),
    ("CLASSIFIER_HITS", "300", "Classifier hits of a snapshot."),
    ("ALERTS", "300", "Alerts of a snapshot."),
    ("INFERRED_DARK", "300", "Off-exchange events of a snapshot."),
    ("NEWS", "100", "Stories of a snapshot."),
)

API = Group(
    "API and live data",
    (
        renamed("API_PORT", "ISLANDFLOW_PORT"),
        renamed("API_HOST", "ISLANDFLOW_HOST"),
        later("REST_DEFAULT_LIMIT", 7, Whole(1, 1_000), "200",
              "Rows of an answer where the request names no limit.", unit="rows"),
        no_meaning("API_DELIVER_POLICY", "The API reads the database; it consumes no stream."),
        no_meaning("API_CONSUMER_RESET", "The API reads the database; it consumes no stream."),
        later("LIVE_LAG_WARN_MS", 6, MILLISECONDS, "120000",
              "Lag of a feed from which it is shown as delayed.", unit="ms"),
        *(
            later(f"LIVE_LIMIT_{name}", 7, ROWS, default, meaning, unit="rows")
            for name, default, meaning in LIMITS
        ),
        renamed("LIVE_LIMIT_SMART_FLOW", "LIVE_LIMIT_SMART_MONEY"),
        renamed("LIVE_LIMIT_SMART_FLOW_ALERTS", "LIVE_LIMIT_ALERTS"),
        *(
            no_meaning(name, "Snapshots are read from the database; no cache of them is kept.")
            for name in ("LIVE_SCOPED_CACHE_MAX_KEYS", "LIVE_REDIS_FLUSH_INTERVAL_MS",
                         "LIVE_REDIS_FLUSH_MAX_ITEMS")
        ),
        later("API_CORS_ORIGINS", 7,
              Words("origins such as https://desk.example", r"https?://[A-Za-z0-9.\[\]:_-]+"), "",
              "Other origins whose pages may call the API. Not set: none."),
        later("API_RATE_LIMIT_ENABLED", 7, Switch(), "false", "Limit requests per client."),
        later("API_RATE_LIMIT_WINDOW_MS", 7, Whole(1_000, 3_600_000), "60000",
              "Span over which requests are counted.", unit="ms"),
        later("API_RATE_LIMIT_REST_MAX", 7, REQUESTS, "1200", "Requests in that span.",
              unit="requests"),
        later("API_RATE_LIMIT_LOOKUP_MAX", 7, REQUESTS, "120", "Look-ups by id in that span.",
              unit="requests"),
        later("API_RATE_LIMIT_WS_MAX", 7, REQUESTS, "120", "Sockets opened in that span.",
              unit="sockets"),
    ),
)  # fmt: skip

SAME_ORIGIN = "The pages and the API come from one server; there is no second address to know."

WEB = Group(
    "Web client of earlier versions",
    (
        no_meaning("NEXT_PUBLIC_API_URL", SAME_ORIGIN),
        no_meaning("ISLANDFLOW_INTERNAL_API_URL", SAME_ORIGIN),
        no_meaning("WEB_DEV_PORT", "One server serves pages and API: set ISLANDFLOW_PORT."),
        no_meaning("NEXT_ALLOWED_DEV_ORIGINS", "Host names are checked: set "
                   "ISLANDFLOW_ALLOWED_HOSTS."),
        *(
            no_meaning(name, WINDOW)
            for name in ("NEXT_PUBLIC_LIVE_HOT_WINDOW", "NEXT_PUBLIC_LIVE_HOT_WINDOW_OPTIONS",
                         "NEXT_PUBLIC_LIVE_HISTORY_SOFT_CAP", "NEXT_PUBLIC_LIVE_HISTORY_BATCH")
        ),
        no_meaning("NEXT_PUBLIC_LIVE_EQUITIES_SILENT_WARNING_MS",
                   "The state of a feed is measured by ingest: see LIVE_LAG_WARN_MS."),
        *(
            no_meaning(name, "Evidence is stored with its alert and stays readable.")
            for name in ("NEXT_PUBLIC_PINNED_EVIDENCE_TTL_MS",
                         "NEXT_PUBLIC_PINNED_EVIDENCE_MAX_ITEMS")
        ),
        no_meaning("NEXT_PUBLIC_NBBO_MAX_AGE_MS", "The screen shows the stored side; its rule is "
                   "NBBO_MAX_AGE_MS."),
        no_meaning("NEXT_PUBLIC_FLOW_FILTER_PRESET", "A view is chosen on the page and kept in "
                   "its address; the default comes from OPTIONS_SIGNAL_MODE."),
        no_meaning("NEXT_PUBLIC_SYNTHETIC_ADMIN", "The role admin decides what is shown."),
        no_meaning("NEXT_PUBLIC_CANDLE_INTERVALS_MS", "The intervals on offer are part of the "
                   "chart."),
        no_meaning("ISLANDFLOW_DESKTOP_START_URL", "The desktop shell is the browser's installed "
                   "app: open the page and install it."),
    ),
)  # fmt: skip
