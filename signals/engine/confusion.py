"""What was read against what was true: the confusion of profiles and the figures that it gives."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import sqrt

import msgspec

Cell = tuple[str | None, str | None]


class ProfileMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """One profile. Precision without a reading of it and recall without a label are None."""

    profile: str
    read: int  # emitted with this profile
    labelled: int
    hits: int
    precision: float | None
    recall: float | None
    f1: float


class Confusion(msgspec.Struct, frozen=True):
    """Counts by label (row) and reading (column): the profiles by name, then one for no profile.

    The last row is the null label, the last column the decline (the `abstain` column of 17.3).
    """

    profiles: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def confusion_of(pairs: Iterable[Cell]) -> Confusion:
    """Return the counts over every profile that was read or labelled, by name.

    Shape: one pair of (profile of the label, profile emitted) an event; None is no profile.
    Source: options-engine.md 17.3 (with an abstain column).
    """
    cells = Counter(pairs)
    seen = {profile for cell in cells for profile in cell}
    profiles = tuple(sorted(profile for profile in seen if profile is not None))
    names = (*profiles, None)
    return Confusion(profiles, tuple(tuple(cells[row, name] for name in names) for row in names))


def metrics_of(confusion: Confusion) -> tuple[ProfileMetrics, ...]:
    """Return precision, recall and F1 = 2 hits / (read + labelled) of each profile.

    Source: options-engine.md 17.1 (precision, recall) and 17.3 (F1); van Rijsbergen (1979).
    """
    found = []
    for place, profile in enumerate(confusion.profiles):
        hits = confusion.counts[place][place]
        read = sum(row[place] for row in confusion.counts)
        labelled = sum(confusion.counts[place])
        found.append(
            ProfileMetrics(
                profile=profile,
                read=read,
                labelled=labelled,
                hits=hits,
                precision=share_of(hits, read),
                recall=share_of(hits, labelled),
                f1=2 * hits / (read + labelled),
            )
        )
    return tuple(found)


def correlation(counts: Sequence[Sequence[int]]) -> float | None:
    """Return Matthews' correlation of labels and readings, -1 to 1, over the whole confusion.

    A decline is a class of its own and a null label is its truth, so declining well counts.
    Missing: None where all labels, or all readings, are of one class.
    Source: options-engine.md 17.3 (MCC); Gorodkin (2004), its form for several classes.
    """
    total = sum(map(sum, counts))
    true = [sum(row) for row in counts]
    read = [sum(column) for column in zip(*counts, strict=True)]
    hits = sum(counts[place][place] for place in range(len(counts)))
    shared = sum(t * r for t, r in zip(true, read, strict=True))
    spread = (total**2 - sum(t * t for t in true)) * (total**2 - sum(r * r for r in read))
    return (hits * total - shared) / sqrt(spread) if spread else None


def share_of(part: float, whole: int) -> float | None:
    """Return part / whole, None of nothing."""
    return part / whole if whole else None
