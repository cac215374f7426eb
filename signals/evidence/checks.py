"""Ten dismissal checks (product-ui.md section 5): pass, warn, fail or unknown, failing ones first.

Unknown is never shown as pass. A check says its number and the limits that it was held against.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flow.domain.condition_table import Family
from flow.domain.events import PrintFlag, QuoteMode
from flow.live.tape import conditions_of, spot_micros
from flow.storage.pages import PrintRow
from flow.templatetags import flow_format as fmt

ORDER = ("fail", "warn", "unknown", "pass")
# Warn and fail limits of product-ui.md section 5; they colour a check, they never decide a read.
WARN_AGE_MS, FAIL_AGE_MS = 500, 1_500
WARN_SPREAD, FAIL_SPREAD = 0.05, 0.12
WARN_SIGMA, FAIL_SIGMA = 1.0, 2.0
WARN_LEG, FAIL_LEG = 0.2, 0.6
FAIL_DELTA = 0.8
TIGHT_TICKS = 2
PENNY_MICROS = 10_000
_MARKED = {
    Family.COMPLEX: "package",
    Family.COMPLEX_LEG: "package leg",
    Family.COMPLEX_FLOOR: "floor package",
    Family.STOCK_TIED: "tied to stock",
    Family.CROSS: "cross",
    Family.CROSS_ISO: "cross",
    Family.FLOOR: "floor",
    Family.LATE: "late report",
    Family.OUT_OF_SEQUENCE: "out of sequence",
    Family.LEGACY_SPECIAL: "special",
    Family.COMPRESSION: "compression",
}
_AMBIGUOUS = {Family.AUCTION: "auction", Family.AUCTION_ISO: "auction", Family.ISO: "sweep order"}


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, its state in a word, and the number behind it."""

    name: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Case:
    """What the checks look at: the members as logged and the engine's features of the packet."""

    members: Sequence[PrintRow]
    features: Mapping[str, Any]

    def share(self, holds: Callable[[PrintRow], bool]) -> float:
        """Return the share of size for which something holds."""
        total = sum(row.size for row in self.members)
        return sum(row.size for row in self.members if holds(row)) / total if total else 0.0


def run_checks(case: Case) -> list[Check]:
    """Return all ten, worst first, in their fixed order within a state."""
    if not case.members:
        return [Check("Members", "unknown", "retention has removed the member prints")]
    found = [check(case) for check in _CHECKS]
    return sorted(found, key=lambda check: ORDER.index(check.state))


def _freshness(case: Case) -> Check:
    name = "Quote freshness"
    missing = case.share(lambda row: row.side in (0, 1))
    if missing:
        words = f"{fmt.percent(missing)} of the size has no usable quote"
        return Check(name, "fail" if missing >= 0.5 else "warn", words)
    changes = all(row.quote_mode == QuoteMode.CHANGE for row in case.members)
    silences = [row.quote_silence_us or 0 for row in case.members]
    ages = [_age_us(row) for row in case.members]
    worst_ms = max(silences if changes else ages) / 1_000
    what = "feed silent for" if changes else "oldest quote"
    words = f"{what} {fmt.age(int(worst_ms * 1_000))}; limits {WARN_AGE_MS} and {FAIL_AGE_MS} ms"
    return Check(name, _grade(worst_ms, WARN_AGE_MS, FAIL_AGE_MS), words)


def _tight(case: Case) -> Check:
    name = "Tight market"
    spreads = _spreads(case)
    if not spreads:
        return Check(name, "unknown", "no two-sided quote stood at any member")
    least = min(spreads)
    if least <= 0:
        return Check(name, "fail", "the quote was locked or crossed")
    ticks = least / PENNY_MICROS
    if ticks <= TIGHT_TICKS:
        return Check(name, "warn", f"{ticks:.0f} cent wide: bid and ask are hard to tell apart")
    return Check(name, "pass", f"spread {fmt.price(least)} at the least")


def _spread(case: Case) -> Check:
    shares = [
        (row.ask_micros - row.bid_micros) * 2 / (row.ask_micros + row.bid_micros)
        for row in case.members
        if row.bid_micros is not None and row.ask_micros
    ]
    if not shares:
        return Check("Spread", "unknown", "no two-sided quote stood at any member")
    worst = max(shares)
    words = f"{fmt.percent(worst)} of the mid at the widest; limits 5% and 12%"
    return Check("Spread", _grade(worst, WARN_SPREAD, FAIL_SPREAD), words)


def _mechanism(case: Case) -> Check:
    name = "Condition"
    families = {conditions_of(row).family for row in case.members}
    marked = sorted({_MARKED[family] for family in families if family in _MARKED})
    if marked:
        return Check(name, "fail", f"{', '.join(marked)}: not a free-standing trade")
    ambiguous = sorted({_AMBIGUOUS[family] for family in families if family in _AMBIGUOUS})
    if "auction" in ambiguous:
        return Check(name, "warn", "auction: price improvement blurs the side")
    if not case.features.get("conditions_known", True):
        return Check(name, "unknown", "the feed states no trade conditions")
    if Family.UNKNOWN in families:
        return Check(name, "unknown", "a condition that no table names")
    return Check(name, "pass", ", ".join(ambiguous) or "ordinary trades")


