"""Addresses of the evidence lists in the admin, and the keys of the rows that a list shows."""

import re

from django.urls import reverse

RAW = ("optionprintevidence", "optionquoteevidence", "equityprintevidence")
STORED = ("feedcursorevidence", "quarantine", "gap", "controlrequest")


def changelist(model: str, query: str = "") -> str:
    return reverse(f"admin:flow_{model}_changelist") + query


def keys(html: str) -> list[str]:
    return re.findall(r"/([0-9]+-[0-9]+-[0-9]+)/change/", html)
