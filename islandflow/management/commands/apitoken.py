"""API tokens: hashed at rest, shown once, expiring, revocable.

A token acts as its user. Its name and its end are entries of the admin's log, which outlive it.
"""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from knox.models import AuthToken

PREFIX = "isl_"  # so that scanners of leaked secrets know it
MAX_DAYS = 90  # Source: reliability-security.md 6.4


class Command(BaseCommand):
    help = "Make, list and revoke API tokens of a user."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        create = what.add_parser("create", help="make a token and show it, once")
        create.add_argument("user")
        create.add_argument("--name", required=True, help="what it is for")
        create.add_argument("--days", type=int, default=MAX_DAYS, help=f"1 to {MAX_DAYS}")
        listing = what.add_parser("list", help="show the tokens that exist, never their secret")
        listing.add_argument("user", nargs="?")
        revoke = what.add_parser("revoke", help="end a token at once")
        revoke.add_argument("user")
        revoke.add_argument("--prefix", help="the prefix that `list` shows")
        revoke.add_argument("--name")
        revoke.add_argument("--all", action="store_true", dest="is_all")

    def handle(self, *args: Any, **options: Any) -> None:
        actions = {"create": self._create, "list": self._list, "revoke": self._revoke}
        actions[options["what"]](options)

    def _create(self, options: dict[str, Any]) -> None:
        user, days, name = _user(options["user"]), options["days"], options["name"].strip()
        if not 1 <= days <= MAX_DAYS:
            raise CommandError(f"--days is {days}; expected 1 to {MAX_DAYS}")
        if not name or len(name) > 100:
            raise CommandError("--name is empty or too long; expected 1 to 100 characters")
        if not name.isprintable():  # a line break in it would forge a line of `list`
            raise CommandError(f"--name is {name!r}; expected printable characters only")
        with transaction.atomic():
            token, secret = AuthToken.objects.create(
                user, expiry=timedelta(days=days), prefix=PREFIX
            )
            _log(token, ADDITION, name)
        self.stderr.write(
            f"Token {name!r} of {user} until {token.expiry:%Y-%m-%d %H:%M} UTC. It is shown this"
            " once. Use it as the header `Authorization: Token ...`, never in an address:"
        )
        self.stdout.write(secret)

    def _list(self, options: dict[str, Any]) -> None:
        tokens = AuthToken.objects.select_related("user").order_by("created")
        if options["user"]:
            tokens = tokens.filter(user=_user(options["user"]))
        line = "{:<18} {:<16} {:<24} {:<17} {:<22} {}"
        rows = [line.format("PREFIX", "USER", "NAME", "CREATED", "EXPIRES", "LAST USED")]
        rows += [
            line.format(
                token.token_key,
                str(token.user),
                _name(token),
                f"{token.created:%Y-%m-%d %H:%M}",
                _expiry(token),
                "not recorded",
            )
            for token in tokens
        ]
        self.stdout.write("\n".join(rows))

    def _revoke(self, options: dict[str, Any]) -> None:
        if sum(bool(options[key]) for key in ("prefix", "name", "is_all")) != 1:
            raise CommandError("expected exactly one of --prefix, --name, --all")
        tokens = list(AuthToken.objects.filter(user=_user(options["user"])))
        if options["prefix"]:
            tokens = [each for each in tokens if each.token_key == options["prefix"]]
        elif options["name"]:
            tokens = [each for each in tokens if _name(each) == options["name"]]
        if not tokens:
            raise CommandError("no such token; `manage.py apitoken list` shows what there is")
        with transaction.atomic():
            for token in tokens:
                _log(token, DELETION, _name(token))
                token.delete()
        self.stdout.write(f"{len(tokens)} token(s) revoked")


def _user(name: str) -> AbstractBaseUser:
    users = get_user_model()
    user = users.objects.filter(**{users.USERNAME_FIELD: name}).first()
    if user is None:
        raise CommandError(f"user is {name!r}; no user has that name")
    return user


def _log(token: Any, flag: int, name: str) -> None:
    LogEntry.objects.create(
        user_id=token.user_id,
        content_type=ContentType.objects.get_for_model(AuthToken),
        object_id=token.digest,
        object_repr=name,
        action_flag=flag,
        change_message="manage.py apitoken",
    )


def _name(token: Any) -> str:
    entry = LogEntry.objects.filter(object_id=token.digest, action_flag=ADDITION).first()
    return entry.object_repr if entry else "-"


def _expiry(token: Any) -> str:
    if token.expiry is None:
        return "never"
    past = " (expired)" if token.expiry <= timezone.now() else ""
    return f"{token.expiry:%Y-%m-%d}{past}"
