"""One entry of the catalogue: what is played, with which numbers, and what it must show."""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from ingest.synthetic.scenarios.dice import Dice
from ingest.synthetic.scenarios.draft import Draft
from ingest.synthetic.scenarios.evidence import Need, check
from ingest.synthetic.scenarios.measure import measure
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.scenarios.setting import Setting
from ingest.synthetic.scenarios.tape import Emitted
from ingest.synthetic.steps import Label, Scene

# Which underlyings play it (casting): any stock; funds; the names that move most, or those of them
# that no earnings scene is played on; those that report earnings; cheap ones quoted a cent wide.
Cast = Literal["stock", "fund", "volatile", "volatile_aside", "reporting", "liquid_stock"]
Expectation = Literal["alert", "no_alert"]


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario. `cast` names classes of underlyings, or underlyings themselves.

    `profile`, `dark` and `near_miss_of` become the label; `confidence` is what the reading's score
    should lie in, where the catalogue says it. `weight` is how often it is played in its family.
    """

    name: str
    family: str
    compose: Callable[[Draft, Ranges], None]
    ranges: Ranges
    required: tuple[Need, ...]
    forbidden: tuple[Need, ...] = ()
    profile: str | None = None
    dark: str | None = None
    near_miss_of: str | None = None
    weight: float = 1.0
    cast: Cast | tuple[str, ...] = "stock"
    confidence: tuple[float, float] | None = None

    @property
    def expectation(self) -> Expectation:
        """Return whether a reading must come."""
        return "alert" if self.profile or self.dark else "no_alert"

    def build(self, setting: Setting, dice: Dice, ranges: Ranges | None = None) -> Scene:
        """Return a scene in a setting, by other ranges where they are given.

        Errors: Unplayable where the setting has nothing that fits.
        """
        draft = Draft(setting, dice)
        self.compose(draft, ranges or self.ranges)
        label = Label(
            scenario=self.name,
            profile=self.profile,
            direction="unknown",
            dark=self.dark,
            near_miss_of=self.near_miss_of,
        )
        return draft.scene(label)

    def verify(self, scene: Scene, emitted: Sequence[Emitted]) -> None:
        """Hold the events that a scene really emitted against what the scenario stands for.

        Errors: BuildFailed naming each requirement with its figure.
        """
        figures = measure(scene.symbol, emitted)
        check(self.name, scene.symbol, figures, self.required, self.forbidden)
