"""What all rules share: adjustments, sums, z (options-engine.md 12.2, 12.5; errata 6, 7, 40)."""

import pytest

from signals.engine.classifiers.shared import (
    LEANS,
    RESOLVED,
    TOOK_SIDES,
    Term,
    Words,
    aggressive_share,
    aggressor_term,
    fire,
    first_reason,
    lean_of,
    reaches,
    side_terms,
    silent,
    total,
)
from tests.signals.engine.classifiers.builders import PARAMS, single, structure, tuned


@pytest.mark.parametrize("words", [LEANS, TOOK_SIDES, RESOLVED])
@pytest.mark.parametrize(("ratio", "points", "place"), [(0.55, 0.05, 0), (0.5499, -0.10, 1)])
def test_aggressor_term_from_the_least_coverage(
    ratio: float, points: float, place: int, words: Words
) -> None:
    assert aggressor_term(0.5, ratio, PARAMS, words) == Term(points, words[place])
    assert aggressor_term(0.4999, ratio, PARAMS, words) is None


def test_aggressor_term_speaks_of_a_side_unless_told_otherwise() -> None:
    assert aggressor_term(1.0, 1.0, PARAMS) == Term(0.05, "size leans to one side")
    assert aggressor_term(1.0, 0.0, PARAMS) == Term(-0.10, "no side prevails")
    assert side_terms(1.0, 1.0, PARAMS) == [Term(0.05, "size leans to one side")]


@pytest.mark.parametrize(
    ("coverage", "ratio", "points"),
    [
        (1.0, 1.0, [0.05]),
        (0.5, 0.55, [0.05]),
        (0.5, 0.5499, [-0.10]),
        (0.4999, 0.55, [-0.10, 0.05]),
        (0.0001, 0.5499, [-0.10, -0.10]),
    ],
)
def test_side_terms(coverage: float, ratio: float, points: list[float]) -> None:
    terms = side_terms(coverage, ratio, PARAMS, TOOK_SIDES)

    assert [term.points for term in terms] == points
    assert terms[-1].why == TOOK_SIDES[0 if ratio >= 0.55 else 1]
    assert len(terms) == 1 or terms[0].why == "quotes cover little of the size"


@pytest.mark.parametrize(
    ("coverage", "ratio", "changes", "points"),
    [
        (0.3, 1.0, {"min_nbbo_coverage": 0.3}, 0.05),
        (0.3, 1.0, {"min_nbbo_coverage": 0.31}, None),
        (1.0, 0.3, {"min_aggressor_ratio": 0.3}, 0.05),
        (1.0, 0.3, {"min_aggressor_ratio": 0.31}, -0.10),
    ],
)
def test_adjustments_follow_the_tuning(
    coverage: float, ratio: float, changes: dict[str, float], points: float | None
) -> None:
    term = aggressor_term(coverage, ratio, tuned(**changes))

    assert (term.points if term else None) == points


@pytest.mark.parametrize(
    ("z", "samples", "expected"),
    [
        (2.0, 12, True),
        (1.9999, 12, False),
        (2.0, 11, False),
        (9.0, 0, False),
        (None, 50, False),
        (-3.0, 50, False),
    ],
)
def test_z_counts_from_its_limit_and_enough_samples(
    z: float | None, samples: int, expected: bool
) -> None:
    assert reaches(z, samples, 2.0, PARAMS) is expected


def test_samples_that_a_z_needs_are_tuned() -> None:
    assert reaches(2.0, 30, 2.0, tuned(z_min_samples=30))
    assert not reaches(2.0, 29, 2.0, tuned(z_min_samples=30))


