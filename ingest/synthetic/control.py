"""What an operator sets of the scenes: preset, weights of profiles, coverage assist, demo profile.

Source: platform.md 4.3. Saving a control does not change the market of its seed: `updated_at` is
no part of any draw (there it was, so every save dealt new cards).
"""

from typing import Annotated, Literal

import msgspec

from ingest.synthetic.scenarios.catalogue import PROFILES
from ingest.synthetic.scenarios.labelled import DEMO_PROFILES

Preset = Literal["balanced_demo", "event_day", "dealer_day", "retail_chase", "quiet_range"]
Weight = Literal["low", "normal", "high"]
WEIGHTS: dict[str, float] = {"low": 0.6, "normal": 1.0, "high": 1.6}
WINDOWS = (10, 20, 30)


class Control(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One state of the control. `demo_profile_id` None plays no labelled demo.

    Errors: ValueError naming field, value and what is expected.
    """

    preset_id: Preset = "balanced_demo"
    coverage_assist: bool = True
    coverage_window_minutes: int = 20
    shared_seed: Annotated[int, msgspec.Meta(ge=0)] = 11
    profile_weights: dict[str, Weight] = {}
    demo_profile_id: str | None = None
    updated_at: int = 0
    updated_by: str = "system"

    def __post_init__(self) -> None:
        """Refuse what the tables do not know."""
        if self.coverage_window_minutes not in WINDOWS:
            raise ValueError(
                f"coverage_window_minutes is {self.coverage_window_minutes}; expected 10, 20 or 30"
            )
        for profile in self.profile_weights:
            if profile not in PROFILES:
                raise ValueError(
                    f"profile_weights has {profile}; expected some of {', '.join(PROFILES)}"
                )
        if self.demo_profile_id is not None and self.demo_profile_id not in DEMO_PROFILES:
            raise ValueError(
                f"demo_profile_id is {self.demo_profile_id}; expected one of "
                f"{', '.join(sorted(DEMO_PROFILES))}"
            )

    def weight(self, profile: str) -> float:
        """Return the operator's weight of a profile; of other families 1."""
        return WEIGHTS[self.profile_weights.get(profile, "normal")]


_DEMO_CONTROLS = {
    "market-command": Control(shared_seed=11),
    "event-response": Control(
        preset_id="event_day", shared_seed=23,
        profile_weights={"event_driven": "high", "hedge_reactive": "high", "arbitrage": "low"},
    ),
    "quiet-range": Control(
        preset_id="quiet_range", coverage_window_minutes=30, shared_seed=37,
        profile_weights={"vol_seller": "high", "arbitrage": "high", "retail_whale": "low"},
    ),
    "stress-tape": Control(preset_id="dealer_day", coverage_window_minutes=10, shared_seed=53),
}  # fmt: skip


def control_of_demo(name: str) -> Control:
    """Return the control of a demo profile. Source: platform.md 4.6, demo profiles."""
    return msgspec.structs.replace(_DEMO_CONTROLS[name], demo_profile_id=name)
