"""What an equity sale with a condition may do, for people and SQL."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("flow", "0009_equity_sides"),
    ]

    operations = [
        migrations.AddField(
            model_name="tradecondition",
            name="infers",
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name="tradecondition",
            name="updates_high_low",
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name="tradecondition",
            name="updates_last",
            field=models.BooleanField(null=True),
        ),
    ]
