"""What legs are called and which way they lean (options-engine.md 9.4, errata 39, golden G7).

Legs are written `+C450 -C455x20 ?P450@FEB`: bought, sold or not known; 10 contracts unless x says
otherwise; January unless FEB.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.structures.legs import Leg, with_signs
from signals.engine.structures.ratios import accept
from signals.engine.structures.shapes import MULTI_LEG, Shape, shape_of
from tests.signals.engine.structures.builders import FEB, JAN, leg, legs_of


def shape(legs: list[Leg], *, flagged: bool = True, stock_tied: bool = False) -> Shape:
    ratios = accept([each.size for each in legs])
    return shape_of(legs, ratios, flagged=flagged, stock_tied=stock_tied)


# What needs no flag is the same with and without one.
EITHER_WAY = [
    # vertical: long the lower strike is bullish, of calls and puts alike
    ("+C450 -C455", "vertical", "bullish", ""),
    ("-C450 +C455", "vertical", "bearish", ""),
    ("+P450 -P455", "vertical", "bullish", ""),
    ("-P450 +P455", "vertical", "bearish", ""),
    ("+C450x200 -C455x190", "vertical", "bullish", ""),  # golden G7, 200/190
    ("+C450x100 -C455x94", "multi_leg", "neutral", ""),  # 0.94: no ratio
    ("+C450 +C455", "multi_leg", "neutral", ""),  # one side of two strikes
    ("+SPX:C450 -SPXW:C455", "multi_leg", "neutral", ""),  # two settlements
    ("+SPX:C450 -SPXW:C450", "multi_leg", "neutral", ""),
    # ratio spread
    ("+C450 -C455x20", "ratio_spread", "neutral", ""),
    ("-P450x40 +P455", "ratio_spread", "neutral", ""),
    ("+C450 -C455x50", "multi_leg", "neutral", ""),
    ("+C450 +C455x20", "multi_leg", "neutral", ""),
    # straddle
    ("+C450 +P450", "straddle", "neutral", "long"),
    ("-C450 -P450", "straddle", "neutral", "short"),
    ("+C450 +P450x20", "multi_leg", "neutral", ""),
    ("+C450 +P450@FEB", "multi_leg", "neutral", ""),  # golden G7
    # strangle
    ("+C460 +P440", "strangle", "neutral", "long"),
    ("-C460 -P440", "strangle", "neutral", "short"),
    ("+C460 +P440x20", "strangle", "neutral", "long"),
    ("+C440 +P460", "multi_leg", "neutral", ""),  # guts
    ("+C460 +P440@FEB", "multi_leg", "neutral", ""),
    # synthetic and risk reversal
    ("+C450 -P450", "synthetic", "bullish", ""),
    ("-C450 +P450", "synthetic", "bearish", ""),
    ("+C460 -P440", "risk_reversal", "bullish", ""),
    ("-C460 +P440", "risk_reversal", "bearish", ""),
    ("+C440 -P460", "risk_reversal", "bullish", ""),
    ("+C460 -P440x30", "risk_reversal", "bullish", ""),
    ("+C460 -P440x50", "multi_leg", "neutral", ""),
    ("+C460 -P440@FEB", "multi_leg", "neutral", ""),
    # butterfly
    ("+C450 -C455x20 +C460", "butterfly", "neutral", "short"),
    ("-P450 +P455x20 -P470", "butterfly", "neutral", "long"),
    ("+C450 -C455x10 +C460", "multi_leg", "neutral", ""),
    ("+C450x20 -C455x10 +C460x10", "multi_leg", "neutral", ""),
    ("+C450 -C455x20 -C460", "multi_leg", "neutral", ""),
    ("-C450 -C455x20 +C460", "multi_leg", "neutral", ""),
    ("+C450 -P455x20 +C460", "multi_leg", "neutral", ""),
    ("+C450 -C455x20 +C460@FEB", "multi_leg", "neutral", ""),
    # condors and iron butterflies
    ("+P440 -P445 -C455 +C460", "iron_condor", "neutral", "short"),
    ("-P440 +P445 +C455 -C460", "iron_condor", "neutral", "long"),
    ("+P440 -P445 +C455 -C460", "multi_leg", "neutral", ""),  # two verticals
    ("+P440 -P445 -C455 +C460x20", "multi_leg", "neutral", ""),
    ("+P440 -P445 -C455 +C460@FEB", "multi_leg", "neutral", ""),
    ("+C440 -C445 -P455 +P460", "multi_leg", "neutral", ""),  # guts
    ("+C440 -C445 -C450 +C455", "condor", "neutral", "short"),
    ("-P440 +P445 +P450 -P455", "condor", "neutral", "long"),
    ("+C440 -C445 +C450 -C455", "multi_leg", "neutral", ""),
    ("+C440 -C445 -C450 -C455", "multi_leg", "neutral", ""),
    ("-C440 -C445 -C450 +C455", "multi_leg", "neutral", ""),
    ("+P440 -C450 -P450 +C460", "iron_butterfly", "neutral", "short"),
    ("-P440 +C450 +P450 -C460", "iron_butterfly", "neutral", "long"),
    ("+P440 -C450 +P450 -C460", "multi_leg", "neutral", ""),
    ("+C440 -C450 -P450 +P460", "multi_leg", "neutral", ""),
    # box: C and P opposite at each strike, and between the strikes
    ("+C450 -P450 -C455 +P455", "box", "neutral", ""),
    ("-C450 +P450 +C455 -P455", "box", "neutral", ""),
    ("+C450 -P450 +C455 -P455", "multi_leg", "neutral", ""),
    ("+C450 +P450 -C455 -P455", "multi_leg", "neutral", ""),
    ("+C450 -P450 -C455 -P455", "multi_leg", "neutral", ""),
    ("+C450 -P450 -C455 +P455x20", "multi_leg", "neutral", ""),
    ("+C450 -P450 -C455 +P460", "multi_leg", "neutral", ""),
    ("+SPX:C450 -SPX:P450 -SPXW:C455 +SPXW:P455", "multi_leg", "neutral", ""),
    # calendar and diagonal
    ("-C450 +C450@FEB", "calendar", "neutral", ""),
    ("+P450x100 -P450x190@FEB", "calendar", "neutral", ""),
    ("-C450 +C455@FEB", "diagonal", "neutral", ""),
    ("+C450 +C450@FEB", "multi_leg", "neutral", ""),
    ("-C450 +P450@FEB", "multi_leg", "neutral", ""),
    ("-SPX:C450 +SPXW:C450@FEB", "calendar", "neutral", ""),
    ("-SPY1:C450 +SPY1:C450@FEB", "calendar", "neutral", ""),
    ("-SPY:C450 +SPY1:C450@FEB", "multi_leg", "neutral", ""),  # another deliverable
    ("-SPY1:C450 +SPY:C450@FEB", "multi_leg", "neutral", ""),
    # nothing with a name
    ("+C440 -C445 +C450 -C455 +C460", "multi_leg", "neutral", ""),
    ("-C350 +C360 -C350@FEB +C360@FEB", "multi_leg", "neutral", ""),
]


@pytest.mark.parametrize("flagged", [True, False])
@pytest.mark.parametrize(("text", "name", "direction", "vol_side"), EITHER_WAY)
def test_shape(text: str, name: str, direction: str, vol_side: str, flagged: bool) -> None:
    found = shape(legs_of(text), flagged=flagged)

    assert (found.type, found.direction, found.vol_side) == (name, direction, vol_side)


@pytest.mark.parametrize(
    ("text", "name", "direction"),
    [
        ("+C450 +C455 +C460", "ladder", "bullish"),
        ("-C450 -C455 -C460", "ladder", "bearish"),
        ("+P450 +P455 +P460", "ladder", "bearish"),
        ("-P450 -P455 -P460", "ladder", "bullish"),
        ("+C450x10 +C455x37 +C460x90", "ladder", "bullish"),  # sizes may differ
        ("+C450 +C455x20 +C460", "ladder", "bullish"),
        ("+C450 +C455 +C460 +C465 +C470", "ladder", "bullish"),
        ("+C450 +C455 -C460", "multi_leg", "neutral"),
        ("+C450 +C455 +P460", "multi_leg", "neutral"),
        ("+C450 +C455 +C460@FEB", "multi_leg", "neutral"),
        ("+C450 +C455", "multi_leg", "neutral"),
        ("+SPX:C450 +SPXW:C450 +SPX:C455", "multi_leg", "neutral"),
        ("+SPX:C450 +SPXW:C455 +SPX:C460", "multi_leg", "neutral"),
        ("?C450 ?C455 ?C460", "multi_leg", "neutral"),
        ("?C450 +C455 +C460", "multi_leg", "neutral"),
    ],
)
def test_ladder_is_never_flagged(text: str, name: str, direction: str) -> None:
    found = shape(legs_of(text), flagged=False)

    assert (found.type, found.direction, found.vol_side) == (name, direction, "")
    assert shape(legs_of(text), flagged=True).type == "multi_leg"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        # one name is left whichever side initiated
        ("?C450 ?C455", "vertical"),
        ("?P450 ?P455x20", "ratio_spread"),
        ("?C450 ?C450@FEB", "calendar"),
        ("?C450 ?C455@FEB", "diagonal"),
        ("?C450 ?C455x20 ?C460", "butterfly"),
        # the sign decides
        ("?C450 ?P450", "multi_leg"),
        ("?C460 ?P440", "multi_leg"),
        ("?C450 ?P450@FEB", "multi_leg"),
        ("?P440 ?P445 ?C455 ?C460", "multi_leg"),  # golden G7: by sign
        ("?C440 ?C445 ?C450 ?C455", "multi_leg"),
        ("?C450 ?P450 ?C455 ?P455", "multi_leg"),
        ("?C450 ?C455 ?C460", "multi_leg"),
        ("?C450x100 ?C455x37", "multi_leg"),
        # one unknown sign leaves nothing known
        ("+C450 ?C455", "vertical"),
        ("?C450 -C455", "vertical"),
        ("+C450 ?P450", "multi_leg"),
        ("+C450 -C455x20 ?C460", "butterfly"),
        ("+P440 -P445 -C455 ?C460", "multi_leg"),
    ],
)
def test_package_without_signs_is_neutral_and_named_only_where_they_cannot_matter(
    text: str, name: str
) -> None:
    found = shape(legs_of(text), flagged=True)

    assert (found.type, found.direction, found.vol_side) == (name, "neutral", "")
    assert shape(legs_of(text), flagged=False) == MULTI_LEG


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("+C450 -P450", "conversion_reversal"),
        ("-C450 +P450", "conversion_reversal"),
        ("?C450 ?P450", "multi_leg"),  # could be a straddle against stock as well
        ("+C450 ?P450", "multi_leg"),
        ("+C450 +P450", "straddle"),  # a straddle against stock
        ("+C450 -P455", "risk_reversal"),
        ("+C450 -P450x20", "synthetic"),
        ("+C450 -P450@FEB", "multi_leg"),
        ("+SPX:C450 -SPXW:P450", "multi_leg"),
        ("+C450 -C455", "vertical"),
    ],
)
def test_stock_tied_package_is_neutral(text: str, name: str) -> None:
    found = shape(legs_of(text), stock_tied=True)

    assert (found.type, found.direction) == (name, "neutral")


def test_stock_tied_straddle_keeps_its_volatility_side() -> None:
    assert shape(legs_of("-C450 -P450"), stock_tied=True).vol_side == "short"


@pytest.mark.parametrize(
    ("text", "roll"),
    [
        ("-C450 +C450@FEB", True),
        ("-C450x200 +C455x190@FEB", True),  # within 5 %
        ("?C450 ?C455@FEB", False),  # opposite sides are not known
        ("-C450 ?C455@FEB", False),
        ("-C450 +C450x20@FEB", False),
        ("+C450 -C455", False),
        ("+C450 +P450", False),
    ],
)
def test_roll_has_equal_sizes_on_known_opposite_sides(text: str, roll: bool) -> None:
    assert shape(legs_of(text)).roll_consistent is roll


def test_without_a_ratio_nothing_but_a_ladder_is_named() -> None:
    legs = legs_of("+C450 -C455")

    assert shape_of(legs, None, flagged=True, stock_tied=False) == MULTI_LEG
    assert shape_of(legs, None, flagged=False, stock_tied=False) == MULTI_LEG


@given(st.permutations(list(range(4))), st.sampled_from(EITHER_WAY), st.booleans())
def test_order_of_legs_changes_nothing(
    order: list[int], row: tuple[str, str, str, str], flagged: bool
) -> None:
    legs = legs_of(row[0])
    permuted = [legs[place] for place in order if place < len(legs)]

    if len(permuted) == len(legs):
        assert shape(permuted, flagged=flagged) == shape(legs, flagged=flagged)


RIGHTS = st.sampled_from("CP")
ANY_LEGS = st.lists(
    st.tuples(RIGHTS, st.sampled_from((440, 445, 450, 455, 460)), st.sampled_from((JAN, FEB))),
    min_size=2,
    max_size=4,
    unique=True,
).flatmap(
    lambda keys: st.tuples(
        st.just(keys),
        st.lists(st.sampled_from((1, -1)), min_size=len(keys), max_size=len(keys)),
        st.lists(st.sampled_from((10, 20)), min_size=len(keys), max_size=len(keys)),
    )
)
Drawn = tuple[list[tuple[str, int, str]], list[int], list[int]]
OPPOSITE = {"bullish": "bearish", "bearish": "bullish"}
OTHER_VOL = {"long": "short", "short": "long"}


def drawn_legs(drawn: Drawn, *, factor: int = 1, mirrored: bool = False) -> list[Leg]:
    keys, signs, sizes = drawn
    flip = {"C": "P", "P": "C"} if mirrored else {"C": "C", "P": "P"}
    return [
        leg(
            f"{flip[right]}{900 - strike if mirrored else strike}",
            sign,
            size * factor,
            expiry=expiry,
        )
        for (right, strike, expiry), sign, size in zip(keys, signs, sizes, strict=True)
    ]


def negated(legs: list[Leg]) -> list[Leg]:
    return list(with_signs(legs, [-each.sign for each in legs]))


@given(ANY_LEGS, st.booleans(), st.integers(2, 50))
def test_scaling_all_sizes_changes_nothing(drawn: Drawn, flagged: bool, factor: int) -> None:
    assert shape(drawn_legs(drawn, factor=factor), flagged=flagged) == shape(
        drawn_legs(drawn), flagged=flagged
    )


@given(ANY_LEGS, st.booleans())
def test_mirror_of_rights_and_strikes_leans_the_other_way(drawn: Drawn, flagged: bool) -> None:
    found = shape(drawn_legs(drawn), flagged=flagged)
    mirror = shape(drawn_legs(drawn, mirrored=True), flagged=flagged)

    assert mirror.type == found.type
    assert mirror.direction == OPPOSITE.get(found.direction, found.direction)
    assert mirror.vol_side == found.vol_side
    assert mirror.roll_consistent == found.roll_consistent


@given(ANY_LEGS, st.booleans())
def test_other_side_of_the_trade_leans_the_other_way(drawn: Drawn, flagged: bool) -> None:
    legs = drawn_legs(drawn)
    found, other = shape(legs, flagged=flagged), shape(negated(legs), flagged=flagged)

    assert other.type == found.type
    assert other.direction == OPPOSITE.get(found.direction, found.direction)
    assert other.vol_side == OTHER_VOL.get(found.vol_side, "")


@given(ANY_LEGS)
def test_mirror_with_the_sides_swapped_keeps_the_direction(drawn: Drawn) -> None:
    mirror = negated(drawn_legs(drawn, mirrored=True))

    assert shape(mirror).direction == shape(drawn_legs(drawn)).direction


@given(ANY_LEGS)
def test_flag_only_takes_the_ladder_away(drawn: Drawn) -> None:
    legs = drawn_legs(drawn)
    inferred, flagged = shape(legs, flagged=False), shape(legs, flagged=True)

    assert flagged == (MULTI_LEG if inferred.type == "ladder" else inferred)
