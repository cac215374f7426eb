"""The project's own variables, its services, and the names of the services it does without."""

from islandflow.env_register.kinds import (
    Address,
    Choice,
    Credential,
    FailpointKind,
    Number,
    Place,
    Switch,
    Text,
    Whole,
    Words,
)
from islandflow.env_register.variable import Group, later, no_meaning, used

DATABASE = Address(
    ("postgresql", "postgres"),
    needs_host=False,
    example="postgresql://user:password@host:5432/name",
    needs_path=True,
)
REDIS = Address(
    ("redis", "rediss", "unix"), needs_host=False, example="redis://:password@host:6379/0"
)

OWN = Group(
    "Islandflow",
    (
        used("ISLANDFLOW_HOME", Place(), "var",
             "Folder of everything this installation writes: keys, embedded services, logs."),
        used("ISLANDFLOW_HOST", Text("a host name or address", r"[A-Za-z0-9.:\[\]_-]+"),
             "127.0.0.1", "Address on which the web server listens."),
        used("ISLANDFLOW_PORT", Whole(1, 65_535), "8000", "Port of the web server."),
        used("ISLANDFLOW_PUBLIC_URL", Address(("https", "http")), "",
             "Address under which browsers reach the pages. Set it behind a proxy: secure cookies "
             "and the origin check follow it."),
        used("ISLANDFLOW_ALLOWED_HOSTS",
             Words("host names (no *)", r"\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\]"),
             "localhost,127.0.0.1,[::1]", "Host names that a request may carry."),
        used("ISLANDFLOW_ADMIN_PASSWORD", Credential(12), "",
             "Password of the first administrator, read when the database has no user. Not set: "
             "bin/up makes one and prints where it lies.", secret=True),
        used("ISLANDFLOW_SECRET_KEY", Credential(50), "",
             "Signs sessions and cursors. Not set: the file secret_key in ISLANDFLOW_HOME.",
             secret=True),
        used("ISLANDFLOW_DEBUG", Switch(), "false",
             "Django's debug pages. Never where others can reach the server."),
        later("ISLANDFLOW_REQUIRE_OTP", 9, Switch(), "false",
              "Enforce the second factor for administrators and analysts also without a public "
              "address."),
        used("ISLANDFLOW_SHARED_DATA", Place(), "../shared/data",
             "Folder with real market data; tests and imports that want it run where it exists."),
        used("ISLANDFLOW_CHROMIUM", Place(), "",
             "Chromium for the browser tests. Not set: the one on the search path."),
        used("ISLANDFLOW_SYNTHETIC_RATE", Whole(1, 20_000), "",
             "Option prints of the synthetic feed, whatever its mode; equities and quotes follow. "
             "Not set: the mode's.", unit="prints per second"),
        used("ISLANDFLOW_FIREHOSE_RATE", Whole(100, 20_000), "5000",
             "All events of the synthetic feed in mode firehose.", unit="events per second"),
        used("ISLANDFLOW_SYNTHETIC_HOURS", Choice(("always", "session")), "always",
             "Whether the synthetic market is open around the clock or keeps the exchanges' "
             "hours."),
        used("ISLANDFLOW_SYNTHETIC_SEED", Whole(0, 4_294_967_295), "11",
             "Seed of the synthetic feed: the same seed gives the same market."),
        used("ISLANDFLOW_SYNTHETIC_NEWS_RATE", Number(0.1, 6_000), "2",
             "Stories and updates of the synthetic newswire.", unit="stories per minute"),
        used("ISLANDFLOW_FAILPOINT", FailpointKind(), "",
             "Test aid: exit at the k-th pass of that commit boundary."),
    ),
)  # fmt: skip

CORE = Group(
    "Services and log",
    (
        used("DATABASE_URL", DATABASE, "",
             "PostgreSQL 15 or newer with TimescaleDB 2.15 or newer. Not set: the project runs "
             "its own.", secret=True),
        used("REDIS_URL", REDIS, "",
             "Redis or Valkey: wake-ups, fan-out, Celery's broker. Not set: the project runs its "
             "own.", secret=True),
        used("LOG_LEVEL", Choice(("debug", "info", "warning", "error"), {"warn": "warning"}),
             "info", "Least severe log line that is written."),
        no_meaning("NATS_URL", "There is no message bus: the database is the log, and REDIS_URL "
                   "carries the wake-ups."),
        no_meaning("CLICKHOUSE_URL", "Everything is stored in PostgreSQL: set DATABASE_URL."),
        no_meaning("CLICKHOUSE_DATABASE", "Everything is stored in PostgreSQL: set DATABASE_URL."),
        *(
            no_meaning(name, "There are no bus streams; what is kept how long is the retention "
                       "of the tables.")
            for name in ("STREAM_RAW_MAX_AGE_MS", "STREAM_RAW_MAX_BYTES",
                         "STREAM_DERIVED_MAX_AGE_MS", "STREAM_DERIVED_MAX_BYTES")
        ),
    ),
)  # fmt: skip
