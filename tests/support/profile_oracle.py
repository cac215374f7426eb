"""A second computation of profiles, penalties and judgement, straight from the text of the spec.

It shares no code with the engine: it reads stored feature values, counts in exact fractions of the
decimal numbers as written, and rounds half up to four places where a number is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

Known = Mapping[str, Any]
ORDER = (
    "institutional_directional", "retail_whale", "event_driven", "vol_seller", "arbitrage",
    "hedge_reactive",
)  # fmt: skip

# options-engine.md 11.2, 13.1 to 13.5 and 16.2, with errata 2, 3, 12, 23 and 35.
SPEC: dict[str, float] = {
    "eligible_min_premium_usd": 10_000,
    "eligible_etf_min_premium_usd": 50_000,
    "eligible_index_min_premium_usd": 100_000,
    "profile_premium_usd": 120_000,
    "profile_etf_premium_usd": 500_000,
    "profile_index_premium_usd": 1_000_000,
    "profile_full_size": 1_800,
    "profile_min_aggression": 0.58,
    "direction_min_signed_share": 0.35,
    "direction_min_imbalance": 0.12,
    "special_min_ratio": 0.34,
    "inside_min_ratio": 0.7,
    "inside_max_signed_share": 0.35,
    "abstain_min_coverage": 0.35,
    "abstain_max_stale_ratio": 0.5,
    "abstain_min_evidence_quality": 0.55,
    "abstain_min_score": 0.42,
    "abstain_min_margin": 0.05,
    "band_high_min_score": 0.72,
    "band_medium_min_score": 0.52,
    "z_min_samples": 12,
    "penalty_weight": 0.65,
    "penalty_stale_quote": 0.72,
    "penalty_wide_quote": 0.48,
    "penalty_inside_market": 0.44,
    "penalty_low_premium": 0.40,
    "penalty_special_print": 0.38,
    "penalty_wide_underlying": 0.32,
    "penalty_weak_aggression": 0.28,
    "low_premium_floors": 2.0,
    "wide_underlying_bps": 150,
    "weak_signed_share": 0.45,
}


@dataclass(frozen=True)
class Row:
    """One hypothesis as the spec's arithmetic has it."""

    profile: str
    terms: tuple[float, ...]
    raw: float
    penalty: float
    score: float
    direction: str


@dataclass(frozen=True)
class Ruling:
    """What the six rows say together, best first."""

    rows: tuple[Row, ...]
    quality: float
    margin: float
    primary: str | None
    band: str
    alternatives: tuple[str, ...]
    reasons: frozenset[str]


def exact(value: float | None) -> Fraction:
    """Return a number as it is written, nothing as 0."""
    return Fraction(0) if value is None else Fraction(str(value))


def shown(value: Fraction) -> Fraction:
    """Return a number to four places, half up."""
    return Fraction(floor(value * 10_000 + Fraction(1, 2)), 10_000)


def share(value: Fraction) -> Fraction:
    """Return a number between 0 and 1."""
    return max(Fraction(0), min(Fraction(1), value))


def rule(known: Known, *, underlying: bool, spec: Mapping[str, float] = SPEC) -> Ruling:
    """Return the six scores of one packet, its evidence quality, and who leads if anyone."""
    p = {key: exact(value) for key, value in spec.items()}
    rows = [_row(profile, known, p) for profile in ORDER]
    quality = _quality(known, underlying=underlying)
    rows.sort(key=lambda row: (-row.score, ORDER.index(row.profile)))
    return _rule(rows, quality, known, p)


def _row(profile: str, known: Known, p: dict[str, Fraction]) -> Row:
    addends = [shown(each) for each in _addends(profile, known, p)]
    raw = share(sum(addends, Fraction(0)))
    worst = max((p[key] for key in _penalties(profile, known, p)), default=Fraction(0))
    score = shown(raw * (1 - p["penalty_weight"] * worst))
    return Row(
        profile,
        tuple(float(each) for each in addends if each),
        float(raw),
        float(worst),
        float(score),
        _direction(profile, known, p),
    )


