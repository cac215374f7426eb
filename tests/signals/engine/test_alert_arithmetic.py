"""The alert's score term by term, its cut-offs, and the edges of the repetition window.

Source: options-engine.md 14.2, golden G10; errata 34. Score = 40 x premium + 30 x confidence +
15 x evidence + 15 x unusual; premium is log10(usd / 10,000) / 3 between 0 and 1.
"""

import pytest

from signals.engine.alerts import Chain, Merged, admit, own_links, score_alert, severity_of
from signals.engine.params import PRESETS, Params
from signals.engine.records import Alert

PARAMS = Params()
SECOND = 1_000_000


@pytest.mark.parametrize(
    ("inputs", "points", "total"),
    [
        # premium alone: one decade is 13.33
        ((0, 0, 0, 0), (0, 0, 0, 0), 0),
        ((9_999, 0, 0, 0), (0, 0, 0, 0), 0),
        ((10_000, 0, 0, 0), (0, 0, 0, 0), 0),
        ((20_000, 0, 0, 0), (4.01, 0, 0, 0), 4),  # log10 2 = 0.30103
        ((50_000, 0, 0, 0), (9.32, 0, 0, 0), 9),  # log10 5 = 0.69897
        ((100_000, 0, 0, 0), (13.33, 0, 0, 0), 13),
        ((1_000_000, 0, 0, 0), (26.67, 0, 0, 0), 27),
        ((10_000_000, 0, 0, 0), (40, 0, 0, 0), 40),
        ((10**10, 0, 0, 0), (40, 0, 0, 0), 40),
        # confidence alone
        ((0, 0.5, 0, 0), (0, 15, 0, 0), 15),
        ((0, 0.95, 0, 0), (0, 28.5, 0, 0), 29),  # half up
        ((0, 1, 0, 0), (0, 30, 0, 0), 30),
        ((0, 1.5, 0, 0), (0, 30, 0, 0), 30),
        ((0, -1, 0, 0), (0, 0, 0, 0), 0),
        # evidence alone
        ((0, 0, 0.55, 0), (0, 0, 8.25, 0), 8),
        ((0, 0, 0.9346, 0), (0, 0, 14.02, 0), 14),
        ((0, 0, 1, 0), (0, 0, 15, 0), 15),
        # unusual alone
        ((0, 0, 0, 0.25), (0, 0, 0, 3.75), 4),
        ((0, 0, 0, 1), (0, 0, 0, 15), 15),
        # together
        ((100_000, 0.65, 1, 0.25), (13.33, 19.5, 15, 3.75), 52),  # 51.58
        ((252_000, 0.95, 1, 0.25), (18.69, 28.5, 15, 3.75), 66),  # 65.94
        ((1_000_000, 0.95, 1, 0.25), (26.67, 28.5, 15, 3.75), 74),  # 73.92
        ((1_100_000, 0.95, 1, 0.25), (27.22, 28.5, 15, 3.75), 74),  # 74.47
        ((1_200_000, 0.95, 1, 0.25), (27.72, 28.5, 15, 3.75), 75),  # 74.97
        ((10_000_000, 1, 1, 1), (40, 30, 15, 15), 100),
    ],
)
def test_score_is_the_sum_of_its_terms(
    inputs: tuple[float, float, float, float], points: tuple[float, ...], total: int
) -> None:
    found = score_alert(*inputs, suppressed=False, params=PARAMS)

    assert tuple(part["points"] for part in found.breakdown) == points
    assert found.points == total
    assert abs(sum(points) - total) <= 0.52


