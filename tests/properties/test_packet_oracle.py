"""Packets a second time, in plain Python with exact fractions, from the prints alone.

The oracle follows options-engine.md 2.4.1 and 7.4 with errata 3, 7, 23, 51 in words of its own: it
shares the placement of one print with the engine (that has an oracle too), and nothing else.
"""

import math
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.events import PrintFlag, QuoteMode, StampedPrint
from signals.engine.clusters import Held
from signals.engine.features import Features, as_mapping
from signals.engine.groups import Group
from signals.engine.params import Params
from signals.engine.placement import QuoteState, Side, place
from signals.engine.subjects import subject_of
from signals.engine.tally import tally_members
from tests.support.engine_builders import AUCTION, AUTO, COMPLEX, CROSS, ISO, ms, stamped

PARAMS = Params()
CALL, PUT = "NVDA-2025-01-17-450-C", "NVDA-2025-01-17-450-P"
WEIGHT = {AUTO: 1.0, ISO: 1.0, AUCTION: 0.25, CROSS: 0.0, COMPLEX: 0.0}


def packet_of(prints: list[StampedPrint]) -> Features:
    held = [Held(each, 3) for each in prints]
    return subject_of(Group(0, prints[0].contract, held, late_count=2), PARAMS).features


def share(part: Fraction | int, whole: int) -> float:
    """Return a share to four places, half away from zero, by decimals."""
    if not whole:
        return 0.0
    exact = Fraction(part) / whole
    decimal = Decimal(exact.numerator) / Decimal(exact.denominator)
    return float(decimal.quantize(Decimal("0.0001"), ROUND_HALF_UP))


def sides_of(prints: list[StampedPrint]) -> list[tuple[StampedPrint, Side, Fraction]]:
    """Return each print with its side and its confidence as a fraction."""
    placed = [(each, place(each, PARAMS)) for each in prints]
    return [(each, p.side, Fraction(p.confidence_ppm, 1_000_000)) for each, p in placed]


def slow_amounts(prints: list[StampedPrint]) -> dict[str, Any]:
    sizes = [each.size for each in prints]
    premiums = [each.premium_micros for each in prints]
    known = [premium for premium in premiums if premium is not None]
    value = sum(each.price_micros * each.size for each in prints)
    return {
        "count": len(prints),
        "total_size": sum(sizes),
        "max_print_size": max(sizes),
        "premium_usd": sum(known) / 1_000_000 if len(known) == len(premiums) else None,
        "first_price": prints[0].price_micros / 1_000_000,
        "last_price": prints[-1].price_micros / 1_000_000,
        "vwap": share(Fraction(value, 1_000_000), sum(sizes)),
        "dte_days": prints[-1].dte,
        "late_count": 2,
    }


def slow_sides(prints: list[StampedPrint]) -> dict[str, Any]:
    placed = sides_of(prints)
    counts = Counter(side for _, side, _ in placed)
    by_side: dict[Side, int] = defaultdict(int)
    for each, side, _ in placed:
        by_side[side] += each.size
    whole = sum(by_side.values())
    stale, missing = by_side[Side.STALE], by_side[Side.MISSING]
    covered = whole - stale - missing
    found: dict[str, Any] = {f"nbbo_{side.name.lower()}_count": counts[side] for side in Side}
    return found | {
        "covered_size": covered,
        "neutral_size": by_side[Side.MID],
        "coverage": share(covered, whole),
        "stale_ratio": share(stale, whole),
        "missing_ratio": share(missing, whole),
        "quote_quality": share(max(0, covered - stale), whole),
        "inside_ratio": share(by_side[Side.MID], covered) if covered else None,
    }


