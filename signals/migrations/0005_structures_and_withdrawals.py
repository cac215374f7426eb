"""Packets without one price (structures, or nothing left), and alerts that were taken back."""

from django.db import migrations, models

from flow.storage.schemas import in_both

PRICES = ("first_price_micros", "last_price_micros", "vwap_micros")
SHOWN = ("first price", "last price", "average price by size")
KEY = """r.run || '-' || (extract(epoch FROM r.ts) * 1000000)::bigint || '-'
    || replace(r.uid::text, '-', '') || '-' || r.rev AS key"""
BEFORE = f"""SELECT {KEY}, r.run, r.ts, r.uid, r.rev, r.shard, r.step_no, r.stream, r.seq,
    r.ordinal, c.name AS contract, y.name AS underlying, r.contract AS contract_id,
    r.symbol AS symbol_id, r.tuning_revision, r.engine, r.packet_ts, r.packet_uid, r.event_uid,
    r.score, r.severity, r.direction, r.primary_profile, r.classifier_ids, r.print_count, r.size,
    r.premium_micros, r.evidence_quality, r.headline, r.breakdown, r.explanations, r.dedupe_key,
    r.supersedes"""
FROM = """FROM {s}.alert r LEFT JOIN public.contract c ON c.id = r.contract
    LEFT JOIN public.symbol y ON y.id = r.symbol"""


def _nullable(column):
    return in_both(
        f"ALTER TABLE {{s}}.packet ALTER COLUMN {column} DROP NOT NULL",
        undo=f"ALTER TABLE {{s}}.packet ALTER COLUMN {column} SET NOT NULL",
    )


class Migration(migrations.Migration):
    dependencies = [("signals", "0004_immutable_revisions")]
    operations = [
        *(_nullable(column) for column in PRICES),
        in_both(
            "ALTER TABLE {s}.alert ADD COLUMN withdrawn boolean NOT NULL DEFAULT false",
            undo="ALTER TABLE {s}.alert DROP COLUMN withdrawn",
        ),
        in_both(
            "DROP VIEW {s}.evidence_alert",
            undo=f"CREATE VIEW {{s}}.evidence_alert AS {BEFORE} {FROM}",
        ),
        in_both(
            f"CREATE VIEW {{s}}.evidence_alert AS {BEFORE}, r.withdrawn {FROM}",
            undo="DROP VIEW {s}.evidence_alert",
        ),
        *(
            migrations.AlterField("Packet", column, models.BigIntegerField(null=True))
            for column in PRICES
        ),
        *(
            migrations.AlterField(
                "PacketEvidence", column, models.BigIntegerField(null=True, verbose_name=words)
            )
            for column, words in zip(PRICES, SHOWN, strict=True)
        ),
        migrations.AddField("Alert", "withdrawn", models.BooleanField(default=False)),
        migrations.AddField("AlertEvidence", "withdrawn", models.BooleanField(default=False)),
    ]
