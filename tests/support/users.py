"""Users of each role, and clients signed in as them."""

from django.contrib.auth.models import Group, User
from django.test import Client

PASSWORD = "correct-horse-battery"
ROLES = ("anonymous", "nobody", "viewer", "analyst", "admin", "superuser")


def make_user(role: str) -> User | None:
    """Return a user of a role; `nobody` is signed in without any role, `anonymous` is None."""
    if role == "anonymous":
        return None
    if role == "superuser":
        return User.objects.create_superuser(role, password=PASSWORD)
    user = User.objects.create_user(role, password=PASSWORD, is_staff=role == "admin")
    if role != "nobody":
        user.groups.add(Group.objects.get(name=role))
    return user


def client_of(role: str) -> Client:
    """Return a client signed in as a user of the role."""
    client = Client()
    user = make_user(role)
    if user is not None:
        client.force_login(user)
    return client
