"""Beat's jobs for reference data: open interest at 07:00 New York, the calendar when it is due."""

from django.db import migrations
from django.utils import timezone

JOBS = (
    {
        "name": "End of day of options",
        "task": "flow.load_option_eod",
        "hour": "7",
        "minute": "0",
        "day_of_week": "mon-fri",
        "expires": 2 * 3600,
        "description": "Loads what the clearing house told this morning, and counts what is missing.",
    },
    {
        "name": "Event calendar",
        "task": "flow.refresh_calendar",
        "hour": "*",
        "minute": "17",
        "day_of_week": "*",
        "expires": 50 * 60,
        "description": "Asks the calendar's provider once REFDATA_EVENT_CALENDAR_REFRESH_MS have gone"
        " by since its last good answer, and imports the calendar's file if it has changed.",
    },
)


def add(apps, schema_editor):
    crontabs = apps.get_model("django_celery_beat", "CrontabSchedule")
    tasks = apps.get_model("django_celery_beat", "PeriodicTask")
    for job in JOBS:
        when = {
            "minute": job["minute"],
            "hour": job["hour"],
            "day_of_week": job["day_of_week"],
            "day_of_month": "*",
            "month_of_year": "*",
            "timezone": "America/New_York",
        }
        crontab = crontabs.objects.filter(**when).first() or crontabs.objects.create(**when)
        tasks.objects.get_or_create(
            name=job["name"],
            defaults={
                "task": job["task"],
                "crontab": crontab,
                "expire_seconds": job["expires"],
                "description": job["description"],
            },
        )
    # Historical models send no signals, so a running beat is told here.
    apps.get_model("django_celery_beat", "PeriodicTasks").objects.update_or_create(
        ident=1, defaults={"last_update": timezone.now()}
    )


def remove(apps, schema_editor):
    names = [job["name"] for job in JOBS]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=names).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("flow", "0007_open_interest_as_of"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [migrations.RunPython(add, remove)]
