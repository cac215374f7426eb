"""Second computations: each rule again, slow and from the text of its source, must agree."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.condition_table import CONDITIONS, Family
from flow.domain.conditions import read_conditions
from flow.domain.events import LogEntry, QuoteMode, StampedPrint
from flow.domain.units import MICROS
from signals.engine.alerts import Chain, admit, score_alert
from signals.engine.features import ratio
from signals.engine.labels import label, reason_texts
from signals.engine.params import Params
from signals.engine.pipeline import new_state, step
from signals.engine.placement import Placement, QuoteState, Side, place, side_of
from signals.engine.records import Alert, Packet
from signals.engine.sweeps import Fill, find_sweeps
from tests.support.engine_builders import AUTO, ISO, SPY_CALL, SPY_PUT, clock, ms, stamped

PARAMS = Params()
SINGLE = Params.from_values({"structure_leg_min_size": 100_000})  # no packet is a leg


# --- rounding -------------------------------------------------------------------------------


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**15))
def test_ratio_is_the_exact_share_rounded_half_away(part: int, whole: int) -> None:
    exact = Fraction(part, whole)
    shifted = abs(exact) * 10_000 + Fraction(1, 2)
    expected = (shifted.numerator // shifted.denominator) / 10_000

    assert ratio(part, whole) == (expected if part >= 0 else -expected)


# --- side: options-engine.md 7.3 in exact fractions -----------------------------------------


def slow_side(price: int, bid: int, ask: int) -> Side:
    epsilon = Fraction(ask - bid, 20)
    if price > ask + epsilon:
        return Side.AA
    if price >= ask - epsilon:
        return Side.A
    if price < bid - epsilon:
        return Side.BB
    if price <= bid + epsilon:
        return Side.B
    return Side.MID


@given(st.integers(0, 10**8), st.integers(1, 10**7), st.integers(-(10**7), 10**7))
def test_side_equals_exact_fractions(bid: int, spread: int, offset: int) -> None:
    price = max(0, bid + offset)

    assert side_of(price, bid, bid + spread) is slow_side(price, bid, bid + spread)


@given(
    bid=st.integers(0, 5_000_000),
    spread=st.integers(1, 2_000_000),
    position=st.integers(-30, 130),
    age_ms=st.integers(0, 3_000),
    iso=st.booleans(),
)
def test_confidence_equals_the_product_of_its_factors(
    bid: int, spread: int, position: int, age_ms: int, iso: bool
) -> None:
    ask, price = bid + spread, max(0, bid + spread * position // 100)
    print_ = stamped(
        price_micros=price, bid_micros=bid, ask_micros=ask, conditions=(ISO if iso else AUTO,),
        quote_mode=int(QuoteMode.SAMPLED), quote_ts=ms(0) - age_ms * 1_000,
    )  # fmt: skip

    found = place(print_, PARAMS)

    if age_ms > 1_500:
        assert found.side is Side.STALE
        return
    side = slow_side(price, bid, ask)
    expected = 0.0 if side is Side.MID else 1.0
    if side in (Side.AA, Side.BB) and not iso:
        expected *= 0.7
    if age_ms > 100:
        expected *= 1 - 0.5 * (age_ms - 100) / 1_400
    bps = Fraction(spread * 20_000, ask + bid)
    tick = 10_000 if (ask + bid) // 2 < 3_000_000 else 50_000
    if bps >= 800 and spread > 2 * tick:
        expected *= max(0.25, 1 - 0.75 * (float(bps) - 800) / 2_400)
    if bid == 0 and side is Side.B:
        expected *= 0.5
    assert found.side is side
    assert found.confidence == pytest.approx(expected, abs=1e-6)


# --- label: options-engine.md 6.2 strict, row by row ----------------------------------------


def slow_label(side: str, usd: int, size: int, kind: str, iso: bool) -> list[str]:
    return slow_reject(side, usd, kind, iso) or slow_keeps(side, usd, size, iso)


def slow_reject(side: str, usd: int, kind: str, iso: bool) -> list[str]:
    if usd < 10_000:
        return ["reject:min-notional"]
    if kind == "etf" and usd < 50_000:
        return ["reject:etf-min-notional"]
    if kind == "index" and usd < 100_000:
        return ["reject:index-min-notional"]
    if side in ("B", "BB") and usd < 25_000:
        return ["reject:bid-side-min-notional"]
    if side == "MID" and not iso and usd < 20_000:
        return ["reject:mid-min-notional"]
    if side in ("MISSING", "STALE") and usd < 50_000:
        return ["reject:missing-nbbo-min-notional"]
    return []


def slow_keeps(side: str, usd: int, size: int, iso: bool) -> list[str]:
    keeps = []
    if usd >= 100_000:
        keeps.append("keep:auto-large")
    if side in ("A", "AA"):
        keeps.append("keep:ask-side")
    if side in ("B", "BB"):
        keeps.append("keep:bid-side")
    if side == "MID" and usd >= 40_000:
        keeps.append("keep:mid")
    if side in ("MISSING", "STALE"):
        keeps.append("keep:missing-nbbo")
    if iso and usd >= 25_000:
        keeps.append("keep:sweep-or-iso")
    if size >= 500:
        keeps.append("keep:large-contract-count")
    return keeps or ["reject:no-signal-rule"]


_EDGES = [9_999, 10_000, 19_999, 20_000, 24_999, 25_000, 39_999, 40_000, 49_999, 50_000, 99_999]


@given(
    side=st.sampled_from(list(Side)),
    usd=st.sampled_from([*_EDGES, 100_000]) | st.integers(0, 200_000),
    size=st.sampled_from([1, 499, 500]),
    kind=st.sampled_from(["stock", "etf", "index"]),
    iso=st.booleans(),
)
def test_label_equals_the_table(side: Side, usd: int, size: int, kind: str, iso: bool) -> None:
    print_ = stamped(size=size, premium_micros=usd * MICROS, conditions=(ISO if iso else AUTO,))
    placement = Placement(side, 0, 0, None, QuoteState.OK)

    found = label(print_, placement, kind, PARAMS)  # type: ignore[arg-type]

    assert reason_texts(found.reasons) == slow_label(side.name, usd, size, kind, iso)


# --- conditions: the order of options-engine.md 4.1 with errata 46 --------------------------

ORDER: tuple[tuple[Family, ...], ...] = (
    (Family.CANCEL,),
    (Family.COMPRESSION,),
    (Family.STOCK_TIED,),
    (Family.COMPLEX, Family.COMPLEX_LEG, Family.COMPLEX_FLOOR),
    (Family.CROSS, Family.CROSS_ISO),
    (Family.FLOOR,),
    (Family.LEGACY_SPECIAL,),
    (Family.AUCTION, Family.AUCTION_ISO),
    (Family.OUT_OF_SEQUENCE,),
    (Family.LATE,),
    (Family.EXTENDED,),
    (Family.ISO,),
    (Family.AUTO,),
    (Family.UNKNOWN,),
    (Family.REGULAR,),
)


@given(st.lists(st.sampled_from(sorted(CONDITIONS)), min_size=1, max_size=4))
def test_family_follows_the_order_of_the_text(codes: list[int]) -> None:
    families = {CONDITIONS[code].family for code in codes}
    strongest = next(rank for rank in ORDER if families & set(rank))

    found = read_conditions(tuple(codes), False)

    assert found.family in strongest
    weights = [CONDITIONS[code].cond_w for code in codes if CONDITIONS[code].family in strongest]
    assert found.cond_w <= min(weights)
    assert found.is_late_report == bool(families & {Family.LATE, Family.OUT_OF_SEQUENCE})


def test_order_names_every_family_once() -> None:
    named = [family for rank in ORDER for family in rank]

    assert sorted(named) == sorted(Family)


# --- clusters: sort everything, cut greedily ------------------------------------------------


def slow_sessions(prints: Sequence[StampedPrint]) -> list[list[bytes]]:
    found: list[list[StampedPrint]] = []
    for contract in sorted({p.contract for p in prints}):
        own = sorted((p for p in prints if p.contract == contract), key=lambda p: (p.ts, p.uid))
        for print_ in own:
            last = found[-1] if found and found[-1][0].contract == contract else None
            joins = (
                last is not None
                and print_.ts - last[-1].ts <= 250_000
                and print_.ts - last[0].ts <= 2_000_000
            )
            if joins and last is not None:
                last.append(print_)
            else:
                found.append([print_])
    return sorted([p.uid for p in session] for session in found)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 1, 100, 249, 250, 251, 1_000]),
            st.sampled_from([SPY_CALL, SPY_PUT]),
        ),
        max_size=60,
    ),
    st.integers(1, 40),
)
def test_packets_equal_a_sort_and_cut(gaps: list[tuple[int, str]], every: int) -> None:
    prints, at = [], 0
    for seq, (gap, contract) in enumerate(gaps):
        at += gap
        prints.append(stamped(seq=seq, ts=ms(at), contract=contract))
    entries: list[LogEntry] = []
    for place_, print_ in enumerate(prints):
        if place_ % every == 0:
            entries.append(clock(1_000 + place_, print_.ts - 1))
        entries.append(print_)
    entries.append(clock(9_999, ms(at) + 10_000_000))

    rows = step(new_state(), entries, SINGLE)

    packets = [row for row in rows if isinstance(row, Packet)]
    assert sorted([m.uid for m in packet.members] for packet in packets) == slow_sessions(prints)
    assert all(packet.size == 100 * packet.print_count for packet in packets)


# --- sweeps: every run of fills, tested by the words of errata 14 ---------------------------


def slow_has_burst(fills: Sequence[Fill], floor: int) -> bool:
    for start, end in combinations(range(len(fills) + 1), 2):
        run = fills[start:end]
        size = sum(fill.size for fill in run)
        sides = [sum(fill.size for fill in run if fill.sign == sign) for sign in (1, -1)]
        venues = {fill.venue for fill in run if fill.venue not in (0, 11)}
        if (
            len(run) >= 3
            and len(venues) >= 2
            and run[-1].ts - run[0].ts <= 500_000
            and all(later.ts - earlier.ts <= 250_000 for earlier, later in pairwise(run))
            and 10 * max(sides) >= 8 * size
            and size >= 20
            and sum(fill.premium_micros for fill in run) >= floor
        ):
            return True
    return False


def slow_has_iso(fills: Sequence[Fill], floor: int) -> bool:
    for sign in (1, -1):
        own = [fill for fill in fills if fill.is_iso and fill.sign == sign]
        for start, end in combinations(range(len(own) + 1), 2):
            run = own[start:end]
            venues = {fill.venue for fill in run if fill.venue not in (0, 11)}
            if (
                len(venues) >= 2
                and run[-1].ts - run[0].ts <= 500_000
                and sum(fill.premium_micros for fill in run) >= floor
            ):
                return True
    return False


_FILLS = st.lists(
    st.tuples(
        st.sampled_from([0, 50, 200, 250, 251]),
        st.sampled_from([1, 5, 20, 60]),
        st.sampled_from([1, 1, 1, 0, -1]),
        st.sampled_from([0, 3, 4, 11]),
        st.booleans(),
    ),
    max_size=9,
)


@given(_FILLS)
def test_sweeps_exist_exactly_where_some_run_passes(
    drawn: list[tuple[int, int, int, int, bool]],
) -> None:
    fills, at = [], 0
    for gap, size, sign, venue, iso in drawn:
        at += gap
        fills.append(Fill(ms(at), size, size * 400 * MICROS, sign, venue, iso))
    floor = 10_000 * MICROS

    found = find_sweeps(fills, floor, PARAMS)

    assert (found.burst is not None) == slow_has_burst(fills, floor)
    assert (found.iso is not None) == slow_has_iso(fills, floor)
    if found.burst is not None:
        assert found.burst.premium_micros >= floor
        assert found.burst.side_size >= 0.8 * found.burst.size


# --- alert score: options-engine.md 14.2 in decimals ----------------------------------------


@given(
    premium=st.integers(1, 10**9),
    confidence=st.integers(0, 100),
    quality=st.integers(0, 100),
    unusual=st.integers(0, 100),
)
def test_score_equals_decimal_arithmetic(
    premium: int, confidence: int, quality: int, unusual: int
) -> None:
    decades = (Decimal(premium).log10() - 4) / 3
    points = 100 * (
        Decimal("0.40") * min(Decimal(1), max(Decimal(0), decades))
        + Decimal("0.30") * confidence / 100
        + Decimal("0.15") * quality / 100
        + Decimal("0.15") * unusual / 100
    )

    found = score_alert(
        premium, confidence / 100, quality / 100, unusual / 100, suppressed=False, params=PARAMS
    )

    exact = int(points.quantize(Decimal(1), ROUND_HALF_UP))
    near_a_tie = abs(points - points.to_integral_value() - Decimal("0.5")) < Decimal("1e-9") or abs(
        points - points.to_integral_value() + Decimal("0.5")
    ) < Decimal("1e-9")
    assert found.points == exact or near_a_tie
    assert abs(found.points - exact) <= 1


# --- chains of alerts: keep a list and look at all of it ------------------------------------


def an_alert(ts: int, score: int, key: str) -> Alert:
    return Alert(
        uid=f"{ts}{key}".encode(), ts=ts, cause_seq=1, ordinal=0, event_uid=b"e", packet_uid=b"p",
        packet_ts=ts, contract="", underlying="", tuning_revision=0, score=score, severity="",
        direction="", primary_profile=None, classifier_ids=("x",), print_count=1, size=1,
        premium_micros=1, evidence_quality=1.0, headline="", breakdown=[], explanations=[],
        dedupe_key=key,
    )  # fmt: skip


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 100), st.sampled_from("ab")), max_size=40)
)
def test_chains_emit_what_a_full_history_says(drawn: list[tuple[int, int, str]]) -> None:
    chains: dict[str, Chain] = {}
    history: dict[str, list[tuple[int, int]]] = {"a": [], "b": []}  # emitted: seconds, score
    first: dict[str, int] = {}
    now = 0
    for gap, score, key in drawn:
        now += gap
        emitted = history[key]
        if key not in first or now - first[key] >= 60:
            first[key], expected = now, True
        else:
            expected = score >= emitted[-1][1] + 5
        if expected:
            emitted.append((now, score))

        found = admit(chains, an_alert(now * MICROS, score, key), PARAMS)

        assert isinstance(found, Alert) == expected
        if isinstance(found, Alert) and found.supersedes is not None:
            assert found.supersedes == f"{emitted[-2][0] * MICROS}{key}".encode()
