"""Off-exchange events and candles in both schemas, and the view that the admin inspects."""

import django.contrib.postgres.fields
from django.db import migrations, models

from flow.storage.schemas import hypertable, in_both

KEY = """
    run integer NOT NULL CHECK ({run_check}),
    ts timestamptz NOT NULL, uid uuid NOT NULL, rev smallint NOT NULL,
    shard smallint NOT NULL, step_no bigint NOT NULL,
    stream integer NOT NULL, seq bigint NOT NULL, ordinal integer NOT NULL,
    symbol integer NOT NULL,
"""
PRIMARY = "PRIMARY KEY (run, ts, uid, rev)"
TABLES = {
    "dark_event": f"""{KEY}
        tuning_revision integer NOT NULL, kind text NOT NULL, state text NOT NULL,
        direction text NOT NULL, confidence double precision NOT NULL,
        window_start_ts timestamptz NOT NULL, end_ts timestamptz NOT NULL,
        print_count integer NOT NULL, size_micros bigint NOT NULL, notional_micros bigint NOT NULL,
        vwap_micros bigint NOT NULL, mid_start_micros bigint NOT NULL, mid_end_micros bigint,
        impact_bps double precision, placement_counts jsonb NOT NULL, reasons jsonb NOT NULL,
        features jsonb NOT NULL, explanations jsonb NOT NULL, evidence_total integer NOT NULL,
        member_seqs bigint[] NOT NULL, member_digest bytea NOT NULL, engine text NOT NULL,
        {PRIMARY}""",
    "candle": f"""{KEY}
        interval_s integer NOT NULL, session smallint, open_micros bigint, high_micros bigint,
        low_micros bigint, close_micros bigint, volume_micros bigint NOT NULL,
        trades integer NOT NULL, lit_volume_micros bigint NOT NULL,
        off_exchange_volume_micros bigint NOT NULL, off_exchange_count integer NOT NULL,
        notional_micros bigint NOT NULL, vwap_micros bigint, engine text NOT NULL, {PRIMARY}""",
}
EVIDENCE = """SELECT r.run || '-' || (extract(epoch FROM r.ts) * 1000000)::bigint || '-'
    || replace(r.uid::text, '-', '') || '-' || r.rev AS key, r.run, r.ts, r.uid, r.rev, r.shard,
    r.step_no, r.stream, r.seq, r.ordinal, y.name AS contract, y.name AS underlying,
    0 AS contract_id, r.symbol AS symbol_id, r.tuning_revision, r.engine, r.kind, r.state,
    r.direction, r.confidence, r.window_start_ts, r.end_ts, r.print_count, r.size_micros,
    r.notional_micros, r.vwap_micros, r.mid_start_micros, r.mid_end_micros, r.impact_bps,
    r.placement_counts, r.reasons, r.features, r.explanations, r.evidence_total, r.member_seqs,
    r.member_digest
    FROM {s}.dark_event r LEFT JOIN public.symbol y ON y.id = r.symbol"""
# A chart reads one symbol and interval by time; a page of events one symbol, newest first.
READ_BY = {"dark_event": "run, symbol, ts", "candle": "run, symbol, interval_s, ts"}


def _tables():
    for name, columns in TABLES.items():
        yield in_both(f"CREATE TABLE {{s}}.{name} ({columns})", undo=f"DROP TABLE {{s}}.{name}")
        yield hypertable(name, "derived")
        yield in_both(
            f"CREATE INDEX {name}_step ON {{s}}.{name} (run, shard, step_no, ts)",
            undo=f"DROP INDEX {{s}}.{name}_step",
        )
        yield in_both(
            f"CREATE INDEX {name}_symbol ON {{s}}.{name} ({READ_BY[name]})",
            undo=f"DROP INDEX {{s}}.{name}_symbol",
        )