def _addends(profile: str, known: Known, p: dict[str, Fraction]) -> list[Fraction]:
    kind = {"etf": "_etf", "index": "_index"}.get(known["security_type"], "")
    premium = share(exact(known["premium_usd"]) / p[f"profile{kind}_premium_usd"])
    ticks = known["granularity"] != "minute"
    burst = share(Fraction(known["count"], 8)) if ticks else Fraction(0)
    dte = 999 if known["dte_days"] is None else known["dte_days"]
    if profile == "institutional_directional":
        if _pinned(known, p):
            return [Fraction(18, 100)]
        quality = share(exact(known["coverage"]) - exact(known["stale_ratio"]))
        side = max(_side(known, +1), _side(known, -1)) >= p["profile_min_aggression"]
        return [
            Fraction(20, 100), premium * 25 / 100, burst * 18 / 100, quality * 16 / 100,
            Fraction(12, 100) * (side and ticks),
        ]  # fmt: skip
    if profile == "retail_whale":
        cheap = known["premium_usd"] is not None and known["premium_usd"] < 100_000
        shock = max(Fraction(0), min(Fraction(2, 10), exact(known["iv_shock"])))
        return [
            Fraction(12, 100), Fraction(28, 100) * _short_dated_otm(known), burst * 18 / 100,
            shock, Fraction(10, 100) * cheap,
        ]  # fmt: skip
    if profile == "event_driven":
        days = known["days_to_event"]
        ahead = days is not None and 0 <= days <= 21 and known["expiry_after_event"] is True
        widening = Fraction(0)
        if known["spread_z"] is not None and known["spread_z_n"] >= p["z_min_samples"]:
            widening = (exact(known["spread_z"]) - 1) * 4 / 100
        widening = max(Fraction(0), min(Fraction(16, 100), widening))
        return [Fraction(12, 100), Fraction(32, 100) * ahead, premium * 14 / 100, widening]
    if profile == "vol_seller":
        sold = ticks and _side(known, -1, legs=True) >= p["profile_min_aggression"]
        short = known["structure_vol_side"] == "short"
        named = known["structure_type"] in {"straddle", "strangle"}
        return [
            Fraction(12, 100), Fraction(24, 100) * sold, Fraction(20, 100) * (short and named),
            premium * 14 / 100,
        ]  # fmt: skip
    if profile == "arbitrage":
        matched = known["structure_type"] in {"box", "conversion_reversal"}
        alike = exact(known["same_size_leg_symmetry"]) >= Fraction(7, 10)
        resolved = exact(known["signed_share"]) >= p["direction_min_signed_share"]
        flat = resolved and abs(exact(known["imbalance"])) <= Fraction(15, 100)
        return [
            Fraction(8, 100), Fraction(18, 100) * matched, Fraction(24, 100) * (matched and alike),
            Fraction(18, 100) * (matched and flat),
        ]  # fmt: skip
    near = known["otm_pct"] is not None and abs(exact(known["otm_pct"])) <= Fraction(15, 1000)
    moved = abs(exact(known["underlying_move_bps"])) / 80
    return [
        Fraction(10, 100), Fraction(32, 100) * (near and dte <= 2), min(Fraction(18, 100), moved),
        share(known["total_size"] / p["profile_full_size"]) * 12 / 100,
    ]  # fmt: skip


def _side(known: Known, sign: int, *, legs: bool = False) -> Fraction:
    """Return the share of size on one side; of a structure by its lean, or leg by leg."""
    if not known["structure_type"]:
        return exact(known["buy_raw"] if sign > 0 else known["sell_raw"])
    if legs:
        sizes = known["structure_leg_sizes"]
        own = [size for size, q in zip(sizes, known["structure_signs"], strict=True) if q == sign]
        return shown(Fraction(sum(own), sum(sizes))) if sizes else Fraction(0)
    leans = known["structure_direction"] in {"bullish", "bearish"}
    return exact(known["signed_share"]) if leans else Fraction(0)


def _short_dated_otm(known: Known) -> bool:
    dte, otm = known["dte_days"], known["otm_pct"]
    return dte is not None and dte <= 7 and otm is not None and exact(otm) >= Fraction(5, 100)


def _pinned(known: Known, p: dict[str, Fraction]) -> bool:
    special = exact(known["special_size_ratio"]) >= p["special_min_ratio"]
    return special or _inside(known, p) or _short_dated_otm(known)


def _inside(known: Known, p: dict[str, Fraction]) -> bool:
    if known["granularity"] == "minute" or known["inside_ratio"] is None:
        return False
    mostly = exact(known["inside_ratio"]) >= p["inside_min_ratio"]
    return mostly and exact(known["signed_share"]) < p["inside_max_signed_share"]


