"""The arithmetic of a read: terms that add up to the score, and the thresholds in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flow.templatetags import flow_format as fmt
from signals.engine.params import PARAMETERS

_PARAMETERS = {parameter.key: parameter for parameter in PARAMETERS}


@dataclass(frozen=True, slots=True)
class Term:
    """One addend of the score. All points sum exactly to the score."""

    name: str
    value: str
    weight: str
    points: str
    note: str
    is_minus: bool


@dataclass(frozen=True, slots=True)
class Threshold:
    """One value of the tuning revision."""

    key: str
    value: str
    unit: str
    help: str
    is_used: bool


def score_terms(breakdown: Sequence[Mapping[str, Any]], score: int) -> list[Term]:
    """Return the terms of a score with what rounding to whole points added: they sum exactly."""
    terms = [_term(part) for part in breakdown]
    rest = score - sum(part["points"] for part in breakdown)
    if abs(rest) >= 0.005:
        terms.append(Term("rounding", "", "", f"{rest:+.2f}", "to whole points", rest < 0))
    return terms


def _term(part: Mapping[str, Any]) -> Term:
    points = part["points"]
    return Term(
        name=str(part["term"]).replace("_", " "),
        value=number(part["value"]),
        weight=number(part["weight"]),
        points=f"{points:+.2f}",
        note=str(part.get("note") or "").replace("_", " "),
        is_minus=points < 0,
    )


def thresholds_of(values: Mapping[str, Any], used: set[str]) -> list[Threshold]:
    """Return every value of a revision; those that a sentence cites come first."""
    rows = [
        Threshold(
            key=key,
            value=number(value),
            unit=_PARAMETERS[key].unit if key in _PARAMETERS else "",
            help=_PARAMETERS[key].help if key in _PARAMETERS else "no longer a parameter",
            is_used=key in used,
        )
        for key, value in sorted(values.items())
    ]
    return sorted(rows, key=lambda row: not row.is_used)


def number(value: Any) -> str:
    """Return a stored value for people; absent is a dash."""
    if value is None:
        return fmt.DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or fmt.DASH
    return str(value)
