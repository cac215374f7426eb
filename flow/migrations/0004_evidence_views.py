"""Evidence views of raw rows: one text key for tables whose real key is composite, read-only.

`key` is computed for the rows that are shown; lists and details filter by the real columns.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

from flow.storage.schemas import in_both

MICROS = "(extract(epoch FROM {row}.ts) * 1000000)::bigint"
HEAD = f"""r.stream || '-' || {MICROS.format(row="r")} || '-' || r.seq AS key,
    s.run, r.stream, s.name AS stream_name, r.seq, r.ts, r.received_at, r.source_uid"""
STAMP = """r.bid_micros, r.ask_micros, r.bid_size, r.ask_size, r.quote_ts, r.quote_seq,
    r.quote_silence_us, r.quote_mode"""
# Outer joins on unique keys: the planner may leave out what a statement does not read, and keeps
# the order of the raw table.
STREAM = "LEFT JOIN {s}.stream s ON s.id = r.stream"
CONTRACT = "LEFT JOIN public.contract c ON c.id = r.contract"
SYMBOL = "LEFT JOIN public.symbol y ON y.id = r.symbol"

VIEWS = {
    "option_print": f"""SELECT {HEAD}, c.name AS contract, y.name AS underlying,
        r.contract AS contract_id, r.symbol AS symbol_id, r.price_micros, r.size,
        r.premium_micros, r.venue, r.conditions, {STAMP},
        r.spot_bid_micros, r.spot_ask_micros, r.spot_ts, r.spot_seq,
        r.move_60s_bps, r.move_5m_bps, r.move_5m_z, r.iv,
        r.session, r.session_date, r.dte, r.flags,
        r.side, r.label_passed, r.label_reasons, r.tuning_revision
        FROM {{s}}.option_print r {STREAM} {CONTRACT} {SYMBOL}""",
    "option_quote": f"""SELECT {HEAD}, c.name AS contract, r.contract AS contract_id,
        r.bid_micros, r.ask_micros, r.bid_size, r.ask_size, r.vendor_order
        FROM {{s}}.option_quote r {STREAM} {CONTRACT}""",
    "equity_print": f"""SELECT {HEAD}, y.name AS symbol, r.symbol AS symbol_id,
        r.price_micros, r.size_micros, r.venue, r.conditions, r.off_exchange, r.exec_ts, {STAMP},
        r.session, r.session_date, r.flags
        FROM {{s}}.equity_print r {STREAM} {SYMBOL}""",
    "feed_cursor": """SELECT r.run || '-' || r.source AS key, r.run, r.source, r.state, r.detail,
        r.received, r.stored, r.duplicates, r.quarantined, r.late,
        r.last_event_ts, r.last_received_at, r.updated_at, r.cursor
        FROM {s}.feed_cursor r""",
}


class Migration(migrations.Migration):
    dependencies = [("flow", "0002_tables")]
    operations = [
        *(
            in_both(
                f"CREATE VIEW {{s}}.evidence_{kind} AS {select}",
                undo=f"DROP VIEW {{s}}.evidence_{kind}",
            )
            for kind, select in VIEWS.items()
        ),
        migrations.CreateModel(
            name="OptionPrintEvidence",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("run", models.IntegerField()),
                ("stream", models.IntegerField()),
                ("stream_name", models.TextField(verbose_name="source")),
                ("seq", models.BigIntegerField()),
                ("ts", models.DateTimeField(verbose_name="event time")),
                ("received_at", models.DateTimeField()),
                ("source_uid", models.UUIDField(verbose_name="source identity")),
                ("contract", models.TextField()),
                ("underlying", models.TextField()),
                ("contract_id", models.IntegerField()),
                ("symbol_id", models.IntegerField()),
                ("price_micros", models.BigIntegerField(verbose_name="price")),
                ("size", models.IntegerField(verbose_name="contracts")),
                ("premium_micros", models.BigIntegerField(null=True, verbose_name="premium")),
                ("venue", models.SmallIntegerField()),
                (
                    "conditions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None
                    ),
                ),
                ("bid_micros", models.BigIntegerField(null=True, verbose_name="bid")),
                ("ask_micros", models.BigIntegerField(null=True, verbose_name="ask")),
                ("bid_size", models.IntegerField(null=True)),
                ("ask_size", models.IntegerField(null=True)),
                ("quote_ts", models.DateTimeField(null=True, verbose_name="quote time")),
                ("quote_seq", models.BigIntegerField(null=True)),
                (
                    "quote_silence_us",
                    models.BigIntegerField(null=True, verbose_name="silence of the quote feed"),
                ),
                ("quote_mode", models.SmallIntegerField()),
                (
                    "spot_bid_micros",
                    models.BigIntegerField(null=True, verbose_name="underlying's bid"),
                ),
                (
                    "spot_ask_micros",
                    models.BigIntegerField(null=True, verbose_name="underlying's ask"),
                ),
                (
                    "spot_ts",
                    models.DateTimeField(null=True, verbose_name="underlying's quote time"),
                ),
                ("spot_seq", models.BigIntegerField(null=True)),
                (
                    "move_60s_bps",
                    models.FloatField(null=True, verbose_name="underlying's move in 60 s, bps"),
                ),
                (
                    "move_5m_bps",
                    models.FloatField(null=True, verbose_name="underlying's move in 5 min, bps"),
                ),
                (
                    "move_5m_z",
                    models.FloatField(null=True, verbose_name="that move against its usual, z"),
                ),
                ("iv", models.FloatField(null=True, verbose_name="provider's implied volatility")),
                ("session", models.SmallIntegerField()),
                ("session_date", models.DateField()),
                ("dte", models.SmallIntegerField(null=True, verbose_name="days to expiry")),
                ("flags", models.IntegerField()),
                ("side", models.SmallIntegerField()),
                ("label_passed", models.BooleanField(verbose_name="kept by the label")),
                ("label_reasons", models.IntegerField()),
                ("tuning_revision", models.IntegerField()),
            ],
            options={
                "verbose_name": "option print",
                "db_table": "evidence_option_print",
                "unique_together": {("ts", "seq", "stream")},
                "abstract": False,
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="OptionQuoteEvidence",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("run", models.IntegerField()),
                ("stream", models.IntegerField()),
                ("stream_name", models.TextField(verbose_name="source")),
                ("seq", models.BigIntegerField()),
                ("ts", models.DateTimeField(verbose_name="event time")),
                ("received_at", models.DateTimeField()),
                ("source_uid", models.UUIDField(verbose_name="source identity")),
                ("contract", models.TextField()),
                ("contract_id", models.IntegerField()),
                ("bid_micros", models.BigIntegerField(null=True, verbose_name="bid")),
                ("ask_micros", models.BigIntegerField(null=True, verbose_name="ask")),
                ("bid_size", models.IntegerField(null=True)),
                ("ask_size", models.IntegerField(null=True)),
                ("vendor_order", models.BigIntegerField(null=True)),
            ],
            options={
                "verbose_name": "option quote",
                "db_table": "evidence_option_quote",
                "unique_together": {("ts", "seq", "stream")},
                "abstract": False,
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="EquityPrintEvidence",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("run", models.IntegerField()),
                ("stream", models.IntegerField()),
                ("stream_name", models.TextField(verbose_name="source")),
                ("seq", models.BigIntegerField()),
                ("ts", models.DateTimeField(verbose_name="event time")),
                ("received_at", models.DateTimeField()),
                ("source_uid", models.UUIDField(verbose_name="source identity")),
                ("symbol", models.TextField()),
                ("symbol_id", models.IntegerField()),
                ("price_micros", models.BigIntegerField(verbose_name="price")),
                ("size_micros", models.BigIntegerField(verbose_name="shares")),
                ("venue", models.SmallIntegerField()),
                (
                    "conditions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), size=None
                    ),
                ),
                ("off_exchange", models.BooleanField(null=True)),
                ("exec_ts", models.DateTimeField(null=True, verbose_name="execution time")),
                ("bid_micros", models.BigIntegerField(null=True, verbose_name="bid")),
                ("ask_micros", models.BigIntegerField(null=True, verbose_name="ask")),
                ("bid_size", models.IntegerField(null=True)),
                ("ask_size", models.IntegerField(null=True)),
                ("quote_ts", models.DateTimeField(null=True, verbose_name="quote time")),
                ("quote_seq", models.BigIntegerField(null=True)),
                (
                    "quote_silence_us",
                    models.BigIntegerField(null=True, verbose_name="silence of the quote feed"),
                ),
                ("quote_mode", models.SmallIntegerField()),
                ("session", models.SmallIntegerField()),
                ("session_date", models.DateField()),
                ("flags", models.IntegerField()),
            ],
            options={
                "verbose_name": "equity print",
                "db_table": "evidence_equity_print",
                "unique_together": {("ts", "seq", "stream")},
                "abstract": False,
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="FeedCursorEvidence",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("run", models.IntegerField()),
                ("source", models.TextField()),
                ("state", models.TextField()),
                ("detail", models.TextField()),
                ("received", models.BigIntegerField()),
                ("stored", models.BigIntegerField()),
                ("duplicates", models.BigIntegerField()),
                ("quarantined", models.BigIntegerField()),
                ("late", models.BigIntegerField()),
                ("last_event_ts", models.DateTimeField(null=True)),
                ("last_received_at", models.DateTimeField(null=True)),
                ("updated_at", models.DateTimeField()),
                ("cursor", models.JSONField()),
            ],
            options={
                "verbose_name": "feed cursor",
                "db_table": "evidence_feed_cursor",
                "unique_together": {("source", "run")},
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
    ]
