"""Golden group G12 strict: a report against labels (options-engine.md 17; errata 49).

A second computation in exact fractions, cell by cell from the text of 17.1 and 17.3, shares no code
with the engine; what must hold for any events stands as properties.
"""

from math import inf, nan
from typing import Any

import pytest

from signals.engine.confusion import Confusion, correlation, share_of
from signals.engine.evaluation import Directional, Judged, Label, evaluate

INST, RETAIL, EVENT = "institutional_directional", "retail_whale", "event_driven"


def read(event_id: str, profile: str | None, score: float, direction: str = "bullish") -> Judged:
    return Judged(event_id=event_id, primary_profile=profile, score=score, direction=direction)


def declined(event_id: str, **changes: Any) -> Judged:
    return Judged(event_id=event_id, abstained=True, **changes)


def truth(event_id: str, profile: str | None, bps: float | None = None) -> Label:
    return Label(event_id=event_id, profile=profile, realized_return_bps=bps)


# Four events. Which way they leaned is open in G12; its mean of 10 = (42 + 18 - 30) / 3 has all up.
JUDGED = [
    read("e1", INST, 0.8972),
    read("e2", EVENT, 0.58),
    read("e3", RETAIL, 0.88),
    declined("e4"),
]
LABELS = [truth("e1", INST, 42), truth("e2", EVENT, 18), truth("e3", INST, -30), truth("e4", None)]
G12 = evaluate(JUDGED, LABELS, bins=5)


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ("events", 4),
        ("emitted", 3),
        ("abstained", 1),
        ("abstention_rate", 0.25),  # 1/4
        ("labelled", 4),
        ("unlabelled", 0),
        ("labels_without_event", 0),
        ("correct_rejections", 1),  # e4
        # (.1028^2 + .42^2 + .88^2) / 3 = (.01056784 + .1764 + .7744) / 3 = .96136784 / 3
        ("brier", 0.320456),
        # -(ln .8972 + ln .58 + ln .12) / 3 = (.108476 + .544727 + 2.120264) / 3
        ("log_loss", 0.924489),
        # bin 2: 1/3 x |1 - .58| = .14; bin 4: 2/3 x |.5 - .8886| = .259067
        ("ece", 0.399067),
        # F1 = 2 hits / (read + labelled): inst 2/(1+2), event 2/(1+1), retail 0/(1+0)
        ("macro_f1", 0.555556),
        ("micro_f1", 0.666667),  # 2 x 2 / (3 + 3)
        # hits 3 of 4; true inst 2, event 1, none 1; read inst 1, event 1, retail 1, declined 1:
        # (3 x 4 - (2 + 1 + 1)) / sqrt((16 - 6)(16 - 4)) = 8 / sqrt(120)
        ("mcc", 0.730297),
    ],
)
def test_g12_figures(figure: str, expected: float) -> None:
    assert round(getattr(G12, figure), 6) == expected


@pytest.mark.parametrize(
    ("profile", "counts", "precision", "recall", "f1"),
    [
        (INST, (1, 2, 1), 1.0, 0.5, 2 / 3),
        (EVENT, (1, 1, 1), 1.0, 1.0, 1.0),
        (RETAIL, (1, 0, 0), 0.0, None, 0.0),
    ],
)
def test_g12_profiles(
    profile: str, counts: tuple[int, int, int], precision: float, recall: float, f1: float
) -> None:
    found = next(each for each in G12.profiles if each.profile == profile)

    assert (found.read, found.labelled, found.hits) == counts
    assert (found.precision, found.recall, found.f1) == (precision, recall, f1)


def test_g12_confusion() -> None:
    assert G12.confusion == Confusion(
        (EVENT, INST, RETAIL),
        (
            # event  inst  retail  abstain   read as
            (1, 0, 0, 0),  # event
            (0, 1, 1, 0),  # inst
            (0, 0, 0, 0),  # retail
            (0, 0, 0, 1),  # no label
        ),
    )


