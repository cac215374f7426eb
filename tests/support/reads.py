"""Alerts of an import and their evidence as its pages show them."""

import re
from typing import Any

from django.test import Client

from replay.models import Run
from signals.panels import address_of
from signals.storage.reads import AlertRow, DerivedFilter, alert_page
from tests.support.pages import body


def alerts(run: Run, **chosen: Any) -> list[AlertRow]:
    return alert_page("runs", run.id, limit=1_000, chosen=DerivedFilter(**chosen))


def evidence(client: Client, alert: AlertRow, **headers: Any) -> str:
    return body(client, f"/reads/{address_of(alert)}/evidence/?run=old", **headers)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
