"""Evidence views of derived rows: one text key for tables whose real key is composite, read-only.

`key` is computed for the rows that are shown; lists and details filter by the real columns.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

from flow.storage.schemas import in_both

KEY = """r.run || '-' || (extract(epoch FROM r.ts) * 1000000)::bigint || '-'
    || replace(r.uid::text, '-', '') || '-' || r.rev AS key"""
HEAD = f"""{KEY}, r.run, r.ts, r.uid, r.rev, r.shard, r.step_no, r.stream, r.seq, r.ordinal,
    c.name AS contract, y.name AS underlying, r.contract AS contract_id, r.symbol AS symbol_id,
    r.tuning_revision, r.engine"""
CHILD = f"{HEAD}, r.packet_ts, r.packet_uid"
NAMES = """LEFT JOIN public.contract c ON c.id = r.contract
    LEFT JOIN public.symbol y ON y.id = r.symbol"""

VIEWS = {
    "packet": f"""SELECT {HEAD}, r.end_ts, r.print_count, r.size, r.premium_micros,
        r.first_price_micros, r.last_price_micros, r.vwap_micros, r.features, r.member_seqs,
        r.member_digest FROM {{s}}.packet r {NAMES}""",
    "smart_money_event": f"""SELECT {CHILD}, r.event_kind, r.direction, r.primary_profile,
        r.abstained, r.abstain_reasons, r.suppressed_reasons, r.scores, r.features,
        r.evidence_quality FROM {{s}}.smart_money_event r {NAMES}""",
    "classifier_hit": f"""SELECT {CHILD}, r.event_uid, r.classifier_id, r.confidence, r.direction,
        r.explanations FROM {{s}}.classifier_hit r {NAMES}""",
    "alert": f"""SELECT {CHILD}, r.event_uid, r.score, r.severity, r.direction, r.primary_profile,
        r.classifier_ids, r.print_count, r.size, r.premium_micros, r.evidence_quality,
        r.headline, r.breakdown, r.explanations, r.dedupe_key, r.supersedes
        FROM {{s}}.alert r {NAMES}""",
}


class Migration(migrations.Migration):
    dependencies = [("signals", "0002_tuning"), ("flow", "0004_evidence_views")]
    operations = [
        *(
            in_both(
                f"CREATE VIEW {{s}}.evidence_{kind} AS {select}",
                undo=f"DROP VIEW {{s}}.evidence_{kind}",
            )
            for kind, select in VIEWS.items()
        ),
        migrations.CreateModel(
            name="PacketEvidence",
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
                ("end_ts", models.DateTimeField(verbose_name="last member")),
                ("print_count", models.IntegerField(verbose_name="prints")),
                ("size", models.BigIntegerField(verbose_name="contracts")),
                ("premium_micros", models.BigIntegerField(null=True, verbose_name="premium")),
                ("first_price_micros", models.BigIntegerField(verbose_name="first price")),
                ("last_price_micros", models.BigIntegerField(verbose_name="last price")),
                ("vwap_micros", models.BigIntegerField(verbose_name="average price by size")),
                ("features", models.JSONField()),
                (
                    "member_seqs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                ("member_digest", models.BinaryField()),
            ],
            options={
                "verbose_name": "packet",
                "db_table": "evidence_packet",
                "unique_together": {("ts", "uid", "rev", "run")},
                "abstract": False,
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="SmartMoneyEventEvidence",
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
                ("packet_ts", models.DateTimeField()),
                ("packet_uid", models.UUIDField()),
                ("event_kind", models.TextField()),
                ("direction", models.TextField()),
                ("primary_profile", models.TextField(null=True)),
                ("abstained", models.BooleanField(verbose_name="declines")),
                ("abstain_reasons", models.JSONField()),
                ("suppressed_reasons", models.JSONField()),
                ("scores", models.JSONField()),
                ("features", models.JSONField()),
                ("evidence_quality", models.FloatField()),
            ],
            options={
                "verbose_name": "smart-money event",
                "db_table": "evidence_smart_money_event",
                "unique_together": {("ts", "uid", "rev", "run")},
                "abstract": False,
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="ClassifierHitEvidence",
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
                ("packet_ts", models.DateTimeField()),
                ("packet_uid", models.UUIDField()),
                ("event_uid", models.UUIDField()),
                ("classifier_id", models.TextField(verbose_name="rule")),
                ("confidence", models.FloatField()),
                ("direction", models.TextField()),
                ("explanations", models.JSONField()),
            ],
            options={
                "verbose_name": "classifier hit",
                "db_table": "evidence_classifier_hit",
                "unique_together": {("ts", "uid", "rev", "run")},
                "abstract": False,
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="AlertEvidence",
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
                ("packet_ts", models.DateTimeField()),
                ("packet_uid", models.UUIDField()),
                ("event_uid", models.UUIDField()),
                ("score", models.SmallIntegerField()),
                ("severity", models.TextField()),
                ("direction", models.TextField()),
                ("primary_profile", models.TextField(null=True)),
                ("classifier_ids", models.JSONField()),
                ("print_count", models.IntegerField(verbose_name="prints")),
                ("size", models.BigIntegerField(verbose_name="contracts")),
                ("premium_micros", models.BigIntegerField(null=True, verbose_name="premium")),
                ("evidence_quality", models.FloatField()),
                ("headline", models.TextField()),
                ("breakdown", models.JSONField()),
                ("explanations", models.JSONField()),
                ("dedupe_key", models.TextField()),
                ("supersedes", models.UUIDField(null=True)),
            ],
            options={
                "verbose_name": "alert",
                "db_table": "evidence_alert",
                "unique_together": {("ts", "uid", "rev", "run")},
                "abstract": False,
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
    ]
