"""Scenes under a control that changes: its history belongs to the stream like the seed does.

    control 1 in force            | control 2 in force from a stated instant on
    scenes of schedule 1 ...      | scenes of schedule 2, none on a symbol that an earlier schedule
                                  | left within the quarter of an hour before

A scene belongs to the control under which it begins; it ends as it was planned.
"""

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from ingest.synthetic.control import Control
from ingest.synthetic.schedule import LONGEST_US, QUIET_US, Schedule
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import Scene

_FOR_EVER = 1 << 62


class Change(msgspec.Struct, frozen=True):
    """A control and from when it is in force, microseconds since 1970 UTC."""

    from_us: int
    control: Control


class ControlledScenes:
    """A `SceneSource` over the history of the control."""

    def __init__(self, seed: int, stage: Stage, history: Sequence[Change] = ()) -> None:
        """Take the changes in order; before the first one the default control is in force."""
        self.complaint = ""  # what of the saved history cannot be played, for people
        self._seed = seed
        self._stage = stage
        self._history: list[Change] = []
        self._schedules: list[Schedule] = []
        self.update(history)

    @property
    def history(self) -> tuple[Change, ...]:
        """Return the changes that are known, without the default before them."""
        return tuple(self._history[1:])

    def update(self, history: Sequence[Change]) -> None:
        """Take a longer history. Errors: ValueError for changes that are not in order of time."""
        whole = [Change(0, Control()), *history]
        if any(b.from_us <= a.from_us for a, b in pairwise(whole)):
            raise ValueError("changes of the control are not in the order of their instants")
        if whole == self._history:
            return
        same = sum(1 for _ in self._shared(whole))
        self._schedules[same:] = [
            Schedule(self._seed, self._stage, change.control) for change in whole[same:]
        ]
        self._history = whole

    def active(self, from_us: int, until_us: int) -> Sequence[Scene]:
        """Return the scenes that overlap a stretch of time."""
        found: list[Scene] = []
        for place, schedule in enumerate(self._schedules):
            start, end = self._reign(place)
            if start < until_us and end > from_us - LONGEST_US:
                found += [
                    scene
                    for scene in schedule.active(from_us, until_us)
                    if start <= scene.start_us < end and not self._is_taken(place, scene)
                ]
        return found

    def _reign(self, place: int) -> tuple[int, int]:
        last = place + 1 == len(self._history)
        end = _FOR_EVER if last else self._history[place + 1].from_us
        return self._history[place].from_us, end

    def _is_taken(self, place: int, scene: Scene) -> bool:
        """Whether an earlier control had a scene on this symbol in the quarter of an hour before.

        Several controls may have reigned in it. A scene that was itself left out plays no part.
        """
        since = scene.start_us - QUIET_US
        for earlier in range(place - 1, -1, -1):
            start, end = self._reign(earlier)
            if end <= since - LONGEST_US:
                return False
            for other in self._schedules[earlier].active(since, end):
                if (
                    other.symbol == scene.symbol
                    and start <= other.start_us < end
                    and not self._is_taken(earlier, other)
                ):
                    return True
        return False

    def _shared(self, whole: list[Change]) -> Sequence[Change]:
        shared = []
        for old, new in zip(self._history, whole, strict=False):
            if old != new:
                break
            shared.append(new)
        return shared
