"""Candles, reference data and replay."""

from islandflow.env_register.kinds import Address, Choice, Credential, Place, Text, Whole
from islandflow.env_register.variable import Group, no_meaning, renamed, tuning, used

RUN = "A replay is a run with its own streams, span and speed, given when it is made."
BARS = "Candles are stored at 1 second and 1 minute; every longer interval is rolled up from them."

CANDLES = Group(
    "Candles",
    (
        no_meaning("CANDLE_INTERVALS_MS", BARS),
        tuning("CANDLE_MAX_LATE_MS", "candle_lateness_ms", Whole(0, 900_000), "5000",
               "How late a print may come before its candle is final; later ones revise it for "
               "15 minutes.", unit="ms"),
        no_meaning("CANDLE_CACHE_LIMIT", "Candles are read from the database."),
        *(
            no_meaning(name, "A worker goes on at its own cursor in the log.")
            for name in ("CANDLE_DELIVER_POLICY", "CANDLE_CONSUMER_RESET")
        ),
    ),
)  # fmt: skip

REFERENCE = Group(
    "Reference data",
    (
        renamed("SMART_MONEY_EVENT_CALENDAR_PATH", "REFDATA_EVENT_CALENDAR_PATH"),
        used("REFDATA_EVENT_CALENDAR_PATH", Place(), "",
             "File with events (earnings, dividends): JSON, or Alpha Vantage's CSV. Beat imports "
             "it whenever it has changed."),
        used("REFDATA_EVENT_CALENDAR_PROVIDER", Choice(("alpha_vantage",)), "",
             "Provider of the event calendar. Not set: only the file."),
        renamed("EVENT_CALENDAR_PROVIDER", "REFDATA_EVENT_CALENDAR_PROVIDER"),
        used("ALPHA_VANTAGE_API_KEY", Credential(), "", "Key of the account.", secret=True),
        used("ALPHA_VANTAGE_URL", Address(("https", "http")), "https://www.alphavantage.co",
             "Address of the provider, without /query."),
        used("ALPHA_VANTAGE_EARNINGS_HORIZON", Choice(("3month", "6month", "12month")),
             "3month", "How far ahead earnings are fetched."),
        used("ALPHA_VANTAGE_EARNINGS_SYMBOL",
             Text("a ticker such as SPY", r"[A-Z][A-Z0-9./-]{0,9}"), "",
             "Earnings of one symbol alone."),
        used("REFDATA_EVENT_CALENDAR_REFRESH_MS", Whole(0, 2_678_400_000), "86400000",
             "Distance between two good answers; beat looks every hour. 0 asks once.", unit="ms"),
        used("REFDATA_OPTION_EOD_PATH", Place(), "",
             "Folder of Lean end-of-day files (open interest, daily chains); beat imports the new "
             "ones at 07:00 New York."),
    ),
)  # fmt: skip

REPLAY = Group(
    "Replay",
    tuple(
        no_meaning(name, RUN)
        for name in (
            "REPLAY_ENABLED",
            "REPLAY_STREAMS",
            "REPLAY_START_TS",
            "REPLAY_END_TS",
            "REPLAY_SPEED",
            "REPLAY_BATCH_SIZE",
            "REPLAY_LOG_EVERY",
            "REPLAY_SOURCE",
            "REPLAY_SYNTHETIC_FIXTURE_DIR",
            "REPLAY_SYNTHETIC_MANIFEST_PATH",
            "REPLAY_SYNTHETIC_RUN_ID",
            "REPLAY_SYNTHETIC_SOURCE_ID",
        )
    ),
)
