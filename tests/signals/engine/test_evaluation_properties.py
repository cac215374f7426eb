"""Reports of any events against any labels (options-engine.md 17): a second computation agrees.

It works in exact fractions, cell by cell from the text of 17.1 and 17.3, and shares no code.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import exp, log
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.engine.confusion import confusion_of, metrics_of
from signals.engine.evaluation import Judged, Label, evaluate
from tests.signals.engine.test_evaluation import (
    EVENT,
    INST,
    JUDGED,
    LABELS,
    RETAIL,
    declined,
    read,
    truth,
)

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