#    bin   count  mean score  accuracy; e4 is not in it, which 17.1 counts as wrong in bin 0
@pytest.mark.parametrize(
    ("place", "count", "mean", "accuracy"),
    [
        (0, 0, None, None),
        (1, 0, None, None),
        (2, 1, 0.58, 1.0),
        (3, 0, None, None),
        (4, 2, 0.8886, 0.5),
    ],
)
def test_g12_reliability(
    place: int, count: int, mean: float | None, accuracy: float | None
) -> None:
    row = G12.reliability[place]

    assert (row.low, row.high) == (place / 5, (place + 1) / 5)
    assert (row.count, row.accuracy) == (count, accuracy)
    assert row.mean_score == pytest.approx(mean)


def test_g12_coverage_and_risk() -> None:
    assert [(p.min_score, p.count, p.share, p.accuracy) for p in G12.coverage_risk] == [
        (0.8972, 1, 0.25, 1.0),
        (0.88, 2, 0.5, 0.5),
        (0.58, 3, 0.75, 2 / 3),
    ]


def test_g12_directions() -> None:
    assert G12.directional == Directional(
        count=3, hit_rate=2 / 3, mean_bps=10.0, labelled=0, agreed=None
    )


def test_without_events_nothing_is_claimed() -> None:
    found = evaluate([], [])

    assert (found.events, found.labelled, found.correct_rejections) == (0, 0, 0)
    assert found.profiles == ()
    assert found.coverage_risk == ()
    assert found.confusion == Confusion((), ((0,),))
    assert len(found.reliability) == 10
    for figure in ("abstention_rate", "macro_f1", "micro_f1", "mcc", "brier", "log_loss", "ece"):
        assert getattr(found, figure) is None
    assert found.directional == Directional(
        count=0, hit_rate=None, mean_bps=None, labelled=0, agreed=None
    )


def test_what_one_side_alone_knows_is_counted_and_left_out() -> None:
    found = evaluate(
        [*JUDGED, read("e5", INST, 0.9), declined("e6")], [*LABELS, truth("e7", EVENT)], bins=5
    )

    assert (found.events, found.emitted, found.abstained) == (6, 4, 2)
    assert found.abstention_rate == 2 / 6
    assert (found.labelled, found.unlabelled, found.labels_without_event) == (4, 2, 1)
    assert found.profiles == G12.profiles
    assert (found.brier, found.ece, found.mcc) == (G12.brier, G12.ece, G12.mcc)
    assert found.coverage_risk == G12.coverage_risk


def test_a_decline_emits_nothing_even_where_it_names_a_lead() -> None:
    lead = declined("a", primary_profile=INST, score=0.41, direction="bullish")
    found = evaluate([lead], [truth("a", INST, 5)])

    assert (found.emitted, found.abstained, found.brier) == (0, 1, None)
    assert found.directional.count == 0
    assert found.confusion == Confusion((INST,), ((0, 1), (0, 0)))
    assert (found.profiles[0].recall, found.profiles[0].precision) == (0.0, None)
    assert found.correct_rejections == 0


def test_without_a_lead_nothing_is_emitted_and_nothing_was_rejected() -> None:
    found = evaluate([read("a", None, 0.0)], [truth("a", None)])

    assert (found.emitted, found.abstained, found.correct_rejections) == (0, 0, 0)
    assert found.confusion == Confusion((), ((1,),))


def test_a_reading_of_nothing_is_a_miss() -> None:
    found = evaluate([read("a", INST, 0.75)], [truth("a", None)])

    assert (found.brier, found.correct_rejections) == (0.75**2, 0)
    assert found.confusion == Confusion((INST,), ((0, 0), (1, 0)))
    assert (found.profiles[0].precision, found.profiles[0].recall) == (0.0, None)


