"""Small evidence for admin and API tests: the load command's rows, a handful of them, and users."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from flow.storage.db import connect
from flow.storage.schemas import alias_of
from replay.load.derived import copy_derived
from replay.load.raw import copy_raw
from replay.models import Run
from replay.runs import open_import_run

PASSWORD = "a long test password"


def fill(run: int, *, prints: int = 60, alerts: int = 12) -> None:
    """Copy a few rows of every kind into a run of the fitting schema."""
    with connect(alias_of(run), "test fill") as conn:
        copy_raw(conn, run, prints)
        if alerts:
            copy_derived(conn, run, alerts, prints)


def filled_import(name: str = "old", **sizes: int) -> Run:
    """Make an import run with rows."""
    run = open_import_run(name)
    fill(run.id, **sizes)
    return run


def make_user(role: str = "admin", *, name: str = "", is_staff: bool = True) -> Any:
    """Make a user of one role; `superuser` is one by flag."""
    user = get_user_model().objects.create_user(
        name or role, password=PASSWORD, is_staff=is_staff, is_superuser=role == "superuser"
    )
    if role != "superuser":
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def signed_in(role: str = "admin", **options: Any) -> Client:
    """Return a browser that is signed in with a role."""
    client = Client()
    client.force_login(make_user(role, **options))
    return client
