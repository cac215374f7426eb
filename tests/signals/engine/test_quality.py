"""How far evidence carries, and what speaks against it (11.2, 16.2; errata 3, 13, 48; G9a, G10)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.params import Params
from signals.engine.quality import (
    evidence_quality,
    grade_of,
    is_inside,
    is_special,
    is_unquoted,
    suppressions,
)
from tests.signals.engine.profiles.builders import packet

PARAMS = Params()


@pytest.mark.parametrize(
    ("changes", "underlying", "quality"),
    [
        ({"coverage": 0.92}, True, 0.956),  # G9a and G10: 0.55 x 0.92 + 0.30 + 0.15
        ({"coverage": 1.0}, True, 1.0),
        ({"coverage": 0.5, "stale_ratio": 0.5}, True, 0.575),
        # One of seven fields missing takes 0.15 / 7 = 0.0214286.
        ({"coverage": 0.92, "underlying_mid": None}, True, 0.9346),
        ({"coverage": 0.92, "dte_days": None}, True, 0.9346),
        ({"coverage": 0.92, "dte_days": 0}, True, 0.956),
        ({"coverage": 0.92, "premium_usd": None}, True, 0.9346),
        ({"coverage": 0.92, "premium_usd": 0.0}, True, 0.9346),
        ({"coverage": 0.92, "premium_usd": 0.01}, True, 0.956),
        ({"coverage": 0.92, "total_size": 0}, True, 0.9346),
        ({"coverage": 0.92, "total_size": 1}, True, 0.956),
        ({"coverage": 0.92}, False, 0.9346),
        ({"coverage": 0.0}, True, 0.4286),  # no coverage is also one field less
        ({"coverage": 0.901}, True, 0.9456),  # 0.94555: half up
        (
            {"premium_usd": None, "total_size": 0, "coverage": 0.0, "stale_ratio": 1.0,
             "underlying_mid": None, "dte_days": None},
            False,
            0.0214,
        ),
    ],
)  # fmt: skip
def test_quality(changes: dict[str, Any], underlying: bool, quality: float) -> None:
    assert evidence_quality(packet(**changes), has_underlying=underlying) == quality


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.booleans(), st.booleans(), st.booleans())
def test_quality_stays_between_nothing_and_one(
    coverage: int, stale: int, underlying: bool, spot: bool, dte: bool
) -> None:
    features = packet(
        coverage=coverage / 10_000, stale_ratio=min(stale, 10_000 - coverage) / 10_000,
        underlying_mid=100.0 if spot else None, dte_days=3 if dte else None,
    )  # fmt: skip

    assert 0 <= evidence_quality(features, has_underlying=underlying) <= 1


@pytest.mark.parametrize(
    ("quality", "grade"),
    [
        (1.0, "strong"), (0.82, "strong"), (0.8199, "usable"), (0.55, "usable"),
        (0.5499, "thin"), (0.2001, "thin"), (0.2, "poor"), (0.0, "poor"),
    ],
)  # fmt: skip
def test_grade(quality: float, grade: str) -> None:
    assert grade_of(quality) == grade


def test_what_declines_by_default_is_no_more_than_thin() -> None:
    least = PARAMS.abstain_min_evidence_quality

    assert (grade_of(least), grade_of(least - 0.0001)) == ("usable", "thin")


@pytest.mark.parametrize(
    ("coverage", "stale", "unquoted"),
    [(0.35, 0.4999, False), (0.3499, 0.0, True), (0.35, 0.5, True), (1.0, 0.0, False)],
)
def test_unquoted(coverage: float, stale: float, unquoted: bool) -> None:
    features = packet(coverage=coverage, stale_ratio=stale)

    assert is_unquoted(features, PARAMS) is unquoted


@pytest.mark.parametrize(
    ("inside", "share", "granularity", "holds"),
    [
        (0.7, 0.3499, "tick", True),
        (0.6999, 0.3499, "tick", False),
        (0.7, 0.35, "tick", False),
        (None, 0.0, "tick", False),
        (1.0, 0.0, "minute", False),
    ],
)
def test_inside(inside: float | None, share: float, granularity: str, holds: bool) -> None:
    features = packet(inside_ratio=inside, signed_share=share, granularity=granularity)

    assert is_inside(features, PARAMS) is holds


@pytest.mark.parametrize(("share", "holds"), [(0.34, True), (0.3399, False), (0.0, False)])
def test_special(share: float, holds: bool) -> None:
    assert is_special(packet(special_size_ratio=share), PARAMS) is holds


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, ()),
        ({"special_size_ratio": 0.34}, ("special_print_or_complex_context",)),
        ({"stale_ratio": 0.5}, ("stale_or_missing_quote_context",)),
        (
            {"inside_ratio": 0.7, "signed_share": 0.1},
            ("inside_market_or_cross_like_execution",),
        ),
        (
            {"special_size_ratio": 1.0, "coverage": 0.1, "inside_ratio": 1.0, "signed_share": 0.0},
            (
                "special_print_or_complex_context",
                "stale_or_missing_quote_context",
                "inside_market_or_cross_like_execution",
            ),
        ),
    ],
)
def test_suppressions(changes: dict[str, Any], reasons: tuple[str, ...]) -> None:
    assert suppressions(packet(**changes), PARAMS) == reasons


def test_limits_are_tuned() -> None:
    params = Params.from_values(
        {
            "special_min_ratio": 0.9, "abstain_min_coverage": 0.05, "abstain_max_stale_ratio": 0.9,
            "inside_min_ratio": 0.9, "inside_max_signed_share": 0.05,
        }
    )  # fmt: skip
    features = packet(
        special_size_ratio=0.8, coverage=0.1, stale_ratio=0.8, inside_ratio=0.95, signed_share=0.1
    )

    assert len(suppressions(features, PARAMS)) == 3
    assert suppressions(features, params) == ()
