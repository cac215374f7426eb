"""What a scenario requires of its own emitted events, and what must not be in them."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

Operator = Literal["present", "absent", "eq", "gte", "lte"]
Figure = float | int | bool | str | None
Figures = Mapping[str, Figure]


class Need(msgspec.Struct, frozen=True):
    """One requirement on a figure of `measure`. Source: options-engine.md 17.2 (operators)."""

    key: str
    operator: Operator
    value: float | int | bool | str | None = None

    def holds(self, figures: Figures) -> bool:
        """Return whether the figures meet it. A figure that is missing meets only `absent`."""
        found = figures.get(self.key)
        if self.operator == "absent":
            return found is None
        if found is None:
            return False
        if self.operator == "present":
            return True
        if self.operator == "eq":
            return found == self.value
        if isinstance(found, str) or not isinstance(self.value, int | float):
            return False
        return found >= self.value if self.operator == "gte" else found <= self.value

    def __str__(self) -> str:
        """Return the requirement as people write it."""
        return f"{self.key} {self.operator}" + ("" if self.value is None else f" {self.value}")


class BuildFailed(ValueError):
    """The emitted events of a scene do not show what its scenario stands for."""

    def __init__(self, scenario: str, where: str, missing: list[str], forbidden: list[str]) -> None:
        """Keep what is missing and what must not be there."""
        self.missing, self.forbidden = missing, forbidden
        found = "; ".join(
            f"{what}: {', '.join(needs)}"
            for what, needs in (("does not show", missing), ("must not show", forbidden))
            if needs
        )
        super().__init__(f"scene {scenario} on {where} {found}")


def check(
    scenario: str,
    where: str,
    figures: Figures,
    required: Iterable[Need],
    forbidden: Iterable[Need],
) -> None:
    """Refuse figures that lack required evidence or show forbidden one.

    Errors: BuildFailed with the figures that decided.
    """
    missing = [_told(need, figures) for need in required if not need.holds(figures)]
    shown = [_told(need, figures) for need in forbidden if need.holds(figures)]
    if missing or shown:
        raise BuildFailed(scenario, where, missing, shown)


def _told(need: Need, figures: Figures) -> str:
    return f"{need} (is {figures.get(need.key)})"


def at_least(key: str, value: float) -> Need:
    """Return the requirement that a figure reaches a value."""
    return Need(key, "gte", value)


def at_most(key: str, value: float) -> Need:
    """Return the requirement that a figure does not pass a value."""
    return Need(key, "lte", value)


def absent(key: str) -> Need:
    """Return the requirement that there is no such figure."""
    return Need(key, "absent")
