"""The signal label of a print: what default views show, and why. It never decides clustering."""

import enum
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import msgspec

from flow.domain import securities
from flow.domain.condition_table import Family
from flow.domain.conditions import PrintConditions
from flow.domain.events import StampedPrint
from flow.domain.securities import SecurityType
from flow.domain.units import MICROS
from signals.engine.parameter import ParameterGroup, Tuned
from signals.engine.placement import Placement, Side, conditions_of

_DOLLARS = ("USD", 0, 1_000_000_000)
_SPEC = "spec 6.1"


class Gates(msgspec.Struct, frozen=True):
    """The thresholds that are in force under the chosen mode, in micro-dollars."""

    minimum: int
    floors: dict[str, tuple[int, "Reason"]]
    bid_side: int
    mid: int
    missing: int
    sweep: int
    auto_keep: int
    large_size: int
    large_notional: int


class Reason(enum.IntFlag):
    """Reasons of a label, stored as a bit mask. Permanent numbers: never reuse one."""

    MODE_ALL = 1
    REJECT_CANCELLED = 2
    REJECT_COMPRESSION = 4
    REJECT_PREMIUM_UNKNOWN = 8
    REJECT_MIN_NOTIONAL = 16
    REJECT_ETF_MIN_NOTIONAL = 32
    REJECT_INDEX_MIN_NOTIONAL = 64
    REJECT_BID_SIDE_MIN_NOTIONAL = 128
    REJECT_MID_MIN_NOTIONAL = 256
    REJECT_MISSING_NBBO_MIN_NOTIONAL = 512
    REJECT_NO_SIGNAL_RULE = 1_024
    KEEP_AUTO_LARGE = 2_048
    KEEP_ASK_SIDE = 4_096
    KEEP_BID_SIDE = 8_192
    KEEP_MID = 16_384
    KEEP_MISSING_NBBO = 32_768
    KEEP_SWEEP_OR_ISO = 65_536
    KEEP_LARGE_CONTRACT_COUNT = 131_072


# Bit order is the order in which the texts are listed (errata 27).
_TEXTS = {
    Reason.MODE_ALL: "mode:all",
    Reason.REJECT_CANCELLED: "reject:cancelled",
    Reason.REJECT_COMPRESSION: "reject:compression",
    Reason.REJECT_PREMIUM_UNKNOWN: "reject:premium-unknown",
    Reason.REJECT_MIN_NOTIONAL: "reject:min-notional",
    Reason.REJECT_ETF_MIN_NOTIONAL: "reject:etf-min-notional",
    Reason.REJECT_INDEX_MIN_NOTIONAL: "reject:index-min-notional",
    Reason.REJECT_BID_SIDE_MIN_NOTIONAL: "reject:bid-side-min-notional",
    Reason.REJECT_MID_MIN_NOTIONAL: "reject:mid-min-notional",
    Reason.REJECT_MISSING_NBBO_MIN_NOTIONAL: "reject:missing-nbbo-min-notional",
    Reason.REJECT_NO_SIGNAL_RULE: "reject:no-signal-rule",
    Reason.KEEP_AUTO_LARGE: "keep:auto-large",
    Reason.KEEP_ASK_SIDE: "keep:ask-side",
    Reason.KEEP_BID_SIDE: "keep:bid-side",
    Reason.KEEP_MID: "keep:mid",
    Reason.KEEP_MISSING_NBBO: "keep:missing-nbbo",
    Reason.KEEP_SWEEP_OR_ISO: "keep:sweep-or-iso",
    Reason.KEEP_LARGE_CONTRACT_COUNT: "keep:large-contract-count",
}


