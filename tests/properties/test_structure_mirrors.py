"""Mirror symmetry of structures (golden G16.3, errata 32): rights swapped, strikes around the spot.

A structure and its image read the same, and lean the other way: whatever stands for all legs (the
quote of one of them, its distance from the spot) must not know puts from calls or low from high.

    spot 452:   +C454 -C478   <-->   +P450 -P426
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.events import StampedPrint
from signals.engine.features import as_mapping
from signals.engine.params import Params
from signals.engine.pipeline import new_state, step
from signals.engine.records import Alert, Derived, Packet, SmartMoneyEvent
from tests.support.engine_builders import AUTO, COMPLEX, clock, ms, stamped

SPOT = 452
JAN, FEB = "2025-01-17", "2025-02-21"
TURNED = {"bullish": "bearish", "bearish": "bullish"}
# What names one side of the mirror. Its nearest legs may be each other's image (a call as far below
# the spot as a put above it): then either stands for it, so its strike is compared as a distance.
SIDED = {
    "option_type", "moneyness",
    "structure_contracts", "structure_signs", "structure_ratios", "structure_leg_sizes",
    "structure_strikes", "structure_rights", "roll_from_strike", "roll_to_strike",
}  # fmt: skip
# What the model says of one contract: carry parts a call from the put on the spot's other side.
MODEL = {
    "delta", "gamma", "vega", "theta", "execution_iv", "execution_iv_source",
    "underlying_notional_usd",
}  # fmt: skip

# Strike less spot, right, where it printed, bid and width in dollars, size, expiry, milliseconds.
LegSpec = tuple[int, str, str, float, float, int, str, int]
Reading = tuple[str | None, str, tuple[str, ...], dict[str, tuple[float, str]]]


def prints_of(legs: list[LegSpec], *, flagged: bool, mirrored: bool) -> list[StampedPrint]:
    turn = -1 if mirrored else 1
    found = []
    for seq, (offset, right, side, bid, width, size, expiry, at) in enumerate(legs):
        bid_micros, wide = round(bid * 1_000_000), round(width * 1_000_000)
        letter = "CP"[(right == "P") != mirrored]
        found.append(
            stamped(
                seq=seq, ts=ms(at), uid=bytes([seq]) * 16, size=size,
                contract=f"NVDA-{expiry}-{SPOT + turn * offset}-{letter}",
                price_micros=bid_micros + {"bid": 0, "mid": wide // 2, "ask": wide}[side],
                bid_micros=bid_micros, ask_micros=bid_micros + wide,
                conditions=(COMPLEX if flagged else AUTO,),
                spot_bid_micros=SPOT * 1_000_000 - 10_000,
                spot_ask_micros=SPOT * 1_000_000 + 10_000,
            )
        )  # fmt: skip
    return found


def run(prints: list[StampedPrint]) -> list[Derived]:
    ordered = sorted(prints, key=lambda each: each.ts)
    return step(new_state(), [*ordered, clock(99, ms(10_000))], Params())


def only(rows: list[Derived], kind: type[Any]) -> list[Any]:
    return [row for row in rows if isinstance(row, kind)]


def seen(features: dict[str, Any]) -> dict[str, Any]:
    """Return the features that know no side, and the distance of the strike from the spot."""
    found = {key: value for key, value in features.items() if key not in SIDED | MODEL}
    return found | {"strike": abs(found["strike"] - SPOT)}


def image_of(features: dict[str, Any]) -> dict[str, Any]:
    """Return what the mirror image of a packet with these features would have."""
    found = seen(features)
    found["structure_direction"] = turned(found["structure_direction"])
    found["otm_pct"] = pytest.approx(found["otm_pct"], abs=2e-6)
    if found["roll_strike_delta"] is not None:
        found["roll_strike_delta"] = -found["roll_strike_delta"]
    return found


def assert_mirrored(legs: list[LegSpec], *, flagged: bool) -> None:
    here = run(prints_of(legs, flagged=flagged, mirrored=False))
    there = run(prints_of(legs, flagged=flagged, mirrored=True))

    packets, images = by_members(here), by_members(there)
    assert packets.keys() == images.keys()
    for members, packet in packets.items():
        found = seen(as_mapping(images[members].features))
        assert found == image_of(as_mapping(packet.features))
    events, others = readings_of(here), readings_of(there)
    assert {members: image_of_reading(each) for members, each in events.items()} == others
    if len(packets) == 1:  # alerts of one instant merge in the order of their contracts
        assert alerts_of(there) == [
            (score, severity, turned(direction)) for score, severity, direction in alerts_of(here)
        ]


def by_members(rows: list[Derived]) -> dict[bytes, Packet]:
    return {packet.member_digest: packet for packet in only(rows, Packet)}


def readings_of(rows: list[Derived]) -> dict[bytes, Reading]:
    """Return profile, direction, reasons to decline and scores of each event, by its members."""
    members = {packet.uid: packet.member_digest for packet in only(rows, Packet)}
    return {
        members[event.packet_uid]: (
            event.primary_profile,
            event.direction,
            event.abstain_reasons,
            {each["profile_id"]: (each["score"], each["direction"]) for each in event.scores},
        )
        for event in only(rows, SmartMoneyEvent)
    }


def image_of_reading(reading: Reading) -> Reading:
    profile, direction, reasons, scores = reading
    mirrored = {name: (score, turned(lean)) for name, (score, lean) in scores.items()}
    return profile, turned(direction), reasons, mirrored


def turned(direction: str) -> str:
    return TURNED.get(direction, direction)


def alerts_of(rows: list[Derived]) -> list[tuple[float, str, str]]:
    return [(alert.score, alert.severity, alert.direction) for alert in only(rows, Alert)]


WING: tuple[float, float] = (0.5, 0.05)  # a bid of 50 cents five cents wide: 950 basis points
STRUCTURES: dict[str, list[LegSpec]] = {
    "vertical": [
        (2, "C", "ask", 4.1, 0.1, 400, JAN, 0), (26, "C", "bid", *WING, 400, JAN, 5),
    ],
    "risk reversal": [
        (26, "C", "ask", *WING, 400, JAN, 0), (-2, "P", "bid", 4.1, 0.1, 400, JAN, 5),
    ],
    "strangle": [
        (4, "C", "ask", 3.1, 0.1, 400, JAN, 0), (-26, "P", "ask", *WING, 400, JAN, 0),
    ],
    "iron condor": [
        (-26, "P", "ask", *WING, 400, JAN, 0), (-6, "P", "bid", 3.0, 0.1, 400, JAN, 0),
        (2, "C", "bid", 4.1, 0.1, 400, JAN, 0), (22, "C", "ask", 0.6, 0.08, 400, JAN, 0),
    ],
    "diagonal": [
        (26, "C", "bid", *WING, 400, JAN, 0), (2, "C", "ask", 9.1, 0.2, 400, FEB, 0),
    ],
    "straddle above the spot": [
        (4, "C", "ask", 4.1, 0.1, 400, JAN, 0), (4, "P", "ask", 4.1, 0.1, 400, JAN, 0),
    ],
    "symmetric risk reversal": [
        (4, "C", "ask", 4.1, 0.1, 400, JAN, 0), (-4, "P", "bid", 4.2, 0.1, 400, JAN, 0),
    ],
}  # fmt: skip


@pytest.mark.parametrize("flagged", [True, False])
@pytest.mark.parametrize("name", STRUCTURES)
def test_named_structures_and_their_images(name: str, flagged: bool) -> None:
    assert_mirrored(STRUCTURES[name], flagged=flagged)


@st.composite
def leg_lists(draw: st.DrawFn) -> list[LegSpec]:
    """Two to four contracts, near and far from the spot, in quotes of every width."""
    contracts = draw(
        st.lists(
            st.tuples(
                st.sampled_from([-26, -10, -4, 0, 4, 10, 26]),
                st.sampled_from("CP"),
                st.sampled_from([JAN, JAN, JAN, FEB]),
            ),
            min_size=2, max_size=4, unique=True,
        )
    )  # fmt: skip
    legs = []
    for offset, right, expiry in contracts:
        side = draw(st.sampled_from(["ask", "bid", "mid"]))
        bid, width = draw(st.sampled_from([(4.1, 0.1), (4.1, 0.4), WING, (1.2, 0.04)]))
        size, at = draw(st.sampled_from([100, 200, 400])), draw(st.sampled_from([0, 0, 1, 30]))
        legs.append((offset, right, side, bid, width, size, expiry, at))
    return legs


@given(leg_lists(), st.booleans())
def test_any_legs_and_their_image(legs: list[LegSpec], flagged: bool) -> None:
    assert_mirrored(legs, flagged=flagged)
