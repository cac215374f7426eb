"""Prints keep the vendor's sequence: it orders those of one instant (options errata 30).

A print of before has none: prints of one instant stand by their uid there, as they were computed.
"""

from importlib import import_module

from django.db import migrations, models

from flow.storage.schemas import in_both

SELECT = import_module("flow.migrations.0004_evidence_views").VIEWS["option_print"]
WITH_ORDER = SELECT.replace("r.tuning_revision\n", "r.tuning_revision, r.vendor_order\n")


class Migration(migrations.Migration):
    dependencies = [("flow", "0013_interest_without_session")]
    operations = [
        in_both(
            "ALTER TABLE {s}.option_print ADD COLUMN vendor_order bigint",
            undo="ALTER TABLE {s}.option_print DROP COLUMN vendor_order",
        ),
        in_both(
            f"CREATE OR REPLACE VIEW {{s}}.evidence_option_print AS {WITH_ORDER}",
            undo=f"DROP VIEW {{s}}.evidence_option_print;"
            f" CREATE VIEW {{s}}.evidence_option_print AS {SELECT}",
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    "optionprint", "vendor_order", models.BigIntegerField(null=True)
                ),
                migrations.AddField(
                    "optionprintevidence", "vendor_order", models.BigIntegerField(null=True)
                ),
            ]
        ),
    ]
