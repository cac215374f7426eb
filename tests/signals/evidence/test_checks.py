"""The dismissal checks: what is not known is never shown as a pass."""

from typing import Any

import pytest

from flow.domain.events import PrintFlag
from signals.engine.features import whole
from signals.evidence.checks import Case, Check, run_checks
from tests.support.rows import print_row


def check(name: str, **features: Any) -> Check:
    case = Case([print_row()], whole({"strike": 70.0, **features}))
    return next(each for each in run_checks(case) if each.name == name)


@pytest.mark.parametrize(
    ("days", "after", "state", "words"),
    [
        (None, None, "unknown", "no calendar entry for the underlying"),
        (
            1.2, None, "unknown",
            "earnings in 1.2 days; whether the option settles before it is not known",
        ),
        (
            0.2, None, "unknown",
            "earnings in 0.2 days; whether the option settles before it is not known",
        ),
        (1.2, False, "pass", "earnings in 1.2 days, after the expiry"),
        (1.2, True, "warn", "earnings in 1.2 days, before the expiry"),
        (0.9, True, "fail", "earnings in 0.9 days, before the expiry"),
    ],
)  # fmt: skip
def test_event_before_expiry(
    days: float | None, after: bool | None, state: str, words: str
) -> None:
    found = check(
        "Event before expiry", days_to_event=days, event_kind="earnings", expiry_after_event=after
    )

    assert (found.state, found.words) == (state, words)


def test_adjusted_strike_is_not_held_against_the_underlying() -> None:
    case = Case([print_row(flags=int(PrintFlag.ADJUSTED))], whole({"strike": 70.0}))
    found = next(each for each in run_checks(case) if each.name == "Moneyness")

    assert found == Check(
        "Moneyness", "unknown", "adjusted deliverable: strike and spot do not compare"
    )


@pytest.mark.parametrize(
    ("days", "after", "state", "end"),
    [
        (1.2, True, "fail", "with an event before"),
        (1.2, None, "warn", "perhaps with an event before"),
        (1.2, False, "warn", "moves as stock does"),
        (None, None, "warn", "moves as stock does"),
    ],
)
def test_stock_replacement_beside_an_event(
    days: float | None, after: bool | None, state: str, end: str
) -> None:
    found = check("Moneyness", delta=0.9, days_to_event=days, expiry_after_event=after)

    assert found.state == state
    assert found.words.endswith(end)
