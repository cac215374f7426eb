"""Derived hypertables, the step ledger and operator state, in both schemas."""

from django.db import migrations

from flow.storage.schemas import hypertable, in_both

KEY = """
    run integer NOT NULL CHECK ({run_check}),
    ts timestamptz NOT NULL, uid uuid NOT NULL, rev smallint NOT NULL,
    shard smallint NOT NULL, step_no bigint NOT NULL,
    stream integer NOT NULL, seq bigint NOT NULL, ordinal integer NOT NULL,
"""
CHILD = """
    packet_ts timestamptz NOT NULL, packet_uid uuid NOT NULL,
    contract integer NOT NULL, symbol integer NOT NULL, tuning_revision integer NOT NULL,
"""
PRIMARY = "PRIMARY KEY (run, ts, uid, rev)"

TABLES = {
    "packet": f"""{KEY}
        end_ts timestamptz NOT NULL,
        contract integer NOT NULL, symbol integer NOT NULL, tuning_revision integer NOT NULL,
        print_count integer NOT NULL, size bigint NOT NULL, premium_micros bigint,
        first_price_micros bigint NOT NULL, last_price_micros bigint NOT NULL,
        vwap_micros bigint NOT NULL,
        features jsonb NOT NULL, member_seqs bigint[] NOT NULL, member_digest bytea NOT NULL,
        engine text NOT NULL, {PRIMARY}""",
    "smart_money_event": f"""{KEY}{CHILD}
        event_kind text NOT NULL, direction text NOT NULL, primary_profile text,
        abstained boolean NOT NULL, abstain_reasons jsonb NOT NULL,
        suppressed_reasons jsonb NOT NULL, scores jsonb NOT NULL, features jsonb NOT NULL,
        evidence_quality double precision NOT NULL, engine text NOT NULL, {PRIMARY}""",
    "classifier_hit": f"""{KEY}{CHILD}
        event_uid uuid NOT NULL, classifier_id text NOT NULL,
        confidence double precision NOT NULL, direction text NOT NULL,
        explanations jsonb NOT NULL, engine text NOT NULL, {PRIMARY}""",
    "alert": f"""{KEY}{CHILD}
        event_uid uuid NOT NULL, score smallint NOT NULL CHECK (score BETWEEN 0 AND 100),
        severity text NOT NULL, direction text NOT NULL, primary_profile text,
        classifier_ids jsonb NOT NULL, print_count integer NOT NULL, size bigint NOT NULL,
        premium_micros bigint, evidence_quality double precision NOT NULL,
        headline text NOT NULL, breakdown jsonb NOT NULL, explanations jsonb NOT NULL,
        dedupe_key text NOT NULL, supersedes uuid, engine text NOT NULL, {PRIMARY}""",
    "evidence_link": f"""{KEY}
        parent_kind text NOT NULL, role text NOT NULL, ref_kind text NOT NULL,
        ref_stream integer, ref_ts timestamptz NOT NULL, ref_seq bigint, ref_uid uuid,
        PRIMARY KEY (run, ts, uid, rev, ordinal)""",
}

STEP_LEDGER = """
CREATE TABLE {s}.step_ledger (
    run integer NOT NULL CHECK ({run_check}),
    shard smallint NOT NULL, step_no bigint NOT NULL,
    stream integer NOT NULL, first_batch bigint NOT NULL, last_batch bigint NOT NULL,
    entries integer NOT NULL, outputs integer NOT NULL, alerts integer NOT NULL,
    out_min_ts timestamptz, out_max_ts timestamptz,
    digest bytea NOT NULL, engine text NOT NULL, tuning_revision integer NOT NULL,
    epoch bigint NOT NULL, committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run, shard, step_no)
)"""

# Saved with its own position, at most every five seconds; a start loads the newest and steps on.
OPERATOR_STATE = """
CREATE TABLE {s}.operator_state (
    run integer NOT NULL CHECK ({run_check}),
    shard smallint NOT NULL, step_no bigint NOT NULL,
    version text NOT NULL, sha256 bytea NOT NULL, blob bytea NOT NULL,
    session_close boolean NOT NULL DEFAULT false,
    saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run, shard, step_no)
)"""


def _derived():
    for name, columns in TABLES.items():
        yield in_both(f"CREATE TABLE {{s}}.{name} ({columns})", undo=f"DROP TABLE {{s}}.{name}")
        yield hypertable(name, "derived")
        # Followers read by step, never by time or id (platform errata 7).
        yield in_both(
            f"CREATE INDEX {name}_step ON {{s}}.{name} (run, shard, step_no, ts)",
            undo=f"DROP INDEX {{s}}.{name}_step",
        )
    for name in ("packet", "smart_money_event", "alert"):
        # A symbol's history, newest first, for pages, admin filter and API.
        yield in_both(
            f"CREATE INDEX {name}_symbol ON {{s}}.{name} (run, symbol, ts)",
            undo=f"DROP INDEX {{s}}.{name}_symbol",
        )


class Migration(migrations.Migration):
    initial = True
    dependencies = [("flow", "0001_log")]
    operations = [
        *_derived(),
        in_both(STEP_LEDGER, undo="DROP TABLE {s}.step_ledger"),
        # Where each stream stands, for status and for a start without a saved state.
        in_both(
            "CREATE INDEX step_ledger_stream ON {s}.step_ledger (run, shard, stream, step_no)",
            undo="DROP INDEX {s}.step_ledger_stream",
        ),
        in_both(OPERATOR_STATE, undo="DROP TABLE {s}.operator_state"),
    ]
