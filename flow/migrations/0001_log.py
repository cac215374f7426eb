"""The log: streams, batches, raw hypertables, control entries, leases, quarantine, gaps."""

from django.db import migrations

from flow.storage.schemas import SCHEMA_OF, hypertable, in_both

STREAM = """
CREATE TABLE {s}.stream (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run integer NOT NULL CHECK ({run_check}),
    source text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL UNIQUE,
    capabilities jsonb NOT NULL DEFAULT '{}',
    next_seq bigint NOT NULL DEFAULT 1,
    batch_no bigint NOT NULL DEFAULT 0,
    clock timestamptz,
    tuning_revision integer,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (run, source, kind)
)"""

# One row per commit and stream, without holes: the tail reads by it and proves what it saw.
BATCH = """
CREATE TABLE {s}.batch (
    stream integer NOT NULL REFERENCES {s}.stream (id),
    batch_no bigint NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    n integer NOT NULL CHECK (n = last_seq - first_seq + 1),
    n_control integer NOT NULL CHECK (n_control BETWEEN 0 AND n),
    min_ts timestamptz,
    max_ts timestamptz,
    control_min_ts timestamptz,
    control_max_ts timestamptz,
    crc bigint NOT NULL,
    origin text NOT NULL,
    epoch bigint NOT NULL,
    committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (stream, batch_no)
)"""

CONTROL = """
CREATE TABLE {s}.control (
    stream integer NOT NULL,
    seq bigint NOT NULL,
    ts timestamptz NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',
    received_at timestamptz NOT NULL,
    PRIMARY KEY (stream, seq, ts)
)"""

LEASE = """
CREATE TABLE {s}.lease (
    resource text PRIMARY KEY,
    epoch bigint NOT NULL,
    holder text NOT NULL,
    expires_at timestamptz NOT NULL
)"""

FEED_CURSOR = """
CREATE TABLE {s}.feed_cursor (
    run integer NOT NULL CHECK ({run_check}),
    source text NOT NULL,
    cursor jsonb NOT NULL,
    received bigint NOT NULL DEFAULT 0,
    stored bigint NOT NULL DEFAULT 0,
    duplicates bigint NOT NULL DEFAULT 0,
    quarantined bigint NOT NULL DEFAULT 0,
    late bigint NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'starting',
    detail text NOT NULL DEFAULT '',
    last_event_ts timestamptz,
    last_received_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run, source)
)"""

QUARANTINE = """
CREATE TABLE {s}.quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run integer NOT NULL CHECK ({run_check}),
    source text NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    place text NOT NULL DEFAULT '',
    raw bytea NOT NULL,
    uid uuid NOT NULL,
    received_at timestamptz NOT NULL,
    UNIQUE (run, source, uid)
)"""

GAP = """
CREATE TABLE {s}.gap (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run integer NOT NULL CHECK ({run_check}),
    source text NOT NULL,
    scope text NOT NULL,
    from_ts timestamptz NOT NULL,
    to_ts timestamptz,
    cause text NOT NULL,
    detected_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    filled_at timestamptz
)"""

# The first key absorbs resends, the second serves the tail, the index a contract's history.
RAW_KEYS = """
    PRIMARY KEY (stream, ts, source_uid),
    UNIQUE (stream, seq, ts)
)"""

QUOTE_STAMP = """
    bid_micros bigint, ask_micros bigint, bid_size integer, ask_size integer,
    quote_ts timestamptz, quote_seq bigint, quote_silence_us bigint,
    quote_mode smallint NOT NULL,
"""

OPTION_PRINT = (
    """
CREATE TABLE {s}.option_print (
    stream integer NOT NULL, seq bigint NOT NULL, ts timestamptz NOT NULL,
    received_at timestamptz NOT NULL, source_uid uuid NOT NULL,
    contract integer NOT NULL, symbol integer NOT NULL,
    price_micros bigint NOT NULL, size integer NOT NULL,
    venue smallint NOT NULL, conditions smallint[] NOT NULL,
    premium_micros bigint,
"""
    + QUOTE_STAMP
    + """
    spot_bid_micros bigint, spot_ask_micros bigint, spot_ts timestamptz, spot_seq bigint,
    move_60s_bps real, move_5m_bps real, move_5m_z real, iv real,
    session smallint NOT NULL, session_date date NOT NULL, dte smallint,
    flags integer NOT NULL,
    side smallint NOT NULL, label_passed boolean NOT NULL, label_reasons integer NOT NULL,
    tuning_revision integer NOT NULL,
"""
    + RAW_KEYS
)

