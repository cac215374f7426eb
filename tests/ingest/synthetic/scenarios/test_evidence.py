"""Requirements on figures, and the draws of scenes."""

import pytest

from ingest.synthetic.scenarios.dice import Dice
from ingest.synthetic.scenarios.evidence import BuildFailed, Need, at_least, at_most, check

FIGURES = {"size": 12, "share": 0.5, "flag": True, "none": None}


@pytest.mark.parametrize(
    ("need", "holds"),
    [
        (at_least("size", 12), True),
        (at_least("size", 13), False),
        (at_most("share", 0.5), True),
        (at_most("share", 0.49), False),
        (at_least("unknown", 0), False),
        (Need("flag", "eq", value=True), True),
        (Need("size", "present"), True),
        (Need("none", "present"), False),
        (Need("none", "absent"), True),
        (Need("size", "absent"), False),
    ],
)
def test_a_need_holds(need: Need, holds: bool) -> None:
    assert need.holds(FIGURES) is holds


def test_a_failed_build_says_each_requirement_with_its_figure() -> None:
    needs, never = (at_least("size", 20), at_most("share", 1)), (at_least("share", 0.4),)

    with pytest.raises(BuildFailed) as failed:
        check("sweep", "NVDA", FIGURES, needs, never)

    assert str(failed.value) == (
        "scene sweep on NVDA does not show: size gte 20 (is 12); "
        "must not show: share gte 0.4 (is 0.5)"
    )


def test_draws_stay_in_their_spans_and_reach_both_ends() -> None:
    dice = Dice(3)

    assert {dice.whole((2, 4)) for _ in range(200)} == {2, 3, 4}
    assert all(1.5 <= dice.real((1.5, 1.6)) < 1.6 for _ in range(200))
    assert sorted(dice.sample("abc", 5)) == ["a", "b", "c"]
    assert {dice.weighted([("x", 1.0), ("y", 0.0)]) for _ in range(50)} == {"x"}


def test_draws_belong_to_their_key() -> None:
    first = Dice(5).bits()

    assert first == Dice(5).bits() != Dice(6).bits()
