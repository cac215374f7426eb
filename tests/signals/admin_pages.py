"""Addresses of the evidence lists in the admin, and the keys of the rows that a list shows."""

import re

from django.urls import reverse

KINDS = ("packetevidence", "smartmoneyeventevidence", "classifierhitevidence", "alertevidence")


def changelist(model: str, query: str = "") -> str:
    return reverse(f"admin:signals_{model}_changelist") + query


def change(model: str, key: str, query: str = "") -> str:
    return reverse(f"admin:signals_{model}_change", args=[key]) + query


def keys(html: str, model: str) -> list[str]:
    return re.findall(rf"/{model}/([0-9]+-[0-9]+-[0-9a-f]+-[0-9]+)/change/", html)
