"""Asking the candle API: prints by the minute, an answer, a refusal."""

from typing import Any
from urllib.parse import urlencode

from django.test import Client

from flow.domain.events import EquityPrint
from tests.support.market import SECOND, TS, equity_trade

MINUTE = 60 * SECOND
START = TS - TS % MINUTE  # 2023-11-15T14:53:00Z
PATH = "/api/v1/candles/"


def at(offset_us: int, n: int, **changes: Any) -> EquityPrint:
    """Return a print of 100 shares so long after START."""
    return equity_trade(n, START - TS + offset_us, **changes)


def ask(client: Client, **query: object) -> Any:
    answer = client.get(f"{PATH}?{urlencode({'symbol': 'SPY', 'interval': '1m'} | query)}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def refused(client: Client, query: str) -> dict[str, Any]:
    answer = client.get(f"{PATH}?{query}")
    assert answer.status_code == 400, answer.content
    error: dict[str, Any] = answer.json()["error"]
    return error