def slow_aggression(prints: list[StampedPrint]) -> dict[str, Any]:
    placed = sides_of(prints)
    whole = sum(each.size for each in prints)
    weighted = {"buy": Fraction(0), "sell": Fraction(0)}
    premium = {"buy": Fraction(0), "sell": Fraction(0)}
    raw = {"buy": 0, "sell": 0}
    for each, side, confidence in placed:
        word = {Side.A: "buy", Side.AA: "buy", Side.B: "sell", Side.BB: "sell"}.get(side)
        if word is None:
            continue
        weighted[word] += each.size * confidence
        premium[word] += (each.premium_micros or 0) * confidence
        if WEIGHT[each.conditions[0]] > 0:
            raw[word] += each.size
    buy, sell = weighted["buy"], weighted["sell"]
    known = all(each.premium_micros is not None for each in prints)
    balance = (buy - sell) / (buy + sell) if buy + sell else Fraction(0)
    signed = share(abs(balance), 1)
    return {
        "buy_raw": share(raw["buy"], whole),
        "sell_raw": share(raw["sell"], whole),
        "buy_size": share(buy, 1),
        "sell_size": share(sell, 1),
        "buy_share": share(buy, whole),
        "sell_share": share(sell, whole),
        "signed_share": share(buy + sell, whole),
        "imbalance": -signed if balance < 0 and signed else signed,
        "mixed_aggression": min(buy, sell) >= Fraction(whole, 4),
        "premium_buy_usd": share(premium["buy"] / 1_000_000, 1) if known else None,
        "premium_sell_usd": share(premium["sell"] / 1_000_000, 1) if known else None,
    }


def slow_conditions(prints: list[StampedPrint]) -> dict[str, Any]:
    whole = sum(each.size for each in prints)
    packaged = [each for each in prints if each.conditions[0] == COMPLEX]
    special = [each for each in prints if each.conditions[0] in (COMPLEX, CROSS)]
    marked = [each for each in prints if each.conditions[0] == ISO]
    return {
        "complex_count": len(packaged),
        "complex_size_ratio": share(sum(each.size for each in packaged), whole),
        "special_size_ratio": share(sum(each.size for each in special), whole),
        "iso_count": len(marked),
        "iso_venue_count": len({each.venue for each in marked} - {0, 11}),  # 4.3
    }


