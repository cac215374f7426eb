"""What belongs beside a stream and never in it: which scene made which print, and its evidence."""

from collections.abc import Sequence
from typing import Any

from flow.domain.contracts import underlying_of
from flow.domain.event_calendar import CalendarEvent
from flow.domain.events import EquityPrint, EquityQuote, OptionPrint, OptionQuote, TradingHalt
from flow.domain.units import SECOND_US
from ingest.synthetic.scenarios.tape import Emitted
from ingest.synthetic.sheet import Item, Notice
from ingest.synthetic.steps import Scene

BEFORE_US, AFTER_US = 65 * SECOND_US, 60 * SECOND_US


class Witness:
    """Keeps the events of each scene's underlying around it, for the scene's own check."""

    def __init__(self, scenes: Sequence[Scene]) -> None:
        """Know where to look."""
        self._watched: dict[str, list[Scene]] = {}
        for scene in scenes:
            self._watched.setdefault(scene.symbol, []).append(scene)
        self._kept: dict[bytes, list[Emitted]] = {scene.uid: [] for scene in scenes}

    def see(self, items: Sequence[Item]) -> None:
        """Keep what lies near a scene."""
        for item in items:
            event = item.event.what if isinstance(item.event, Notice) else item.event
            for scene in self._watched.get(symbol_of(item.event), ()):
                if isinstance(event, CalendarEvent):  # told once, maybe long before the scene
                    self._kept[scene.uid].append(Emitted(item.wire_us, event, own=False))
                    continue
                start = scene.start_us - BEFORE_US
                if start <= item.wire_us <= scene.start_us + scene.length_us + AFTER_US:
                    own = item.scene == scene.uid
                    self._kept[scene.uid].append(Emitted(item.wire_us, event, own))

    def of(self, scene: Scene) -> list[Emitted]:
        """Return the events around a scene, in wire order."""
        return self._kept[scene.uid]


def symbol_of(event: Any) -> str:
    """Return the underlying of an event, as the universe writes it."""
    if isinstance(event, OptionPrint | OptionQuote):
        return underlying_of(event.contract[: event.contract.index("-")])
    if isinstance(event, EquityPrint | EquityQuote | TradingHalt | Notice):
        return event.symbol
    return ""
