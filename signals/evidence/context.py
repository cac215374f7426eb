"""The flow of the underlying around an event as lines: what traded, and which way it leaned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flow.templatetags import flow_format as fmt

WINDOWS = {"1h": "1 hour", "4h": "4 hours", "session": "this and the last session"}
LEANS = {"BULLISH": "bullish", "BEARISH": "bearish", "NEUTRAL": "no lean"}
VERDICTS = {
    "INSUFFICIENT_DATA": "too little to say",
    "FOLLOW_FLOW": "strong lean",
    "MONITOR": "some lean",
    "NO_SIGNAL": "no signal",
}
MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class FlowLine:
    """One window up to the packet's end, its own prints included."""

    window: str
    premium: str
    trades: str
    put_call: str
    lean: str
    strength: str
    score: str
    verdict: str


def flow_lines(flow: Mapping[str, Any] | None) -> list[FlowLine]:
    """Return one line for each window that has flow, the shortest first."""
    told = flow or {}
    return [_line(words, told[window]) for window, words in WINDOWS.items() if window in told]


def _line(words: str, found: Mapping[str, Any]) -> FlowLine:
    ratio = found["put_call_volume_ratio"]
    return FlowLine(
        window=words,
        premium=fmt.money(round(found["premium_usd"] * MICROS)),
        trades=fmt.count(found["trades"]),
        put_call=fmt.DASH if ratio is None else f"{ratio:.2f}",
        lean=LEANS[found["sentiment"]],
        strength=str(found["sentiment_strength"]),
        score=str(found["institutional_score"]),
        verdict=VERDICTS[found["recommendation"]],
    )
