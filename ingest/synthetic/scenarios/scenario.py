"""One entry of the catalogue: what is played, with which numbers, and what it must show."""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from ingest.synthetic.earnings import NEAR_DAYS
from ingest.synthetic.scenarios.dice import Dice
from ingest.synthetic.scenarios.draft import SLACK, Draft
from ingest.synthetic.scenarios.evidence import Need, check
from ingest.synthetic.scenarios.measure import measure
from ingest.synthetic.scenarios.ranges import Ranges
from ingest.synthetic.scenarios.setting import Setting, Unplayable
from ingest.synthetic.scenarios.tape import Emitted
from ingest.synthetic.steps import Label, Scene

# Which underlyings play it (casting): any stock; funds; the names that move most; those whose
# options are quoted close; cheap ones quoted a cent wide. Of these the earnings calendar leaves
# some at any time (`fits`).
Cast = Literal["stock", "fund", "volatile", "quoted_close", "liquid_stock"]
Expectation = Literal["alert", "no_alert"]
# What these stand for is the same with a report ahead and without.
_ANY_TIME = frozenset({"neutral_noise", "off_exchange"})
_UNDATED = (0, 0)


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario. `cast` names a class of underlyings, or underlyings themselves; `understudies`
    play where the earnings calendar leaves none of them.

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
    understudies: Cast | tuple[str, ...] = ()
    confidence: tuple[float, float] | None = None

    @property
    def expectation(self) -> Expectation:
        """Return whether a reading must come."""
        return "alert" if self.profile or self.dark else "no_alert"

    def fits(self, days_to_report: int | None, ranges: Ranges | None = None) -> bool:
        """Return whether a name can play it so many days before its report (None: none known).

        A scenario with `days_ahead` needs a report in this span; one whose label would be another
        beside a report needs none within three weeks that its options live to see.
        """
        ranges = ranges or self.ranges
        least, most = ranges.days_ahead
        if (least, most) != _UNDATED:
            return days_to_report is not None and least <= days_to_report <= most
        near = min(NEAR_DAYS, max(ranges.dte) + max(ranges.dte) // SLACK)
        return self.family in _ANY_TIME or days_to_report is None or days_to_report > near

    def build(self, setting: Setting, dice: Dice, ranges: Ranges | None = None) -> Scene:
        """Return a scene in a setting, by other ranges where they are given.

        Errors: Unplayable where the setting has nothing that fits.
        """
        ranges = ranges or self.ranges
        if not self.fits(setting.days_to_report, ranges):
            days = setting.days_to_report
            raise Unplayable(f"{setting.symbol} reports in {days} days; {self.name} does not fit")
        draft = Draft(setting, dice)
        self.compose(draft, ranges)
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
