"""Side and correction of an equity print: columns of the table, at the end of its evidence view.

A print of before has no side; it was never placed.
"""

from importlib import import_module

from django.db import migrations, models

from flow.storage.schemas import in_both

COLUMNS = {"side": "smallint", "tuning_revision": "integer", "corrects": "uuid"}
FIELDS = {
    "side": models.SmallIntegerField(null=True),
    "tuning_revision": models.IntegerField(null=True),
}
SELECT = import_module("flow.migrations.0004_evidence_views").VIEWS["equity_print"]
WITH_COLUMNS = SELECT.replace("r.flags\n", "r.flags, r.side, r.tuning_revision, r.corrects\n")


class Migration(migrations.Migration):
    dependencies = [("flow", "0008_reference_jobs")]
    operations = [
        *(
            in_both(
                f"ALTER TABLE {{s}}.equity_print ADD COLUMN {name} {kind}",
                undo=f"ALTER TABLE {{s}}.equity_print DROP COLUMN {name}",
            )
            for name, kind in COLUMNS.items()
        ),
        in_both(
            f"CREATE OR REPLACE VIEW {{s}}.evidence_equity_print AS {WITH_COLUMNS}",
            undo=f"DROP VIEW {{s}}.evidence_equity_print;"
            f" CREATE VIEW {{s}}.evidence_equity_print AS {SELECT}",
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                *(
                    migrations.AddField(model_name=model, name=name, field=field)
                    for model in ("equityprint", "equityprintevidence")
                    for name, field in FIELDS.items()
                ),
                migrations.AddField("equityprint", "corrects", models.UUIDField(null=True)),
                migrations.AddField(
                    "equityprintevidence",
                    "corrects",
                    models.UUIDField(null=True, verbose_name="takes back"),
                ),
            ]
        ),
    ]