@dataclass(frozen=True, kw_only=True)
class LabelParams(ParameterGroup):
    """The gates of the signal label. Source: options-engine.md 6.1, errata 28."""

    signal_mode: Annotated[
        str,
        Tuned("mode", 1, 20, "How strict the label is", _SPEC, ("smart-money", "balanced", "all")),
    ] = "smart-money"
    signal_min_notional_usd: Annotated[int, Tuned(*_DOLLARS, "Least premium", _SPEC)] = 10_000
    signal_etf_min_notional_usd: Annotated[
        int, Tuned(*_DOLLARS, "Least premium of an ETF's option", _SPEC)
    ] = 50_000
    signal_index_min_notional_usd: Annotated[
        int, Tuned(*_DOLLARS, "Least premium of an index option", "errata 28")
    ] = 100_000
    signal_bid_side_min_notional_usd: Annotated[
        int, Tuned(*_DOLLARS, "Least premium at or below the bid", _SPEC)
    ] = 25_000
    signal_mid_min_notional_usd: Annotated[
        int, Tuned(*_DOLLARS, "Least premium inside the spread; kept from twice this", _SPEC)
    ] = 20_000
    signal_missing_nbbo_min_notional_usd: Annotated[
        int, Tuned(*_DOLLARS, "Least premium without a usable quote", _SPEC)
    ] = 50_000
    signal_sweep_min_notional_usd: Annotated[
        int, Tuned(*_DOLLARS, "Sweep orders are kept from this premium; 0: the bid's", _SPEC)
    ] = 0
    signal_auto_keep_min_notional_usd: Annotated[
        int, Tuned(*_DOLLARS, "Any side is kept from this premium", _SPEC)
    ] = 100_000
    signal_large_print_min_size: Annotated[
        int, Tuned("contracts", 1, 1_000_000, "A large print by contracts", _SPEC)
    ] = 500
    signal_large_print_min_notional_usd: Annotated[
        int, Tuned(*_DOLLARS, "Least premium of a large print by contracts; 0: the least", _SPEC)
    ] = 0
    signal_etf_underlyings: Annotated[
        str, Tuned("symbols", 0, 20_000, "Underlyings that are ETFs, by commas", "spec 5.2")
    ] = ",".join(securities.DEFAULT_ETFS)

    @cached_property
    def etf_set(self) -> frozenset[str]:
        """Return the ETF symbols as a set."""
        return frozenset(part for part in self.signal_etf_underlyings.split(",") if part)

    @cached_property
    def gates(self) -> Gates:
        """Return the thresholds under the mode: balanced takes the smaller of two.

        Source: options-engine.md 6.1 (a floor of sweeps is that of the bid side, one of large
        prints the least, unless they are set); index 50 000 by errata 28; the notional of a large
        print and its size do not change.
        """

        def pick(configured_usd: int, balanced_usd: int) -> int:
            relaxed = self.signal_mode == "balanced"
            return (min(configured_usd, balanced_usd) if relaxed else configured_usd) * MICROS

        etf = pick(self.signal_etf_min_notional_usd, 25_000)
        index = pick(self.signal_index_min_notional_usd, 50_000)
        return Gates(
            minimum=pick(self.signal_min_notional_usd, 5_000),
            floors={
                "etf": (etf, Reason.REJECT_ETF_MIN_NOTIONAL),
                "index": (index, Reason.REJECT_INDEX_MIN_NOTIONAL),
                "stock": (0, Reason.REJECT_MIN_NOTIONAL),
            },
            bid_side=pick(self.signal_bid_side_min_notional_usd, 15_000),
            mid=pick(self.signal_mid_min_notional_usd, 12_500),
            missing=pick(self.signal_missing_nbbo_min_notional_usd, 25_000),
            sweep=pick(
                self.signal_sweep_min_notional_usd or self.signal_bid_side_min_notional_usd, 15_000
            ),
            auto_keep=pick(self.signal_auto_keep_min_notional_usd, 75_000),
            large_size=self.signal_large_print_min_size,
            large_notional=MICROS
            * (self.signal_large_print_min_notional_usd or self.signal_min_notional_usd),
        )


class Label(msgspec.Struct, frozen=True, gc=False):
    """Whether default views show the print, and the mask of reasons."""

    passed: bool
    reasons: int


