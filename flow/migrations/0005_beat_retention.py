"""Beat's first job: retention, every night after the market, on New York's clock."""

from django.db import migrations
from django.utils import timezone

TASK = "flow.prune"
NAME = "Retention"
# Before a day is over the next run is due; a task older than that is not worth running.
EXPIRES_S = 6 * 3600


def add(apps, schema_editor):
    crontabs = apps.get_model("django_celery_beat", "CrontabSchedule")
    tasks = apps.get_model("django_celery_beat", "PeriodicTask")
    nightly = {
        "minute": "30",
        "hour": "20",
        "day_of_week": "*",
        "day_of_month": "*",
        "month_of_year": "*",
        "timezone": "America/New_York",
    }
    crontab = crontabs.objects.filter(**nightly).first() or crontabs.objects.create(**nightly)
    tasks.objects.get_or_create(
        name=NAME,
        defaults={
            "task": TASK,
            "crontab": crontab,
            "expire_seconds": EXPIRES_S,
            "description": "Drops chunks of live prints, quotes and control entries that are"
            " older than they are kept; `manage.py prune --dry-run` shows what it would drop.",
        },
    )
    # Historical models send no signals, so a running beat is told here.
    apps.get_model("django_celery_beat", "PeriodicTasks").objects.update_or_create(
        ident=1, defaults={"last_update": timezone.now()}
    )


def remove(apps, schema_editor):
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("flow", "0004_evidence_views"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(add, remove)]
