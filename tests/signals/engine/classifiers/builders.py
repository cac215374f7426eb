"""Features for rule tests: nothing but the base term counts until a test changes something."""

from typing import Any

import msgspec

from signals.engine.classifiers.shared import Verdict
from signals.engine.features import Features
from signals.engine.params import Params

PARAMS = Params()
LABEL = "SPY 17JAN25 450C"
LADDER_CONTRACTS = ["SPY-2025-01-17-450-C", "SPY-2025-01-17-455-C", "SPY-2025-01-17-460-C"]

# One contract at its floors; quotes cover too little for sides to count.
SINGLE = Features(
    option_type="call", security_type="stock", expiry="2025-01-17", strike=450.0,
    session_date="2025-01-15", dte_days=2, count=2, total_size=400, premium_usd=20_000.0,
    first_price=0.5, last_price=0.5, span_ms=120.0, covered_size=199, coverage=0.4999,
    buy_raw=0.2, sell_raw=0.1, venue_count=2,
)  # fmt: skip
# A flagged structure below every mark, quoted too little for its sides to count.
STRUCTURE = Features(
    option_type="call", security_type="stock", expiry="2025-01-17", strike=450.0,
    session_date="2025-01-15", dte_days=2, count=2, total_size=390, premium_usd=19_000.0,
    span_ms=3.0, covered_size=100, coverage=0.4999, signed_share=1.0, structure_type="vertical",
    structure_confidence=1.0, structure_legs=2, structure_contracts=LADDER_CONTRACTS[:2],
    structure_signs=[1, -1], structure_ratios=[1, 1], structure_leg_sizes=[200, 190],
    structure_strikes=[450.0, 455.0], structure_rights="C", structure_direction="bullish",
    structure_net_debit_usd=4_410.0,
)  # fmt: skip


def single(**changes: Any) -> Features:
    return msgspec.structs.replace(SINGLE, **changes)


def structure(**changes: Any) -> Features:
    return msgspec.structs.replace(STRUCTURE, **changes)


def tuned(**values: object) -> Params:
    return Params.from_values(values)


def texts(verdict: Verdict) -> list[str]:
    return [item["text"] for item in verdict.sentences]


def assert_confidence(verdict: Verdict, cap: int, *hundredths: int) -> None:
    """Assert that a rule fired, and that its confidence is the sum of hundredths, capped."""
    assert (verdict.fired, verdict.reason) == (True, "")
    assert verdict.confidence == min(cap, sum(hundredths)) / 100


def assert_silent(verdict: Verdict, classifier_id: str, reason: str) -> None:
    """Assert that a rule did not fire, why, and that it says nothing more."""
    assert verdict == Verdict(classifier_id=classifier_id, reason=reason)
