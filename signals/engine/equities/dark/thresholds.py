"""How much is much for a symbol, and what the formulas make of it: thresholds and confidences."""

from typing import Literal

import msgspec

from flow.domain.units import MICROS
from signals.engine.equities.dark.evidence import Sums
from signals.engine.equities.dark.params import DarkParams
from signals.engine.windows import Window

_MAX_SHARES = 2**31 - 1  # what a window holds


class Threshold(msgspec.Struct, frozen=True, gc=False):
    """The least size in force, and what set it.

    Units: micro-shares; `usual_micros` is the median off-exchange print.
    Missing: `usual_micros` is None until the baseline has its samples.
    """

    size_micros: int
    source: Literal["floor", "notional", "usual"]
    usual_micros: int | None
    usual_n: int


def threshold_of(
    floor_shares: int, price_micros: int, usual: Window, params: DarkParams
) -> Threshold:
    """Return the largest of the share floor, the notional floor, and k usual prints.

    Shape: `usual` holds whole shares of the newest off-exchange prints, without the one measured.
    Missing: with fewer than `dark_baseline_min_samples` only the floors speak.
    Source: platform.md 2.3 D4; errata 55.
    """
    notional = params.dark_min_notional_usd * MICROS
    by_notional = -(-notional * MICROS // price_micros)  # rounded up
    median = usual.median2() * MICROS // 2 if usual.n >= params.dark_baseline_min_samples else None
    by_usual = params.dark_median_multiple * (median or 0)
    size = max(floor_shares * MICROS, by_notional, by_usual)
    source: Literal["floor", "notional", "usual"] = "floor"
    if size > floor_shares * MICROS:
        source = "usual" if size == by_usual else "notional"
    return Threshold(size, source, median, usual.n)


def whole_shares(size_micros: int) -> int:
    """Return the whole shares of a size, as a baseline holds them."""
    return min(size_micros // MICROS, _MAX_SHARES)


class Term(msgspec.Struct, frozen=True, gc=False):
    """One part of a confidence: its points and why, for the sentence."""

    points: float
    why: str


class Confidence(msgspec.Struct, frozen=True, gc=False):
    """A sum of terms, times what old quotes and untold conditions leave: 0 to 1, six places."""

    terms: tuple[Term, ...]
    factor: float
    is_untold: bool = False

    @property
    def value(self) -> float:
        """Return the confidence."""
        total = sum(term.points for term in self.terms)
        return round(min(1.0, max(0.0, total)) * self.factor, 6)


def block_confidence(sums: Sums, least_micros: int, tightness: float) -> Confidence:
    """Return the confidence of a block. `tightness`: 1 for no spread, 0 for the widest allowed.

    Source: platform.md 2.3, absorbed_block.
    """
    return Confidence(
        (
            Term(0.35, "base"),
            Term(0.45 * _half(sums.weighted_micros, least_micros), "size"),
            Term(0.20 * tightness, "tight spread"),
        ),
        sums.told,
        sums.untold > 0,
    )


def gathered_confidence(sums: Sums, least_micros: int, least_count: int) -> Confidence:
    """Return the confidence of prints gathered in a window (or a zone: a guess there).

    Source: platform.md 2.3, stealth_accumulation and distribution.
    """
    return Confidence(
        (
            Term(0.30, "base"),
            Term(0.40 * _half(sums.weighted_micros, least_micros), "size"),
            Term(0.30 * _half(sums.weight_ppm, least_count * MICROS), "number of prints"),
        ),
        sums.told,
        sums.untold > 0,
    )


def _half(value: int, least: int) -> float:
    """Return a value against twice the least that counts, at most 1."""
    return min(1.0, value / (2 * max(1, least)))
