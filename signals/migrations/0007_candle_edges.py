"""The prints that opened and closed a bar, and its tuning revision, beside the stored figures.

Two sessions of one minute have bars of their own; which of them opened the minute only their
prints tell. A bar of before has no edges and stays as it is.
"""

from django.db import migrations, models

from flow.storage.schemas import in_both

COLUMNS = {
    "first_ts": "timestamptz",
    "first_seq": "bigint",
    "last_ts": "timestamptz",
    "last_seq": "bigint",
    "tuning_revision": "integer NOT NULL DEFAULT 0",
}
FIELDS = {
    "first_ts": models.DateTimeField(null=True),
    "first_seq": models.BigIntegerField(null=True),
    "last_ts": models.DateTimeField(null=True),
    "last_seq": models.BigIntegerField(null=True),
    "tuning_revision": models.IntegerField(),
}


class Migration(migrations.Migration):
    dependencies = [("signals", "0006_off_exchange_and_candles")]
    operations = [
        *(
            in_both(
                f"ALTER TABLE {{s}}.candle ADD COLUMN {name} {kind}",
                undo=f"ALTER TABLE {{s}}.candle DROP COLUMN {name}",
            )
            for name, kind in COLUMNS.items()
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name="candle", name=name, field=field, preserve_default=False
                )
                for name, field in FIELDS.items()
            ]
        ),
    ]
