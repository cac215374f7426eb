"""Which hypothesis leads, and when the honest answer is to decline (13.2, 13.5; errata 3, 35)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.judgement import Judgement, band_of, judge
from signals.engine.params import PARAMETERS, Params
from signals.engine.profiles.shared import ProfileScore
from tests.signals.engine.profiles.builders import packet

PARAMS = Params()
NAMES = "abcdef"


def score(name: str, value: float, direction: str = "bullish") -> ProfileScore:
    return ProfileScore(
        profile_id=name, raw=value, score=value, direction=direction, terms=(),  # type: ignore[arg-type]
    )  # fmt: skip


def judged(
    *scores: ProfileScore, quality: float = 0.9, params: Params = PARAMS, **changes: Any
) -> Judgement:
    return judge(list(scores), quality, packet(**changes), params)


def test_the_best_leads() -> None:
    found = judged(score("a", 0.3), score("b", 0.6), score("c", 0.1))

    assert found.primary == score("b", 0.6)
    assert [each.profile_id for each in found.scores] == ["b", "a", "c"]
    assert (found.band, found.margin) == ("medium", 0.3)
    assert (found.alternatives, found.abstain_reasons) == ((), ())


def test_ties_keep_the_order_of_definition() -> None:
    found = judged(score("a", 0.2), score("b", 0.5), score("c", 0.5), score("d", 0.2))

    assert [each.profile_id for each in found.scores] == ["b", "c", "a", "d"]
    assert found.primary == score("b", 0.5)
    assert found.margin == 0.0


@pytest.mark.parametrize(
    ("value", "reasons"), [(0.42, ()), (0.4199, ("below_score_floor",)), (0.9, ())]
)
def test_a_low_best_score_declines(value: float, reasons: tuple[str, ...]) -> None:
    found = judged(score("a", value), score("b", 0.0))

    assert found.abstain_reasons == reasons
    assert (found.primary is None) is bool(reasons)


@pytest.mark.parametrize(
    ("changes", "declines"),
    [
        ({"coverage": 0.35}, False),
        ({"coverage": 0.3499}, True),
        ({"stale_ratio": 0.4999}, False),
        ({"stale_ratio": 0.5}, True),
    ],
)
def test_too_few_quotes_decline(changes: dict[str, Any], declines: bool) -> None:
    found = judged(score("a", 0.9), score("b", 0.0), **changes)

    assert found.abstain_reasons == (("stale_or_missing_quote_context",) if declines else ())


@pytest.mark.parametrize(("quality", "declines"), [(0.55, False), (0.5499, True)])
def test_poor_evidence_declines(quality: float, declines: bool) -> None:
    found = judged(score("a", 0.9), score("b", 0.0), quality=quality)

    assert found.abstain_reasons == (("insufficient_evidence",) if declines else ())


@pytest.mark.parametrize(
    ("second", "directions", "declines"),
    [
        (0.75, ("bullish", "bearish"), False),  # exactly the least margin
        (0.7501, ("bullish", "bearish"), True),
        (0.7501, ("bearish", "bullish"), True),
        (0.7501, ("bullish", "bullish"), False),
        (0.7501, ("bearish", "bearish"), False),
        (0.7501, ("bullish", "neutral"), False),
        (0.7501, ("neutral", "bearish"), False),
        (0.7501, ("bullish", "unknown"), False),
        (0.7501, ("mixed", "bearish"), False),
        (0.7501, ("neutral", "unknown"), False),
    ],
)
def test_a_thin_lead_declines_only_where_directions_contradict(
    second: float, directions: tuple[str, str], declines: bool
) -> None:
    found = judged(score("a", 0.8, directions[0]), score("b", second, directions[1]))

    assert found.abstain_reasons == (("conflicting_evidence",) if declines else ())


@pytest.mark.parametrize(
    ("top", "second", "band", "alternatives"),
    [
        (0.90, 0.85, "high", ()),
        (0.90, 0.8501, "medium", ("b",)),
        (0.58, 0.5525, "medium", ("b",)),
        (0.50, 0.49, "low", ("b",)),
        (0.72, 0.0, "high", ()),
        (0.7199, 0.0, "medium", ()),
        (0.52, 0.0, "medium", ()),
        (0.5199, 0.0, "low", ()),
    ],
)
def test_a_thin_lead_caps_the_band_and_names_the_runner_up(
    top: float, second: float, band: str, alternatives: tuple[str, ...]
) -> None:
    found = judged(score("a", top), score("b", second))

    assert (found.band, found.alternatives) == (band, alternatives)


def test_at_most_three_alternatives_in_their_order() -> None:
    found = judged(*(score(name, 0.6 - place / 1_000) for place, name in enumerate(NAMES)))

    assert found.alternatives == ("b", "c", "d")


def test_alternatives_are_those_close_to_the_best() -> None:
    found = judged(score("a", 0.6), score("b", 0.56), score("c", 0.55), score("d", 0.5501))

    assert found.alternatives == ("b", "d")


def test_every_reason_is_given_in_one_order() -> None:
    found = judged(score("a", 0.3), score("b", 0.3, "bearish"), quality=0.1, coverage=0.1)

    assert found.primary is None
    assert found.abstain_reasons == (
        "below_score_floor", "stale_or_missing_quote_context", "insufficient_evidence",
        "conflicting_evidence",
    )  # fmt: skip


def test_margins_are_read_to_four_places() -> None:
    """0.7 - 0.65 is 0.04999999999999993 in binary; on paper it is the least margin."""
    found = judged(score("a", 0.7), score("b", 0.65, "bearish"), score("c", 0.65))

    assert found.margin == 0.05
    assert (found.abstain_reasons, found.alternatives) == ((), ())


@pytest.mark.parametrize(
    ("value", "capped", "band"),
    [
        (0.72, False, "high"),
        (0.7199, False, "medium"),
        (0.72, True, "medium"),
        (0.52, False, "medium"),
        (0.52, True, "medium"),
        (0.5199, False, "low"),
        (0.5199, True, "low"),
    ],
)
def test_bands(value: float, capped: bool, band: str) -> None:
    assert band_of(value, PARAMS, is_capped=capped) == band


def test_limits_are_tuned() -> None:
    params = Params.from_values(
        {
            "band_high_min_score": 0.3, "band_medium_min_score": 0.2, "abstain_min_score": 0.1,
            "abstain_min_margin": 0.01, "abstain_min_evidence_quality": 0.0,
        }
    )  # fmt: skip
    found = judged(score("a", 0.3), score("b", 0.29, "bearish"), quality=0.0, params=params)

    assert (found.band, found.abstain_reasons, found.alternatives) == ("high", (), ())
    assert band_of(0.2, params, is_capped=False) == "medium"


@pytest.mark.parametrize(
    ("key", "default"),
    [
        ("band_high_min_score", 0.72),
        ("band_medium_min_score", 0.52),
        ("abstain_min_score", 0.42),
        ("abstain_min_margin", 0.05),
    ],
)
def test_parameters(key: str, default: float) -> None:
    found = next(each for each in PARAMETERS if each.key == key)

    assert (found.default, found.minimum, found.maximum, found.unit) == (default, 0, 1, "score")


SCORES = st.lists(
    st.tuples(
        st.integers(0, 10_000),
        st.sampled_from(["bullish", "bearish", "neutral", "mixed", "unknown"]),
    ),
    min_size=6,
    max_size=6,
)


@given(SCORES)
def test_a_thin_lead_never_reads_high_nor_against_itself(found: list[tuple[int, str]]) -> None:
    scores = [
        score(name, value / 10_000, direction)
        for name, (value, direction) in zip(NAMES, found, strict=True)
    ]
    ruling = judge(scores, 1.0, packet(), PARAMS)

    first, second = ruling.scores[:2]
    thin = round(first.score * 10_000) - round(second.score * 10_000) < 500
    contradict = {first.direction, second.direction} == {"bullish", "bearish"}
    assert ("conflicting_evidence" in ruling.abstain_reasons) is (thin and contradict)
    assert not (thin and ruling.band == "high")
    assert bool(ruling.alternatives) is thin
    assert sorted(each.profile_id for each in ruling.scores) == list(NAMES)


@pytest.mark.parametrize(
    ("profile", "key"),
    [
        ("institutional_directional", "directional_min_score"),
        ("retail_whale", "retail_min_score"),
        ("event_driven", "event_min_score"),
        ("vol_seller", "vol_seller_min_score"),
        ("arbitrage", "arbitrage_min_score"),
        ("hedge_reactive", "hedge_min_score"),
    ],
)
def test_a_profile_may_have_a_floor_of_its_own(profile: str, key: str) -> None:
    params = Params.from_values({key: 0.6})

    below = judged(score(profile, 0.5999), score("b", 0.1), params=params)
    reached = judged(score(profile, 0.6), score("b", 0.1), params=params)
    other = judged(score("b", 0.5), score(profile, 0.4), params=params)

    assert (below.primary, below.abstain_reasons) == (None, ("below_profile_floor",))
    assert reached.primary is not None
    assert other.primary is not None
