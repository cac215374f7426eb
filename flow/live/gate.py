"""Who may watch: the signed-in user behind a socket, asked again while the socket is open.

Channels looks at connect only; logout, a changed password or a switched-off account would never
reach an open socket (channels issues 718 and 1324).
"""

from collections import OrderedDict
from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth import get_user

RECHECK_S = 30.0
SOCKETS_PER_USER = 6
# The groups of islandflow.access.ROLE_GROUPS; a test holds that both say the same of every user.
WATCHING_GROUPS = ("viewer", "analyst", "admin")


def may_watch(user: Any) -> bool:
    """Return whether this account sees prints: active, and in one of the roles."""
    if user is None or not user.is_authenticated or not user.is_active:
        return False
    return bool(user.is_superuser or user.groups.filter(name__in=WATCHING_GROUPS).exists())


@database_sync_to_async  # type: ignore[untyped-decorator]
def user_of_session(session_key: str | None) -> Any:
    """Return who a session belongs to now, None for nobody: read anew from its row."""
    if not session_key:
        return None
    store = import_module(settings.SESSION_ENGINE).SessionStore(session_key=session_key)
    user = get_user(SimpleNamespace(session=store))  # type: ignore[arg-type]
    return user if may_watch(user) else None


class Doorkeeper:
    """Counts the open sockets of each user; the oldest gives way to the newest."""

    def __init__(self, limit: int = SOCKETS_PER_USER) -> None:
        self._limit = limit
        self._open: dict[int, OrderedDict[int, Callable[[], None]]] = {}

    def enter(self, user_id: int, socket: object, leave: Callable[[], None]) -> None:
        """Let a socket in; calls `leave` of the one that has been open longest when full."""
        sockets = self._open.setdefault(user_id, OrderedDict())
        sockets[id(socket)] = leave
        if len(sockets) > self._limit:
            _, oldest = sockets.popitem(last=False)
            oldest()

    def exit(self, user_id: int, socket: object) -> None:
        """Forget a socket."""
        sockets = self._open.get(user_id, OrderedDict())
        sockets.pop(id(socket), None)
        if not sockets:
            self._open.pop(user_id, None)