def _unquoted(known: Known, p: dict[str, Fraction]) -> bool:
    few = exact(known["coverage"]) < p["abstain_min_coverage"]
    return few or exact(known["stale_ratio"]) >= p["abstain_max_stale_ratio"]


def _penalties(profile: str, known: Known, p: dict[str, Fraction]) -> set[str]:
    kind = {"etf": "_etf", "index": "_index"}.get(known["security_type"], "")
    floor_usd = p[f"eligible{kind}_min_premium_usd"]
    flagged = known["structure_type"] != "" and not known["structure_inferred"]
    spot, premium = known["underlying_spread_bps"], known["premium_usd"]
    balanced = abs(exact(known["imbalance"])) <= p["direction_min_imbalance"]
    thin = exact(known["signed_share"]) < p["weak_signed_share"]
    found = {
        "penalty_stale_quote": _unquoted(known, p),
        "penalty_wide_quote": known["nbbo_wide"],
        "penalty_inside_market": _inside(known, p),
        "penalty_low_premium": (
            premium is not None and exact(premium) < p["low_premium_floors"] * floor_usd
        ),
        "penalty_special_print": exact(known["special_size_ratio"]) >= p["special_min_ratio"],
        "penalty_wide_underlying": spot is not None and exact(spot) >= p["wide_underlying_bps"],
        "penalty_weak_aggression": known["granularity"] == "minute" or (balanced and thin),
    }
    if profile == "arbitrage" or (profile == "vol_seller" and flagged):
        found["penalty_inside_market"] = found["penalty_special_print"] = False
    if profile in {"arbitrage", "vol_seller"}:
        found["penalty_weak_aggression"] = False
    return {key for key, holds in found.items() if holds}


def _direction(profile: str, known: Known, p: dict[str, Fraction]) -> str:
    if profile in {"arbitrage", "vol_seller"}:
        return "neutral"
    lean = _lean(known, p)
    return "neutral" if profile == "event_driven" and lean == "unknown" else lean


def _lean(known: Known, p: dict[str, Fraction]) -> str:
    resolved = exact(known["signed_share"]) >= p["direction_min_signed_share"]
    if known["structure_type"]:
        lean = str(known["structure_direction"])
        return lean if resolved or lean not in {"bullish", "bearish"} else "unknown"
    if known["granularity"] == "minute" or not resolved:
        return "unknown"
    imbalance = exact(known["imbalance"])
    if imbalance == 0 or abs(imbalance) < p["direction_min_imbalance"]:
        return "mixed"
    way = (1 if imbalance > 0 else -1) * (1 if known["option_type"] == "call" else -1)
    return "bullish" if way > 0 else "bearish"


def _quality(known: Known, *, underlying: bool) -> Fraction:
    told = [
        exact(known["premium_usd"]) > 0, known["total_size"] > 0, exact(known["coverage"]) > 0,
        True, underlying, known["underlying_mid"] is not None, known["dte_days"] is not None,
    ]  # fmt: skip
    parts = (
        Fraction(55, 100) * exact(known["coverage"])
        + Fraction(30, 100) * (1 - exact(known["stale_ratio"]))
        + Fraction(15, 100) * Fraction(sum(told), 7)
    )
    return shown(share(parts))


def _rule(rows: list[Row], quality: Fraction, known: Known, p: dict[str, Fraction]) -> Ruling:
    top, second = rows[0], rows[1]
    best = exact(top.score)
    thin = best - exact(second.score) < p["abstain_min_margin"]
    reasons = {
        "below_score_floor": best < p["abstain_min_score"],
        "stale_or_missing_quote_context": _unquoted(known, p),
        "insufficient_evidence": quality < p["abstain_min_evidence_quality"],
        "conflicting_evidence": (
            thin and {top.direction, second.direction} == {"bullish", "bearish"}
        ),
    }
    band = "low"
    if best >= p["band_medium_min_score"]:
        band = "medium"
    if best >= p["band_high_min_score"]:
        # A tuning that puts medium above high leaves a thin lead what medium makes of it.
        band = "high" if not thin else band
    close = [row.profile for row in rows[1:] if best - exact(row.score) < p["abstain_min_margin"]]
    found = frozenset(reason for reason, holds in reasons.items() if holds)
    return Ruling(
        tuple(rows),
        float(quality),
        float(best - exact(second.score)),
        None if found else top.profile,
        band,
        tuple(close[:3]),
        found,
    )
