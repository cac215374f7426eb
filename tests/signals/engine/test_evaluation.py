"""Golden group G12 strict: a report against labels (options-engine.md 17; errata 49).

A second computation in exact fractions, cell by cell from the text of 17.1 and 17.3, shares no code
with the engine; what must hold for any events stands as properties.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import exp, inf, log, nan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.engine.confusion import Confusion, confusion_of, correlation, metrics_of, share_of
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


def test_equal_mass_bins_from_200_emitted_on() -> None:
    judged = [read(str(n), INST, 0.5 + n / 1_000) for n in range(200)]
    labels = [truth(str(n), INST) for n in range(200)]

    few, many = evaluate(judged[:199], labels), evaluate(judged, labels)

    assert [row.count for row in few.reliability] == [0, 0, 0, 0, 0, 100, 99, 0, 0, 0]
    assert [row.count for row in many.reliability] == [20] * 10
    assert many.reliability[0].high == many.reliability[0].low + 0.019
    later = evaluate(judged, labels, equal_mass_from=201)
    assert [row.count for row in later.reliability][5:7] == [100, 100]


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


# --- any events ----------------------------------------------------------------------------------

names = st.sampled_from([INST, RETAIL, EVENT])
scores = st.integers(0, 10_000).map(lambda points: points / 10_000)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Judged], list[Label]]:
    judged, labels = [], []
    for n in range(draw(st.integers(0, 25))):
        judged.append(
            Judged(
                event_id=f"e{n}",
                primary_profile=draw(st.none() | names),
                score=draw(scores),
                direction=draw(st.sampled_from(["bullish", "bearish", "neutral", "unknown"])),
                abstained=draw(st.booleans()),
            )
        )
        if draw(st.integers(0, 9)):
            labels.append(
                Label(
                    event_id=f"e{n}",
                    profile=draw(st.none() | names),
                    direction=draw(st.sampled_from([None, "bullish", "bearish"])),
                    realized_return_bps=draw(st.none() | st.integers(-900, 900)),
                )
            )
    return judged, labels


def slow(judged: Sequence[Judged], labels: Sequence[Label], bins: int) -> dict[str, Any]:
    """Return the figures again: exact fractions over a plain list of rows."""
    truths = {label.event_id: label for label in labels}
    rows = [
        (None if j.abstained else j.primary_profile, truths[j.event_id], j)
        for j in judged
        if j.event_id in truths
    ]
    emitted = [(Fraction(str(j.score)), said == t.profile) for said, t, j in rows if said]
    n = len(emitted)
    brier = sum((p - y) ** 2 for p, y in emitted)
    ece = Fraction(0)
    for b in range(bins):
        inside = [(p, y) for p, y in emitted if min(bins - 1, p * bins // 1) == b]
        ece += abs(sum((p - y for p, y in inside), Fraction(0)))
    pooled = [0, 0, 0]
    profiles: dict[str, tuple[Any, Any, Fraction]] = {}
    for name in {said for said, _, _ in rows} | {t.profile for _, t, _ in rows}:
        if name is None:
            continue
        true = sum(t.profile == name for _, t, _ in rows)
        said_so = sum(said == name for said, _, _ in rows)
        hits = sum(said == name == t.profile for said, t, _ in rows)
        pooled = [pooled[0] + hits, pooled[1] + said_so, pooled[2] + true]
        profiles[name] = (
            Fraction(hits, said_so) if said_so else None,
            Fraction(hits, true) if true else None,
            Fraction(2 * hits, said_so + true),
        )
    gains = [
        (1 if j.direction == "bullish" else -1) * Fraction(t.realized_return_bps)
        for said, t, j in rows
        if said and j.direction in {"bullish", "bearish"} and t.realized_return_bps is not None
    ]
    return {
        "brier": brier / n if n else None,
        "ece": ece / n if n else None,
        "profiles": profiles,
        "macro_f1": sum(each[2] for each in profiles.values()) / len(profiles)
        if profiles
        else None,
        "micro_f1": Fraction(2 * pooled[0], pooled[1] + pooled[2]) if profiles else None,
        "rejections": sum(j.abstained and t.profile is None for _, t, j in rows),
        "hit_rate": Fraction(sum(gain > 0 for gain in gains), len(gains)) if gains else None,
        "mean_bps": sum(gains) / len(gains) if gains else None,
    }


def near(value: Fraction | None) -> Any:
    return None if value is None else pytest.approx(float(value), abs=1e-12)


def test_the_second_computation_gives_g12() -> None:
    again = slow(JUDGED, LABELS, 5)

    assert again["brier"] == Fraction("0.96136784") / 3
    assert again["ece"] == Fraction("0.42") / 3 + Fraction("0.7772") / 3
    assert (again["macro_f1"], again["micro_f1"]) == (Fraction(5, 9), Fraction(2, 3))
    assert (again["hit_rate"], again["mean_bps"], again["rejections"]) == (Fraction(2, 3), 10, 1)


@given(cases(), st.sampled_from([1, 2, 5, 10]))
def test_a_second_computation_agrees(case: tuple[list[Judged], list[Label]], bins: int) -> None:
    found, again = evaluate(*case, bins=bins), slow(*case, bins)

    for figure in ("brier", "ece", "macro_f1", "micro_f1"):
        assert getattr(found, figure) == near(again[figure])
    assert {each.profile: (each.precision, each.recall, each.f1) for each in found.profiles} == {
        name: tuple(map(near, each)) for name, each in again["profiles"].items()
    }
    assert found.correct_rejections == again["rejections"]
    assert found.directional.hit_rate == near(again["hit_rate"])
    assert found.directional.mean_bps == near(again["mean_bps"])


@given(cases(), st.randoms(use_true_random=False), st.sampled_from([1, 1_000]))
def test_order_changes_nothing(
    case: tuple[list[Judged], list[Label]], random: Any, equal_mass_from: int
) -> None:
    judged, labels = list(case[0]), list(case[1])
    random.shuffle(judged)
    random.shuffle(labels)

    assert evaluate(judged, labels, equal_mass_from=equal_mass_from) == evaluate(
        *case, equal_mass_from=equal_mass_from
    )


@given(cases(), st.sampled_from([1, 1_000]))
def test_figures_keep_their_bounds(
    case: tuple[list[Judged], list[Label]], equal_mass_from: int
) -> None:
    found = evaluate(*case, equal_mass_from=equal_mass_from)

    for figure in ("abstention_rate", "brier", "ece", "macro_f1", "micro_f1"):
        value = getattr(found, figure)
        assert value is None or 0 <= value <= 1 + 1e-12
    assert found.mcc is None or -1 - 1e-12 <= found.mcc <= 1 + 1e-12
    assert found.log_loss is None or 0 <= found.log_loss <= log(1e6) + 1e-9
    assert sum(map(sum, found.confusion.counts)) == found.labelled
    assert found.labelled + found.unlabelled == found.events
    counted = sum(row.count for row in found.reliability)
    assert counted == (found.coverage_risk[-1].count if found.coverage_risk else 0)
    assert (found.brier is None) is (counted == 0)
    assert [p.min_score for p in found.coverage_risk] == sorted(
        {p.min_score for p in found.coverage_risk}, reverse=True
    )
    for each in found.profiles:
        assert each.hits <= min(each.read, each.labelled)
        assert each.read + each.labelled > 0


@given(st.lists(st.none() | names, min_size=1, max_size=20))
def test_perfect_readings_have_perfect_figures(truths: list[str | None]) -> None:
    judged = [
        read(f"e{n}", name, 1.0) if name else declined(f"e{n}") for n, name in enumerate(truths)
    ]
    found = evaluate(judged, [truth(f"e{n}", name) for n, name in enumerate(truths)])
    spoken = [name for name in truths if name]

    assert found.brier == (0.0 if spoken else None)
    assert found.ece == (0.0 if spoken else None)
    assert found.log_loss == (pytest.approx(1e-6) if spoken else None)
    assert found.macro_f1 == found.micro_f1 == (1.0 if spoken else None)
    assert found.mcc == (pytest.approx(1.0) if len(set(truths)) > 1 else None)
    assert found.correct_rejections == len(truths) - len(spoken)
    assert [point.accuracy for point in found.coverage_risk] == [1.0] * bool(spoken)


@settings(max_examples=30)
@given(cases())
def test_log_loss_is_the_mean_surprise(case: tuple[list[Judged], list[Label]]) -> None:
    found = evaluate(*case)
    labels = {label.event_id: label for label in case[1]}
    given_to_truth = [
        min(1 - 1e-6, max(1e-6, j.score))
        if labels[j.event_id].profile == j.emitted
        else 1 - min(1 - 1e-6, max(1e-6, j.score))
        for j in case[0]
        if j.event_id in labels and j.emitted
    ]
    if found.log_loss is None:
        assert not given_to_truth
        return
    product = 1.0
    for each in given_to_truth:
        product *= each ** (1 / len(given_to_truth))
    assert exp(-found.log_loss) == pytest.approx(product)


def test_metrics_follow_from_the_confusion() -> None:
    cells = [(INST, INST), (INST, None), (None, INST), (INST, RETAIL), (INST, INST)]
    (inst, retail) = metrics_of(confusion_of(cells))

    assert (inst.profile, inst.read, inst.labelled, inst.hits) == (INST, 3, 4, 2)
    assert (inst.precision, inst.recall, inst.f1) == (2 / 3, 0.5, 4 / 7)
    assert (retail.profile, retail.precision, retail.recall, retail.f1) == (RETAIL, 0.0, None, 0.0)