@pytest.mark.parametrize(
    ("direction", "bps", "hit_rate", "mean"),
    [
        ("bullish", 0.5, 1.0, 0.5),
        ("bullish", -0.5, 0.0, -0.5),
        ("bearish", -0.5, 1.0, 0.5),
        ("bearish", 0.5, 0.0, -0.5),
        ("bullish", 0.0, 0.0, 0.0),  # standing still is no hit
        ("bullish", None, None, None),
        ("neutral", 5.0, None, None),
        ("mixed", 5.0, None, None),
        ("unknown", 5.0, None, None),
    ],
)
def test_direction_times_return(
    direction: str, bps: float | None, hit_rate: float | None, mean: float | None
) -> None:
    found = evaluate([read("a", INST, 0.5, direction)], [truth("a", INST, bps)]).directional

    assert (found.count, found.hit_rate, found.mean_bps) == (int(mean is not None), hit_rate, mean)


def test_directions_of_labels_are_compared_where_both_lean() -> None:
    told = {"a": "bullish", "b": "bearish", "c": "bullish", "d": None}
    judged = [read(key, INST, 0.5, "neutral" if key == "c" else "bullish") for key in told]
    labels = [Label(event_id=key, profile=INST, direction=way) for key, way in told.items()]
    found = evaluate(judged, labels).directional

    assert (found.count, found.labelled, found.agreed) == (0, 2, 0.5)


def test_a_second_table_of_equal_mass_from_200_emitted_on() -> None:
    judged = [read(str(n), INST, 0.5 + n / 1_000) for n in range(200)]
    labels = [truth(str(n), INST) for n in range(200)]

    few, many = evaluate(judged[:199], labels), evaluate(judged, labels)

    assert [row.count for row in few.reliability] == [0, 0, 0, 0, 0, 100, 99, 0, 0, 0]
    assert (few.reliability_equal_mass, few.ece_equal_mass) == ((), None)
    assert [row.count for row in many.reliability] == [0, 0, 0, 0, 0, 100, 100, 0, 0, 0]
    assert [row.count for row in many.reliability_equal_mass] == [20] * 10
    first = many.reliability_equal_mass[0]
    assert first.high == first.low + 0.019
    assert many.ece_equal_mass == pytest.approx(many.ece)  # all scores are too low
    later = evaluate(judged, labels, equal_mass_from=201)
    assert later.reliability_equal_mass == ()


@pytest.mark.parametrize(
    ("judged", "labels", "message"),
    [
        ([declined("a"), declined("a")], [], "event a is given twice; expected each id once"),
        ([], [truth("b", None), truth("b", INST)], "event b is given twice; expected each id once"),
        ([read("a", INST, -0.1)], [], "score of a is -0.1; expected 0 to 1"),
        ([read("a", INST, 1.0001)], [], "score of a is 1.0001; expected 0 to 1"),
        ([read("a", INST, nan)], [], "score of a is nan; expected 0 to 1"),
        ([], [truth("b", INST, inf)], "return of b is inf; expected a finite number"),
        ([], [truth("b", INST, nan)], "return of b is nan; expected a finite number"),
    ],
)
def test_what_cannot_be_counted_is_refused(
    judged: list[Judged], labels: list[Label], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        evaluate(judged, labels)


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_scores_may_be_certain(score: float) -> None:
    assert evaluate([read("a", INST, score)], [truth("a", INST)]).brier == (score - 1) ** 2


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([[6, 2], [1, 3]], 0.478091),  # (6x3 - 2x1) / sqrt(8 x 4 x 7 x 5) = 16 / sqrt(1120)
        ([[0, 1], [1, 0]], -1.0),
        ([[1, 0], [0, 1]], 1.0),
        ([[1, 1], [1, 1]], 0.0),
        ([[2, 3], [0, 0]], None),
        ([[2, 0], [3, 0]], None),
        ([[0]], None),
    ],
)
def test_correlation_of_two_classes_is_that_of_matthews(
    counts: list[list[int]], expected: float | None
) -> None:
    found = correlation(counts)
    assert (None if found is None else round(found, 6)) == expected


def test_share_of_nothing_is_unknown() -> None:
    assert (share_of(0, 0), share_of(1, 4), share_of(0, 3)) == (None, 0.25, 0.0)
