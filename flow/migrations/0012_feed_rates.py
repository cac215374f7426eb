"""What a feed achieves and what it was asked for, beside the rest of its state."""

from django.db import migrations, models

from flow.storage.schemas import in_both

COLUMNS = ("events_per_s", "asked_events_per_s")


class Migration(migrations.Migration):
    dependencies = [("flow", "0011_reference_names")]
    operations = [
        *(
            in_both(
                f"ALTER TABLE {{s}}.feed_cursor ADD COLUMN {name} double precision",
                undo=f"ALTER TABLE {{s}}.feed_cursor DROP COLUMN {name}",
            )
            for name in COLUMNS
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField("feedcursor", name, models.FloatField(null=True))
                for name in COLUMNS
            ]
        ),
    ]