def slow_pace(prints: list[StampedPrint]) -> dict[str, Any]:
    times = [each.ts for each in prints]
    gaps = sorted(b - a for a, b in pairwise(times))
    if not gaps:
        return {"span_ms": 0.0, "inter_fill_ms_median": None, "inter_fill_ms_max": None}
    lower = gaps[len(gaps) // 2] if len(gaps) % 2 else gaps[len(gaps) // 2 - 1]
    return {
        "span_ms": (times[-1] - times[0]) / 1_000,
        "inter_fill_ms_median": lower / 1_000,
        "inter_fill_ms_max": max(gaps) / 1_000,
    }


@st.composite
def sessions(draw: st.DrawFn) -> list[StampedPrint]:
    """Prints of one contract in time order, with every kind of quote and a few unknowns."""
    contract = draw(st.sampled_from([CALL, PUT]))
    at, prints = 0, []
    for seq, gap in enumerate(draw(st.lists(st.integers(0, 250_000), min_size=1, max_size=9))):
        at += gap if seq else 0
        bid, ask = draw(
            st.sampled_from(
                [(4_100_000, 4_200_000), (90_000, 130_000), (1_000_000, 1_000_000), (0, 50_000)]
            )
        )
        changes: dict[str, Any] = {}
        if draw(st.sampled_from([False, False, False, True])):
            changes = {"bid_micros": None, "ask_micros": None, "quote_ts": None}
        prints.append(
            stamped(
                seq=seq, ts=ms(0) + at, contract=contract,
                size=draw(st.sampled_from([1, 3, 7, 30, 999])),
                price_micros=draw(st.integers(max(bid - 30_000, 10_000), ask + 30_000)),
                conditions=(draw(st.sampled_from(list(WEIGHT))),),
                venue=draw(st.sampled_from([0, 3, 4, 11])),
                quote_silence_us=draw(st.sampled_from([0, 0, 1_000_001])),
                quote_mode=draw(st.sampled_from([QuoteMode.CHANGE, QuoteMode.SAMPLED])),
                **({"bid_micros": bid, "ask_micros": ask} | changes),
            )
        )  # fmt: skip
    return prints


@given(sessions())
def test_packet_equals_the_plain_computation(prints: list[StampedPrint]) -> None:
    found = as_mapping(packet_of(prints))
    expected = (
        slow_amounts(prints)
        | slow_sides(prints)
        | slow_aggression(prints)
        | slow_conditions(prints)
        | slow_pace(prints)
    )

    assert {key: found[key] for key in expected} == expected


@given(sessions())
def test_a_print_is_placed_in_a_packet_as_it_is_alone(prints: list[StampedPrint]) -> None:
    reads = tally_members(prints, "SPY", PARAMS).reads

    assert [placement for _, placement, _ in reads] == [place(each, PARAMS) for each in prints]


@given(sessions())
def test_a_share_of_nothing_is_not_stored(prints: list[StampedPrint]) -> None:
    stored = msgspec.json.decode(msgspec.json.encode(packet_of(prints)))
    defaults = as_mapping(Features())

    assert not [key for key, value in stored.items() if value == defaults[key]]


@given(sessions())
def test_venues_and_their_entropy(prints: list[StampedPrint]) -> None:
    sizes: Counter[int] = Counter()
    for each in prints:
        if each.venue not in (0, 11):  # unstated, and the SIP itself
            sizes[each.venue] += each.size
    features = packet_of(prints)

    assert features.venue_count == (len(sizes) or None)
    if sizes:
        whole = sum(sizes.values())
        entropy = -sum(size / whole * math.log(size / whole) for size in sizes.values())
        assert features.venue_entropy == pytest.approx(entropy, abs=5e-5)
        assert features.venue_entropy is not None
        assert 0 <= features.venue_entropy <= math.log(len(sizes)) + 1e-4
    else:
        assert features.venue_entropy is None


@given(sessions())
def test_position_and_age_are_weighted_by_size(prints: list[StampedPrint]) -> None:
    inside, weights, ages, covered = Fraction(0), 0, 0, 0
    for each, placement in [(each, place(each, PARAMS)) for each in prints]:
        if placement.side > Side.STALE:
            covered += each.size
            ages += each.size * (each.ts - (each.quote_ts or 0))
        if placement.quote_state in (QuoteState.OK, QuoteState.WIDE, QuoteState.ONE_SIDED):
            bid, ask = each.bid_micros or 0, each.ask_micros or 0
            at = min(max(each.price_micros, bid), ask)
            inside += Fraction(at - bid, ask - bid) * each.size
            weights += each.size
    features = packet_of(prints)

    if weights:
        assert features.spread_pos_mean == pytest.approx(float(inside / weights), abs=6e-5)
    else:
        assert features.spread_pos_mean is None
    expected_age = share(Fraction(ages, 1_000), covered) if covered else None
    assert features.quote_age_ms == expected_age


@given(sessions(), st.data())
def test_unknown_premium_of_one_member_leaves_money_unknown(
    prints: list[StampedPrint], data: st.DataObject
) -> None:
    place_ = data.draw(st.integers(0, len(prints) - 1))
    unknown = [
        stamped(**{name: getattr(each, name) for name in each.__struct_fields__})
        if n != place_
        else stamped(
            **{name: getattr(each, name) for name in each.__struct_fields__}
            | {"premium_micros": None, "flags": int(PrintFlag.ADJUSTED)}
        )
        for n, each in enumerate(prints)
    ]

    found = packet_of(unknown)

    assert found.event_gate == "premium_unknown"
    assert not found.sweep
    for key in ("premium_usd", "premium_buy_usd", "premium_sell_usd", "sweep_premium_usd"):
        assert getattr(found, key) is None
    assert found.total_size == sum(each.size for each in prints)