@pytest.mark.parametrize(
    ("points", "cap", "factor", "expected"),
    [
        ((0.5, 0.1), 0.85, 1.0, 0.6),
        ((0.5, 0.1), 0.85, 0.6, 0.36),
        ((0.5, 0.5), 0.85, 0.6, 0.51),  # the cap comes before the factor
        ((0.85,), 0.85, 1.0, 0.85),
        ((0.86,), 0.85, 1.0, 0.85),
        ((0.1, -0.3), 0.85, 0.6, 0.0),
        ((0.1, 0.2), 0.85, 1.0, 0.3),  # no binary rest
        ((), 0.85, 1.0, 0.0),
        ((0.5555,), 0.85, 0.3333, 0.1851),
    ],
)
def test_total(points: tuple[float, ...], cap: float, factor: float, expected: float) -> None:
    assert total([Term(each, "why") for each in points], cap, factor) == expected


def test_a_sum_is_not_scaled_unless_asked() -> None:
    assert total([Term(0.5, "why")], 0.9) == 0.5


@pytest.mark.parametrize(
    ("buy", "sell", "expected"),
    [(0.3, 0.2501, 0.5501), (0.1, 0.2, 0.3), (0.0, 0.0, 0.0), (1.0, 0.0, 1.0), (0.0, 1.0, 1.0)],
)
def test_share_that_took_either_side(buy: float, sell: float, expected: float) -> None:
    assert aggressive_share(single(buy_raw=buy, sell_raw=sell)) == expected


@pytest.mark.parametrize(
    ("signed", "imbalance", "right", "expected"),
    [
        (0.35, 0.12, "call", "bullish"),
        (0.35, -0.12, "call", "bearish"),
        (0.35, 0.12, "put", "bearish"),
        (0.35, -0.12, "put", "bullish"),
        (0.3499, 1.0, "call", "neutral"),
        (1.0, 0.1199, "call", "neutral"),
        (1.0, -0.1199, "put", "neutral"),
    ],
)
def test_lean_of_one_contract(signed: float, imbalance: float, right: str, expected: str) -> None:
    found = single(signed_share=signed, imbalance=imbalance, option_type=right)

    assert lean_of(found, PARAMS) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("bullish", "bullish"), ("bearish", "bearish"), ("neutral", "neutral"),
        ("mixed", "neutral"), ("unknown", "neutral"),
    ],
)  # fmt: skip
def test_lean_of_a_structure_is_that_of_its_legs(told: str, expected: str) -> None:
    # sizes at the ask say nothing of a structure (errata 5)
    found = structure(structure_direction=told, signed_share=1.0, imbalance=1.0)

    assert lean_of(found, PARAMS) == expected


def test_minute_bars_have_no_lean() -> None:
    found = single(granularity="minute", signed_share=1.0, imbalance=1.0)

    assert lean_of(found, PARAMS) == "neutral"


@pytest.mark.parametrize(
    ("tests", "reason"),
    [
        ((), ""),
        (((False, "one"),), ""),
        (((True, "one"), (True, "two")), "one"),
        (((False, "one"), (True, "two")), "two"),
    ],
)
def test_first_reason(tests: tuple[tuple[bool, str], ...], reason: str) -> None:
    assert first_reason(tests) == reason


def test_what_fires_says_how_it_adds_up_last() -> None:
    said = {"text": "Seen.", "keys": [], "values": {}, "thresholds": {}}

    found = fire("rule", "bullish", [Term(0.5, "why")], 0.4, [said], factor=0.6)

    assert (found.classifier_id, found.fired, found.reason) == ("rule", True, "")
    assert (found.confidence, found.direction) == (0.24, "bullish")
    assert found.sentences[0] == said
    assert found.sentences[1]["text"] == (
        "Confidence 0.24: +0.50 why; at most 0.40; times 0.6 for an inference."
    )
    assert fire("rule", "bullish", [Term(0.5, "why")], 0.4, []).confidence == 0.4


def test_what_is_silent_has_a_reason_and_nothing_else() -> None:
    found = silent("rule", "small")

    assert (found.classifier_id, found.fired, found.reason) == ("rule", False, "small")
    assert (found.confidence, found.direction, found.sentences) == (0.0, "unknown", ())