OPTION_QUOTE = (
    """
CREATE TABLE {s}.option_quote (
    stream integer NOT NULL, seq bigint NOT NULL, ts timestamptz NOT NULL,
    received_at timestamptz NOT NULL, source_uid uuid NOT NULL,
    contract integer NOT NULL,
    bid_micros bigint, ask_micros bigint, bid_size integer, ask_size integer,
    vendor_order bigint,
"""
    + RAW_KEYS
)

EQUITY_PRINT = (
    """
CREATE TABLE {s}.equity_print (
    stream integer NOT NULL, seq bigint NOT NULL, ts timestamptz NOT NULL,
    received_at timestamptz NOT NULL, source_uid uuid NOT NULL,
    symbol integer NOT NULL,
    price_micros bigint NOT NULL, size_micros bigint NOT NULL,
    venue smallint NOT NULL, conditions smallint[] NOT NULL,
    off_exchange boolean, exec_ts timestamptz,
"""
    + QUOTE_STAMP
    + """
    session smallint NOT NULL, session_date date NOT NULL,
    flags integer NOT NULL,
"""
    + RAW_KEYS
)

EQUITY_QUOTE = (
    """
CREATE TABLE {s}.equity_quote (
    stream integer NOT NULL, seq bigint NOT NULL, ts timestamptz NOT NULL,
    received_at timestamptz NOT NULL, source_uid uuid NOT NULL,
    symbol integer NOT NULL,
    bid_micros bigint, ask_micros bigint, bid_size integer, ask_size integer,
    vendor_order bigint,
"""
    + RAW_KEYS
)

# Log time is the time of receipt (platform errata 40), and no row may say anything else.
NEWS = (
    """
CREATE TABLE {s}.news (
    stream integer NOT NULL, seq bigint NOT NULL, ts timestamptz NOT NULL,
    received_at timestamptz NOT NULL CHECK (received_at = ts), source_uid uuid NOT NULL,
    provider text NOT NULL, story_id bigint NOT NULL CHECK (story_id >= 0),
    updated_ts timestamptz NOT NULL, payload jsonb NOT NULL,
"""
    + RAW_KEYS
)

INDEXES = {
    "option_print": "(contract, ts)",
    "option_quote": "(contract, ts)",
    "equity_print": "(symbol, ts)",
    "equity_quote": "(symbol, ts)",
}


def _table(name, sql, size=None):
    yield in_both(sql, undo=f"DROP TABLE {{s}}.{name}")
    if name == "option_print":
        # A symbol's tape: without it a quiet name's page would walk the whole stream.
        yield in_both(
            "CREATE INDEX option_print_symbol ON {s}.option_print (symbol, ts)",
            undo="DROP INDEX {s}.option_print_symbol",
        )
    if name in INDEXES:
        yield in_both(
            f"CREATE INDEX {name}_instrument ON {{s}}.{name} {INDEXES[name]}",
            undo=f"DROP INDEX {{s}}.{name}_instrument",
        )
    if size:
        yield hypertable(name, size)


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            [f"CREATE SCHEMA {schema}" for schema in SCHEMA_OF.values()],
            [f"DROP SCHEMA {schema}" for schema in SCHEMA_OF.values()],
        ),
        *_table("stream", STREAM),
        *_table("batch", BATCH),
        *_table("control", CONTROL, "control"),
        *_table("lease", LEASE),
        *_table("feed_cursor", FEED_CURSOR),
        *_table("quarantine", QUARANTINE),
        *_table("gap", GAP),
        *_table("option_print", OPTION_PRINT, "print"),
        *_table("option_quote", OPTION_QUOTE, "quote"),
        *_table("equity_print", EQUITY_PRINT, "print"),
        *_table("equity_quote", EQUITY_QUOTE, "quote"),
        *_table("news", NEWS, "control"),
    ]