_KEPT_ALL = Label(passed=True, reasons=int(Reason.MODE_ALL))
_BID_SIDES = (Side.B, Side.BB)
_UNPLACED = (Side.MISSING, Side.STALE)
# Plain numbers, because arithmetic on enum members is slow.
_KEEP_AUTO_LARGE, _KEEP_SWEEP = int(Reason.KEEP_AUTO_LARGE), int(Reason.KEEP_SWEEP_OR_ISO)
_KEEP_LARGE_COUNT, _KEEP_MID = int(Reason.KEEP_LARGE_CONTRACT_COUNT), int(Reason.KEEP_MID)
_ASK, _BID, _NONE = (
    int(Reason.KEEP_ASK_SIDE),
    int(Reason.KEEP_BID_SIDE),
    int(Reason.KEEP_MISSING_NBBO),
)
_KEEP_BY_SIDE = (_NONE, _NONE, _BID, _BID, _KEEP_MID, _ASK, _ASK)  # in the order of Side
_CANCEL, _COMPRESSION = Family.CANCEL, Family.COMPRESSION  # enum look-ups are slow


def security_type(underlying: str, params: LabelParams) -> SecurityType:
    """Return stock, etf or index under the tuned ETF list."""
    return securities.security_type(underlying, params.etf_set)


def label(
    print_: StampedPrint,
    placement: Placement,
    kind: SecurityType,
    params: LabelParams,
    conditions: PrintConditions | None = None,
) -> Label:
    """Label one print. `conditions` spares reading them twice.

    Units: floors are dollars of premium; boundaries are inclusive (at the floor is kept).
    Missing: an unknown premium is rejected by its own reason, never read as 0.
    Source: options-engine.md 6.2 and 6.3 strict, golden G3; errata 27 to 29.
    """
    conditions = conditions or conditions_of(print_)
    family = conditions.family
    if family is _CANCEL:
        return _rejected(Reason.REJECT_CANCELLED)
    if family is _COMPRESSION:
        return _rejected(Reason.REJECT_COMPRESSION)
    if params.signal_mode == "all":
        return _KEPT_ALL
    if print_.premium_micros is None:
        return _rejected(Reason.REJECT_PREMIUM_UNKNOWN)
    gates, is_iso = params.gates, conditions.is_iso
    reject = _reject(print_.premium_micros, placement.side, kind, gates, is_iso=is_iso)
    if reject:
        return _rejected(reject)
    keeps = _keeps(print_, print_.premium_micros, placement.side, gates, is_iso=is_iso)
    return Label(True, keeps) if keeps else _rejected(Reason.REJECT_NO_SIGNAL_RULE)


def least_passing(params: LabelParams) -> int:
    """Return the premium in micro-dollars below which no print passes, whatever else it is."""
    return 0 if params.signal_mode == "all" else params.gates.minimum


def reason_texts(mask: int) -> list[str]:
    """Return the texts of a mask in their listing order."""
    return [text for reason, text in _TEXTS.items() if mask & reason]


def _rejected(reason: Reason) -> Label:
    return Label(passed=False, reasons=int(reason))


def _reject(
    notional: int, side: Side, kind: SecurityType, gates: Gates, *, is_iso: bool
) -> Reason | None:
    if notional < gates.minimum:
        return Reason.REJECT_MIN_NOTIONAL
    floor, below = gates.floors[kind]
    if notional < floor:
        return below
    if side in _BID_SIDES and notional < gates.bid_side:
        return Reason.REJECT_BID_SIDE_MIN_NOTIONAL
    if side is Side.MID and not is_iso and notional < gates.mid:
        return Reason.REJECT_MID_MIN_NOTIONAL
    if side in _UNPLACED and notional < gates.missing:
        return Reason.REJECT_MISSING_NBBO_MIN_NOTIONAL
    return None


def _keeps(print_: StampedPrint, notional: int, side: Side, gates: Gates, *, is_iso: bool) -> int:
    mask = _KEEP_BY_SIDE[side]
    if mask == _KEEP_MID and notional < 2 * gates.mid:
        mask = 0
    if notional >= gates.auto_keep:
        mask |= _KEEP_AUTO_LARGE
    if is_iso and notional >= gates.sweep:
        mask |= _KEEP_SWEEP
    if print_.size >= gates.large_size and notional >= gates.large_notional:
        mask |= _KEEP_LARGE_COUNT
    return mask
