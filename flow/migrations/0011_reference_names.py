"""Names of two reference tables in the admin."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("flow", "0010_sale_conditions"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="optioneod",
            options={
                "verbose_name": "option end of day",
                "verbose_name_plural": "option ends of day",
            },
        ),
        migrations.AlterModelOptions(
            name="symbolalias",
            options={"verbose_name_plural": "symbol aliases"},
        ),
    ]
