"""Candles, reference data and replay."""

from islandflow.env_register.kinds import Choice, Credential, Place, Text, Whole
from islandflow.env_register.variable import Group, later, no_meaning, renamed, tuning

RUN = "A replay is a run with its own streams, span and speed, given when it is made."
BARS = "Candles are stored at 1 second and 1 minute; every longer interval is rolled up from them."

CANDLES = Group(
    "Candles",
    (
        no_meaning("CANDLE_INTERVALS_MS", BARS),
        tuning("CANDLE_MAX_LATE_MS", "candle_lateness_ms", Whole(0, 900_000), "5000",
               "How late a print may come before its candle is final; later ones revise it for "
               "15 minutes.", unit="ms", step=3),
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
        later("REFDATA_EVENT_CALENDAR_PATH", 3, Place(), "",
              "File with events (earnings, dividends) to import."),
        later("REFDATA_EVENT_CALENDAR_PROVIDER", 5, Choice(("alpha_vantage",)), "",
              "Provider of the event calendar. Not set: only the file."),
        renamed("EVENT_CALENDAR_PROVIDER", "REFDATA_EVENT_CALENDAR_PROVIDER"),
        later("ALPHA_VANTAGE_API_KEY", 5, Credential(), "", "Key of the account.", secret=True),
        later("ALPHA_VANTAGE_EARNINGS_HORIZON", 5, Choice(("3month", "6month", "12month")),
              "3month", "How far ahead earnings are fetched."),
        later("ALPHA_VANTAGE_EARNINGS_SYMBOL", 5,
              Text("a ticker such as SPY", r"[A-Z][A-Z0-9./-]{0,9}"), "",
              "Earnings of one symbol alone."),
        later("REFDATA_EVENT_CALENDAR_REFRESH_MS", 5, Whole(0, 2_678_400_000), "86400000",
              "Distance between two fetches; 0 fetches once.", unit="ms"),
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