def _leg(case: Case) -> Check:
    """Say whether the packet may be one side of something larger (product-ui.md, section 5)."""
    name, features = "Matched leg", case.features
    if features["structure_type"]:
        return _structure(name, features)
    if features["granularity"] == "minute":
        return Check(name, "unknown", "minute bars: legs cannot be matched")
    flagged = features["complex_size_ratio"]
    if flagged:
        words = f"{fmt.percent(flagged)} of the size is flagged as a package; limits 20% and 60%"
        return Check(name, _grade_from(flagged, WARN_LEG, FAIL_LEG), words)
    if not features["conditions_known"]:
        return Check(name, "unknown", "the feed flags no packages; none was found by time and size")
    return Check(name, "pass", "no other leg was found by flag, time and size")


def _structure(name: str, features: Mapping[str, Any]) -> Check:
    legs = f"{features['structure_legs']} legs read together"
    if features["structure_inferred"]:
        return Check(name, "warn", f"{legs}, matched by time, venue and size: an inference")
    if 0 in features["structure_signs"]:
        return Check(name, "warn", f"{legs}, flagged by the tape; which were sold cannot be told")
    return Check(name, "pass", f"{legs}, flagged by the tape")


def _pre_move(case: Case) -> Check:
    first = case.members[0]
    if first.move_5m_z is None:
        moved = f" ({fmt.bps(first.move_5m_bps)})" if first.move_5m_bps is not None else ""
        return Check("Pre-move", "unknown", f"no 5-minute norm of the underlying{moved}")
    words = f"underlying {fmt.sigma(first.move_5m_z)} in the 5 min before; limits 1σ and 2σ"
    return Check("Pre-move", _grade(abs(first.move_5m_z), WARN_SIGMA, FAIL_SIGMA), words)


def _event(case: Case) -> Check:
    name, features = "Event before expiry", case.features
    days = features["days_to_event"]
    if days is None:
        return Check(name, "unknown", "no calendar entry for the underlying")
    words = f"{features['event_kind']} in {days:.1f} days"
    if features["expiry_after_event"] is None:
        return Check(name, "unknown", f"{words}; whether the option settles before it is not known")
    if not features["expiry_after_event"]:
        return Check(name, "pass", f"{words}, after the expiry")
    return Check(name, "fail" if days < 1 else "warn", f"{words}, before the expiry")


def _opening(case: Case) -> Check:
    return Check("Opening or closing", "unknown", "no open interest is loaded")


def _moneyness(case: Case) -> Check:
    name, row, features = "Moneyness", case.members[0], case.features
    delta, is_same_day = features["delta"], row.dte == 0
    is_stock = delta is not None and abs(delta) > FAIL_DELTA
    if is_stock or is_same_day:
        found = ["expires the same day"] if is_same_day else []
        found += [f"delta {delta:.2f}: moves as stock does"] if is_stock else []
        before_event = bool(features["expiry_after_event"])
        words = ", ".join(found) + _event_words(features)
        return Check(name, "fail" if before_event else "warn", words)
    spot, strike = spot_micros(row), features["strike"]
    if spot is None:
        return Check(name, "unknown", "no quote of the underlying")
    if not strike or row.dte is None:
        return Check(name, "unknown", "strike or expiry not known")
    if row.flags & PrintFlag.ADJUSTED:
        return Check(name, "unknown", "adjusted deliverable: strike and spot do not compare")
    ratio = spot / 1_000_000 / strike - 1
    inside = ratio if features["option_type"] == "call" else -ratio
    words = f"{fmt.percent(abs(inside))} {'in' if inside > 0 else 'out of'} the money, {row.dte}d"
    if delta is not None:
        return Check(name, "pass", f"{words}; delta {delta:.2f}")
    # Out of the money delta is below 0.5 for certain, inside nobody knows.
    return Check(name, "unknown" if inside > 0 else "pass", f"{words}; delta not computed")


def _event_words(features: Mapping[str, Any]) -> str:
    if features["expiry_after_event"]:
        return ", with an event before"
    is_open = features["days_to_event"] is not None and features["expiry_after_event"] is None
    return ", perhaps with an event before" if is_open else ""


def _fitness(case: Case) -> Check:
    name = "Feed fitness"
    if any(row.flags & PrintFlag.MINUTE_BAR for row in case.members):
        return Check(name, "fail", "minute bars: no single trades, venues or conditions")
    if any(row.quote_mode in (QuoteMode.NONE, QuoteMode.INDICATIVE) for row in case.members):
        return Check(name, "fail", "no national best bid and offer on this feed")
    if any(row.quote_mode == QuoteMode.SAMPLED for row in case.members):
        return Check(name, "warn", "quotes are sampled: changes between samples are not seen")
    return Check(name, "pass", "every quote change is received")


_CHECKS = (
    _freshness, _tight, _spread, _mechanism, _leg,
    _pre_move, _event, _opening, _moneyness, _fitness,
)  # fmt: skip


def _grade(value: float, warn: float, fail: float) -> str:
    return "fail" if value > fail else "warn" if value > warn else "pass"


def _grade_from(value: float, warn: float, fail: float) -> str:
    """Grade where the limit itself counts."""
    return "fail" if value >= fail else "warn" if value >= warn else "pass"


def _age_us(row: PrintRow) -> int:
    return 0 if row.quote_ts is None else int((row.ts - row.quote_ts).total_seconds() * 1_000_000)


def _spreads(case: Case) -> list[int]:
    return [
        row.ask_micros - row.bid_micros
        for row in case.members
        if row.bid_micros is not None and row.ask_micros is not None
    ]
