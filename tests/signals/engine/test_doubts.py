"""What speaks against a reading (issue of step 1: sentence by sentence, with the numbers)."""

import msgspec
import pytest

from signals.engine.doubts import against
from signals.engine.features import Features
from signals.engine.params import Params

PARAMS = Params()
PLAIN = Features(
    count=3, total_size=30, premium_usd=60.5, covered_size=30, coverage=1.0, inside_ratio=0.0,
    underlying_mid=450.5, quote_state="ok",
)  # fmt: skip


def but(**changes: object) -> Features:
    return msgspec.structs.replace(PLAIN, **changes)


ALWAYS = "A tape cannot show whether positions were opened or closed."


@pytest.mark.parametrize(
    ("changes", "texts"),
    [
        ({}, []),
        (
            {"missing_ratio": 0.25, "stale_ratio": 0.125},
            ["37.5 % of the size has no usable quote (25 % none, 12.5 % stale)."],
        ),
        (
            {"nbbo_wide": True, "nbbo_spread_bps": 1818.18},
            ["The quote was wide: 1,818.18 basis points of its mid; 800 and more count."],
        ),
        (
            {"nbbo_wide": True, "nbbo_spread_bps": None},
            ["The quote was wide: its spread is 800 basis points of its mid or more."],
        ),
        (
            {"inside_ratio": 0.4},
            ["40 % of the quoted size printed inside the spread, which takes no side."],
        ),
        (
            {"mixed_aggression": True, "buy_share": 0.5, "sell_share": 0.3},
            ["Both sides took part: weighted shares 50 % at the ask and 30 % at the bid."],
        ),
        (
            {"special_size_ratio": 0.2, "conditions": ["automatic", "single-leg cross"]},
            ["20 % of the size are special prints (single-leg cross)."],
        ),
        (
            {"granularity": "minute"},
            [
                "Minute bars: one record stands for all trades of a minute at its last price; "
                "venues, conditions, sides and sweeps cannot be told."
            ],
        ),
        (
            {"conditions_known": False},
            [
                "The feed states no trade conditions: packages, auctions and crosses cannot be "
                "told from ordinary trades."
            ],
        ),
        ({"count": 1}, ["It is a single print."]),
        ({"underlying_mid": None}, ["No fresh quote of the underlying."]),
    ],
)
def test_what_speaks_against(changes: dict[str, object], texts: list[str]) -> None:
    found = [item["text"] for item in against(but(**changes), PARAMS)]

    assert found == [*texts, ALWAYS]


def test_minute_bars_say_nothing_about_single_prints_sides_or_conditions() -> None:
    found = against(
        but(granularity="minute", count=1, conditions_known=False, inside_ratio=1.0), PARAMS
    )

    assert len(found) == 2
    assert found[0]["text"].startswith("Minute bars:")
