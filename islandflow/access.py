"""Who may open what: deny by default. A URL without an entry here answers nobody.

Roles are groups: viewer, analyst, admin (reliability-security.md 6.3). A superuser has every role.
API tokens act as their user. A test walks the resolver and fails on a URL without an entry.
"""

import enum
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.urls import Resolver404, ResolverMatch, resolve
from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class Role(enum.IntEnum):
    """What a surface asks for; each role has all below it."""

    ANYONE = 0
    VIEWER = 1
    ANALYST = 2
    ADMIN = 3


ROLE_GROUPS = {"viewer": Role.VIEWER, "analyst": Role.ANALYST, "admin": Role.ADMIN}

# Route name -> role. The admin site and its own login check staff and model permissions too.
ENTRIES: dict[str, Role] = {
    "login": Role.ANYONE,
    "logout": Role.ANYONE,  # whoever is signed in may leave, with a role or without
    "health-live": Role.ANYONE,
    "health-ready": Role.ANYONE,
    "command": Role.VIEWER,
    "options": Role.VIEWER,
    "options-rows": Role.VIEWER,
    "reads": Role.VIEWER,
    "reads-rows": Role.VIEWER,
    "alert-evidence": Role.VIEWER,
    "packet-evidence": Role.VIEWER,
    "api-prints-options": Role.ANALYST,
    "api-flow-packets": Role.ANALYST,
    "api-flow-alerts": Role.ANALYST,
    "api-candles": Role.ANALYST,
    "api-news": Role.ANALYST,
    "api-news-changes": Role.ANALYST,
    "api-status": Role.ANALYST,
    "api-schema": Role.ADMIN,
    "api-docs": Role.ADMIN,
    "api-unknown": Role.ANYONE,  # says only that there is nothing
}
NAMESPACES: dict[str, Role] = {"admin": Role.ADMIN}
SOCKET = Role.VIEWER


def role_of(user: Any) -> Role:
    """Return the highest role of a signed-in user; ANYONE for nobody or a switched-off account."""
    if user is None or isinstance(user, AnonymousUser) or not user.is_active:
        return Role.ANYONE
    if user.is_superuser:
        return Role.ADMIN
    names = user.groups.values_list("name", flat=True)
    return max((ROLE_GROUPS[name] for name in names if name in ROLE_GROUPS), default=Role.ANYONE)


def needed_role(match: ResolverMatch) -> Role | None:
    """Return what a resolved URL asks for; None when it has no entry and so answers nobody."""
    if match.namespaces:
        return NAMESPACES.get(match.namespaces[0])
    return ENTRIES.get(match.url_name or "")


class DenyByDefault:
    """Lets a request through only where the table says so. The API answers in its own words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        role = needed_role(match)
        if role is None:
            return HttpResponseForbidden("This address has no permission entry.")
        if role is Role.ANYONE or request.path_info.startswith("/api/") or _is_admin_login(match):
            return self.get_response(request)
        if role_of(request.user) >= role:
            return self.get_response(request)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return HttpResponseForbidden("Your role does not include this page.")


def _is_admin_login(match: ResolverMatch) -> bool:
    return match.view_name in {"admin:login", "admin:logout", "admin:jsi18n"}


class ApiPermission(BasePermission):
    """The same table for the API, after its own authentication (token or session)."""

    message = "Your role does not include this resource."

    def has_permission(self, request: Request, view: Any) -> bool:
        role = needed_role(resolve(request.path_info))
        return role is not None and role_of(request.user) >= role
