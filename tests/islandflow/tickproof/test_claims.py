"""What is written down of the real ticks, beside figures that are and are not so."""

import pandas as pd
import pytest

from islandflow.tickproof.claims import (
    DAYS,
    QUOTES,
    TRADES,
    DayFigures,
    claims_of,
    places_of,
    standing_of,
)

PRINTS = pd.DataFrame(
    {
        "price": [100, 100, 101, 103, 104],
        "size": [100, 100, 100, 100, 600],
        "bid": [100, 100, 100, 100, 100],
        "ask": [103, 100, 103, 103, 103],
        "off": [False, False, False, False, True],
        "regular": True,
        "patient": ["bid", "locked", "inside", "ask", "above"],
    }
)


def test_standing_quote_counts_a_locked_one_as_the_bid() -> None:
    assert standing_of(PRINTS) == {"at bid": 40, "at ask": 20, "inside": 20, "outside": 20}


def test_places_count_all_that_lies_off_the_quote_as_one() -> None:
    found = places_of(PRINTS)

    assert found["locked"] == found["outside"] == found["bid"] == 20
    assert found["stale"] == 0


@pytest.mark.parametrize(("trades", "holds"), [(TRADES + 10, True), (TRADES, False)])
def test_every_claim_says_what_was_found_and_what_was_told(trades: int, holds: bool) -> None:
    days = dict.fromkeys(DAYS, DayFigures(PRINTS, 1, 10_000))

    first, second, *others = claims_of(days, trades=trades, quotes=QUOTES + 10)
    assert first.text == f"{trades:,} trades (told: 779,947 ends of lines in 10 files)"
    assert first.holds is holds
    assert second.holds
    by_name = {claim.text.partition(":")[0]: claim for claim in others[:4]}
    assert by_name["crossed share of regular quote rows"].holds  # 0.01 %
    volume = by_name["off-exchange share of volume"]
    assert volume.text.endswith("60.0 to 60.0 % (told: 22 to 40 %)")
    assert not volume.holds
    assert not any(claim.holds for claim in others if "lit prints" in claim.text)