class Migration(migrations.Migration):
    dependencies = [("signals", "0005_structures_and_withdrawals")]
    operations = [
        *_tables(),
        in_both(
            "CREATE VIEW {s}.evidence_dark_event AS " + EVIDENCE,
            undo="DROP VIEW {s}.evidence_dark_event",
        ),
        migrations.CreateModel(
            name="Candle",
            fields=[
                ("run", models.IntegerField()),
                ("ts", models.DateTimeField()),
                ("uid", models.UUIDField()),
                ("rev", models.SmallIntegerField()),
                ("shard", models.SmallIntegerField()),
                ("step_no", models.BigIntegerField()),
                ("stream", models.IntegerField()),
                ("seq", models.BigIntegerField()),
                ("ordinal", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "run",
                        "ts",
                        "uid",
                        "rev",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("symbol", models.IntegerField()),
                ("interval_s", models.IntegerField()),
                ("session", models.SmallIntegerField(null=True)),
                ("open_micros", models.BigIntegerField(null=True)),
                ("high_micros", models.BigIntegerField(null=True)),
                ("low_micros", models.BigIntegerField(null=True)),
                ("close_micros", models.BigIntegerField(null=True)),
                ("volume_micros", models.BigIntegerField()),
                ("trades", models.IntegerField()),
                ("lit_volume_micros", models.BigIntegerField()),
                ("off_exchange_volume_micros", models.BigIntegerField()),
                ("off_exchange_count", models.IntegerField()),
                ("notional_micros", models.BigIntegerField()),
                ("vwap_micros", models.BigIntegerField(null=True)),
                ("engine", models.TextField()),
            ],
            options={
                "db_table": "candle",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="DarkEvent",
            fields=[
                ("run", models.IntegerField()),
                ("ts", models.DateTimeField()),
                ("uid", models.UUIDField()),
                ("rev", models.SmallIntegerField()),
                ("shard", models.SmallIntegerField()),
                ("step_no", models.BigIntegerField()),
                ("stream", models.IntegerField()),
                ("seq", models.BigIntegerField()),
                ("ordinal", models.IntegerField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "run",
                        "ts",
                        "uid",
                        "rev",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("symbol", models.IntegerField()),
                ("tuning_revision", models.IntegerField()),
                ("kind", models.TextField()),
                ("state", models.TextField()),
                ("direction", models.TextField()),
                ("confidence", models.FloatField()),
                ("window_start_ts", models.DateTimeField()),
                ("end_ts", models.DateTimeField()),
                ("print_count", models.IntegerField()),
                ("size_micros", models.BigIntegerField()),
                ("notional_micros", models.BigIntegerField()),
                ("vwap_micros", models.BigIntegerField()),
                ("mid_start_micros", models.BigIntegerField()),
                ("mid_end_micros", models.BigIntegerField(null=True)),
                ("impact_bps", models.FloatField(null=True)),
                ("placement_counts", models.JSONField()),
                ("reasons", models.JSONField()),
                ("features", models.JSONField()),
                ("explanations", models.JSONField()),
                ("evidence_total", models.IntegerField()),
                (
                    "member_seqs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                ("member_digest", models.BinaryField()),
                ("engine", models.TextField()),
            ],
            options={
                "db_table": "dark_event",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="DarkEventEvidence",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("run", models.IntegerField()),
                ("ts", models.DateTimeField(verbose_name="event time")),
                ("uid", models.UUIDField(verbose_name="identity")),
                ("rev", models.SmallIntegerField(verbose_name="revision")),
                ("shard", models.SmallIntegerField()),
                ("step_no", models.BigIntegerField(verbose_name="step")),
                ("stream", models.IntegerField()),
                ("seq", models.BigIntegerField(verbose_name="final by log entry")),
                ("ordinal", models.IntegerField()),
                ("contract", models.TextField()),
                ("underlying", models.TextField()),
                ("contract_id", models.IntegerField()),
                ("symbol_id", models.IntegerField()),
                ("tuning_revision", models.IntegerField()),
                ("engine", models.TextField()),
                ("kind", models.TextField()),
                ("state", models.TextField()),
                ("direction", models.TextField()),
                ("confidence", models.FloatField()),
                ("window_start_ts", models.DateTimeField(verbose_name="first print")),
                ("end_ts", models.DateTimeField(verbose_name="last print")),
                ("print_count", models.IntegerField(verbose_name="prints")),
                ("size_micros", models.BigIntegerField(verbose_name="micro-shares")),
                ("notional_micros", models.BigIntegerField(verbose_name="notional")),
                ("vwap_micros", models.BigIntegerField(verbose_name="average price by size")),
                ("mid_start_micros", models.BigIntegerField(verbose_name="mid at the start")),
                (
                    "mid_end_micros",
                    models.BigIntegerField(null=True, verbose_name="mid at the end"),
                ),
                ("impact_bps", models.FloatField(null=True, verbose_name="impact, bps")),
                ("placement_counts", models.JSONField()),
                ("reasons", models.JSONField()),
                ("features", models.JSONField()),
                ("explanations", models.JSONField()),
                ("evidence_total", models.IntegerField(verbose_name="prints of the evidence")),
                (
                    "member_seqs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                ("member_digest", models.BinaryField()),
            ],
            options={
                "verbose_name": "off-exchange event",
                "db_table": "evidence_dark_event",
                "abstract": False,
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
    ]
