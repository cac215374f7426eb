"""What scenes know beforehand, told by the product's own roads: calendar, open interest, stories.

Facts are loaded some minutes ahead like any other source's, so that the log has them before the
first print that they explain. Stories are items of the synthetic newswire.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import time
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from flow.domain.event_calendar import AMC_TIME, BMO_TIME, CalendarEvent
from flow.domain.option_eod import EodRow
from flow.domain.sessions import at_new_york
from flow.domain.units import to_datetime
from flow.models import ScheduledEvent
from flow.reference.calendar import store_events
from flow.reference.loads import Report, loading
from flow.reference.option_eod import store_eod
from ingest.synthetic.controlled import ControlledScenes
from ingest.synthetic.draws import key_of
from ingest.synthetic.schedule import LONGEST_US
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import Scene, Scheduled, Standing, Story
from ingest.synthetic.trading_days import trading_calendar
from ingest.synthetic_control import follow

log = logging.getLogger(__name__)

AHEAD_US = 600_000_000  # ten minutes: many looks, and no later than a control can be changed
SOURCE = "synthetic"
_TOLD_AT = time(
    6, 30
)  # New York: when the clearing house tells open interest (flow.domain.option_eod)


def entry_of(scene: Scene, step: Scheduled) -> CalendarEvent:
    """Return a scene's entry of the event calendar, on a trading day."""
    calendar = trading_calendar()
    day = calendar.locate(scene.start_us)[1] + step.days_ahead
    if calendar.close_of(day) is None:
        day = calendar.next_trading_day(day) or day
    opens, closes = at_new_york(day, BMO_TIME), at_new_york(day, AMC_TIME)
    is_unknown = step.session == "unknown"
    return CalendarEvent(
        event_id=f"{SOURCE}:{scene.uid.hex()}:{step.kind}",
        underlying=scene.symbol,
        kind=step.kind,
        announced_ts=scene.start_us + step.at_us,
        event_ts=opens if step.session == "bmo" else closes,
        session=step.session,
        earliest_ts=opens if is_unknown else None,
        source=SOURCE,
    )


def interest_of(scene: Scene) -> list[EodRow]:
    """Return what stood open of a scene's contracts the evening before, known at half past six.

    Missing: a contract whose scene says nothing has some hundreds to tens of thousands (guess).
    """
    calendar = trading_calendar()
    today = calendar.locate(scene.start_us)[1]
    evening = calendar.trading_day_up_to(today - 1)
    told = {step.leg: step.contracts for step in scene.steps if isinstance(step, Standing)}
    return [
        EodRow(
            contract=text,
            as_of_date=evening or today - 1,
            known_from=at_new_york(today, _TOLD_AT),
            open_interest=told.get(leg, 500 << key_of("interest", text, today) % 7),
        )
        for leg, text in enumerate(scene.contracts)
    ]


def announce(scenes: ControlledScenes) -> Callable[[int], None]:
    """Return what a feed calls now and then to load the facts of the scenes that come next.

    Missing: what the database does not take now is tried again at the next call.
    """
    told: set[bytes] = set()

    def look(now_us: int) -> None:
        coming = scenes.active(now_us, now_us + AHEAD_US)
        new = [scene for scene in coming if scene.uid not in told]
        if not new:
            return
        try:
            _store(new, now_us)
        except DatabaseError:
            log.warning("facts of the synthetic market could not be stored yet")
            return
        told.clear()
        told.update(scene.uid for scene in coming)

    return look


def _store(scenes: Sequence[Scene], now_us: int) -> None:
    _store_entries(
        [
            entry_of(scene, step)
            for scene in scenes
            for step in scene.steps
            if isinstance(step, Scheduled)
        ],
        now_us,
    )
    rows = [row for scene in scenes for row in interest_of(scene)]
    if rows:
        report = Report("option_eod", SOURCE, rows=len(rows), accepted=len(rows))
        with loading(report, now_us=now_us):
            report.changed = store_eod(rows, source=SOURCE, fetched_us=now_us).added


def _store_entries(entries: list[CalendarEvent], now_us: int) -> None:
    names = [entry.event_id for entry in entries]
    known = set(
        ScheduledEvent.objects.filter(event_id__in=names).values_list("event_id", flat=True)
    )
    new = [entry for entry in entries if entry.event_id not in known]
    if not new:
        return
    report = Report("calendar", SOURCE, rows=len(new), accepted=len(new), changed=len(new))
    with loading(report, now_us=now_us) as load:
        store_events(new, load=load, received_us=now_us)


class SceneStories:
    """The stories of scenes, as items of the synthetic newswire (news.synthetic)."""

    def __init__(self) -> None:
        from ingest.sources import synthetic_config

        seed, config = settings.ENV.islandflow_synthetic_seed, synthetic_config()
        self._scenes = ControlledScenes(seed, Stage(seed, config))
        self._look = follow(self._scenes)

    def between(self, from_us: int, until_us: int) -> list[tuple[int, dict[str, Any]]]:
        """Return (instant, item) of what is told in a stretch of time, in order."""
        self._look()
        found = [
            (scene.start_us + step.at_us, scene, step)
            for scene in self._scenes.active(from_us - LONGEST_US, until_us)
            for step in scene.steps
            if isinstance(step, Story) and from_us <= scene.start_us + step.at_us < until_us
        ]
        found.sort(key=lambda row: (row[0], row[1].uid, row[2].version))
        return [(ts, item_of(scene, step)) for ts, scene, step in found]


def item_of(scene: Scene, step: Story) -> dict[str, Any]:
    """Return one version of a story in the fields of a real provider."""
    first = min(
        each.at_us for each in scene.steps if isinstance(each, Story) and each.story == step.story
    )
    number = key_of("story", scene.uid, step.story) >> 12  # 52 bits: exact in every JSON reader
    return {
        "id": number,
        "headline": f"Correction: {step.headline}" if step.is_correction else step.headline,
        "summary": "",
        "author": "Synthetic Desk",
        "source": "Synthetic Wire",
        "created_at": _iso(scene.start_us + first),
        "updated_at": _iso(scene.start_us + step.at_us),
        "url": f"https://news.example/{number}",
        "content": f"<p>{step.body}</p>",
        "symbols": list(step.symbols),
    }


def _iso(micros: int) -> str:
    return to_datetime(micros).isoformat().replace("+00:00", "Z")