@pytest.mark.parametrize(
    ("key", "term"),
    [
        ("alert_premium_weight", "premium"),
        ("alert_confidence_weight", "confidence"),
        ("alert_evidence_weight", "evidence_quality"),
        ("alert_unusual_weight", "unusual"),
    ],
)
def test_weight_moves_its_own_term(key: str, term: str) -> None:
    params = Params.from_values({key: 0.0})

    before = score_alert(10_000_000, 1, 1, 1, suppressed=False, params=PARAMS).breakdown
    after = score_alert(10_000_000, 1, 1, 1, suppressed=False, params=params).breakdown

    changed = [old["term"] for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [term]
    assert next(part for part in after if part["term"] == term)["points"] == 0


@pytest.mark.parametrize("cold", [0.0, 0.25, 1.0])
def test_cold_baseline_counts_what_is_tuned(cold: float) -> None:
    params = Params.from_values({"alert_cold_unusual": cold})

    found = score_alert(0, 0, 0, None, suppressed=False, params=params)

    assert found.breakdown[3]["points"] == 15 * cold
    assert found.breakdown[3]["note"] == "baseline_cold"


def test_weights_above_one_together_stay_below_a_hundred() -> None:
    params = Params.from_values({"alert_premium_weight": 1, "alert_confidence_weight": 1})

    found = score_alert(10_000_000, 1, 1, 1, suppressed=False, params=params)

    assert (found.points, found.severity) == (100, "high")


@pytest.mark.parametrize(
    ("preset", "points", "severity"),
    [
        ("default", 0, "low"), ("default", 49, "low"), ("default", 50, "medium"),
        ("default", 51, "medium"), ("default", 74, "medium"), ("default", 75, "high"),
        ("default", 100, "high"),
        ("classic", 44, "low"), ("classic", 45, "medium"), ("classic", 79, "medium"),
        ("classic", 80, "high"),
    ],
)  # fmt: skip
def test_severity_cut_offs(preset: str, points: int, severity: str) -> None:
    assert severity_of(points, Params.from_values(PRESETS[preset])) == severity


@pytest.mark.parametrize(
    ("medium", "high", "points", "severity"),
    [(0, 0, 0, "high"), (0, 1, 0, "medium"), (100, 100, 99, "low"), (100, 100, 100, "high")],
)
def test_severity_at_the_bounds_of_the_tuning(
    medium: int, high: int, points: int, severity: str
) -> None:
    tuned = {"alert_medium_min_score": medium, "alert_high_min_score": high}

    assert severity_of(points, Params.from_values(tuned)) == severity


# a suppression caps at 74: premium chosen so that the open score is 73, 74, 75 and more
@pytest.mark.parametrize(
    ("premium", "open_score", "capped", "lost"),
    [
        (900_000, 73, 73, None),
        (1_000_000, 74, 74, None),
        (1_200_000, 75, 74, -1),
        (10_000_000, 87, 74, -13),
    ],
)
def test_suppression_cap(premium: int, open_score: int, capped: int, lost: int | None) -> None:
    without = score_alert(premium, 0.95, 1, 0.25, suppressed=False, params=PARAMS)
    within = score_alert(premium, 0.95, 1, 0.25, suppressed=True, params=PARAMS)

    assert (without.points, within.points) == (open_score, capped)
    assert [p["points"] for p in within.breakdown if p["term"] == "suppression_cap"] == (
        [lost] if lost else []
    )


def alert(ts: int, score: int = 50, key: str = "NVDA|x|bullish", rules: int = 1) -> Alert:
    return Alert(
        uid=f"{key}{ts}".encode(), ts=ts, cause_seq=1, ordinal=0, event_uid=b"e", packet_uid=b"p",
        packet_ts=ts, contract="", underlying="NVDA", tuning_revision=0, score=score,
        severity="low", direction="bullish", primary_profile=None,
        classifier_ids=tuple("xyz"[:rules]), print_count=1, size=1, premium_micros=1,
        evidence_quality=1.0, headline="", breakdown=[], explanations=[], dedupe_key=key,
    )  # fmt: skip


def emitted(*alerts: Alert, **values: int) -> list[bool]:
    chains: dict[str, Chain] = {}
    params = Params.from_values(values)
    return [isinstance(admit(chains, each, params), Alert) for each in alerts]


#   |--------- 60 s ---------|
#   0 opens                  59.999999 s is inside, 60 s opens anew
@pytest.mark.parametrize(
    ("window_s", "second_at", "opens"),
    [
        (60, 0, False),
        (60, 1, False),
        (60, 59_999_999, False),
        (60, 60_000_000, True),
        (60, 60_000_001, True),
        (1, 999_999, False),
        (1, 1_000_000, True),
        (600, 599_999_999, False),
        (600, 600_000_000, True),
        (0, 0, True),
    ],
)
def test_window_counts_from_the_first_emission(window_s: int, second_at: int, opens: bool) -> None:
    found = emitted(alert(0), alert(second_at), alert_dedupe_window_s=window_s)

    assert found == [True, opens]


@pytest.mark.parametrize(
    ("least", "second", "supersedes"),
    [
        (5, 54, False), (5, 55, True), (5, 56, True), (5, 10, False),
        (1, 50, False), (1, 51, True),
        (0, 50, True), (0, 49, False),
        (100, 100, False),
    ],
)  # fmt: skip
def test_better_alert_supersedes_from_the_tuned_distance(
    least: int, second: int, supersedes: bool
) -> None:
    found = emitted(alert(0), alert(SECOND, second), alert_supersede_min_points=least)

    assert found == [True, supersedes]


#   0: 50 opens   30 s: 60 supersedes   59 s: 64 is merged   60 s: the FIRST window is over
def test_superseding_does_not_prolong_the_window() -> None:
    found = emitted(alert(0), alert(30 * SECOND, 60), alert(59 * SECOND, 64), alert(60 * SECOND, 1))

    assert found == [True, True, False, True]


def test_each_step_up_is_measured_from_the_open_alert() -> None:
    scores = (50, 54, 55, 59, 60, 64, 65)

    found = emitted(*(alert(n, score) for n, score in enumerate(scores)))

    assert found == [True, False, True, False, True, False, True]


@pytest.mark.parametrize(
    "other", ["SPY|x|bullish", "NVDA|y|bullish", "NVDA|x|bearish", "NVDA|x|neutral"]
)
def test_another_underlying_reading_or_direction_is_another_chain(other: str) -> None:
    assert emitted(alert(0), alert(1, key=other), alert(2), alert(3, key=other)) == [
        True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize("rules", [1, 2, 3])
def test_merged_events_are_numbered_behind_the_links_of_the_open_alert(rules: int) -> None:
    chains: dict[str, Chain] = {}
    first = alert(0, rules=rules)
    admit(chains, first, PARAMS)

    merged = [admit(chains, alert(n), PARAMS) for n in range(1, 4)]

    assert own_links(first) == 2 + rules  # its event, its packet, a hit per rule
    assert merged == [Merged(first.uid, 0, 2 + rules + n) for n in range(3)]
