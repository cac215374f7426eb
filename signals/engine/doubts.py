"""What speaks against a reading: one sentence per fact, shown on every alert beside the reading."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flow.domain.condition_table import CONDITIONS
from flow.domain.conditions import SPECIAL_FAMILIES
from signals.engine.classifiers.shared import ClassifierParams, Sentence
from signals.engine.explain import percent, sentence, wide_quote
from signals.engine.features import Features
from signals.engine.placement import PlacementParams

_SPECIAL_NAMES = frozenset(
    row.name for row in CONDITIONS.values() if row.family in SPECIAL_FAMILIES
)


@dataclass(frozen=True, kw_only=True)
class DoubtParams(ClassifierParams, PlacementParams):
    """What the facts of a packet are held against."""


def against(features: Features, params: DoubtParams) -> list[Sentence]:
    """Return what speaks against the reading, the same order every time."""
    found = [*_quote_doubts(features, params)]
    if features.granularity == "minute":
        found.extend(_minute_doubts(features))
    else:
        found.extend(_tick_doubts(features, params))
    if features.underlying_mid is None:
        found.append(sentence("No fresh quote of the underlying.", features, ("underlying_mid",)))
    opening = "A tape cannot show whether positions were opened or closed."
    return [*found, sentence(opening, features, ())]


def _special_names(conditions: Sequence[str]) -> list[str]:
    """Return those of the names of conditions that make a print special (errata 13)."""
    return [name for name in conditions if name in _SPECIAL_NAMES]


def _quote_doubts(features: Features, params: DoubtParams) -> Iterator[Sentence]:
    uncovered = features.stale_ratio + features.missing_ratio
    if uncovered > 0:
        yield sentence(
            f"{percent(uncovered)} of the size has no usable quote "
            f"({percent(features.missing_ratio)} none, {percent(features.stale_ratio)} stale).",
            features,
            ("missing_ratio", "stale_ratio"),
        )
    if features.nbbo_wide:
        yield sentence(
            wide_quote(
                features, params.wide_spread_bps, "The quote was wide: {} basis points of its mid"
            ),
            features,
            ("nbbo_spread_bps", "nbbo_wide"),
            wide_spread_bps=params.wide_spread_bps,
        )


def _minute_doubts(features: Features) -> Iterator[Sentence]:
    yield sentence(
        "Minute bars: one record stands for all trades of a minute at its last price; venues, "
        "conditions, sides and sweeps cannot be told.",
        features,
        ("granularity",),
    )


def _tick_doubts(features: Features, params: DoubtParams) -> Iterator[Sentence]:
    if features.inside_ratio:
        yield sentence(
            f"{percent(features.inside_ratio)} of the quoted size printed inside the spread, "
            "which takes no side.",
            features,
            ("inside_ratio",),
        )
    if features.mixed_aggression:
        yield sentence(
            f"Both sides took part: weighted shares {percent(features.buy_share)} at the ask and "
            f"{percent(features.sell_share)} at the bid.",
            features,
            ("buy_share", "sell_share", "mixed_aggression"),
        )
    if features.special_size_ratio > 0:
        yield sentence(
            f"{percent(features.special_size_ratio, params.special_min_ratio)} of the size are "
            f"special prints ({', '.join(_special_names(features.conditions))}).",
            features,
            ("special_size_ratio", "conditions"),
            special_min_ratio=params.special_min_ratio,
        )
    if not features.conditions_known:
        yield sentence(
            "The feed states no trade conditions: packages, auctions and crosses cannot be told "
            "from ordinary trades.",
            features,
            ("conditions_known",),
        )
    if features.count == 1:
        yield sentence("It is a single print.", features, ("count",))
