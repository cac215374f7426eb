"""What is known beforehand, told by the product's own roads: calendar, open interest, stories.

The calendar holds every name's next report, open interest every contract that is about to print:
the same for scenes and background, whatever a control says. Both are loaded ahead like any other
source's, so that the log has them before the first print that they explain. Stories are items of
the synthetic newswire.
"""

import logging
from collections.abc import Iterable
from typing import Any

import msgspec
from django.conf import settings
from django.db import DatabaseError

from flow.domain.event_calendar import CalendarEvent
from flow.domain.option_eod import EodRow
from flow.domain.sessions import new_york_date
from flow.domain.units import SECOND_US, to_datetime
from flow.models import ScheduledEvent
from flow.reference.calendar import event_of, store_events
from flow.reference.loads import Report, loading
from flow.reference.option_eod import store_eod
from ingest.synthetic.config import BEAT_US, MarketConfig
from ingest.synthetic.controlled import ControlledScenes
from ingest.synthetic.draws import key_of
from ingest.synthetic.earnings import SOURCE, Earnings
from ingest.synthetic.interest import evening_at, standing, told_from
from ingest.synthetic.market import SceneSource
from ingest.synthetic.orders import Orders
from ingest.synthetic.schedule import LONGEST_US
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import Scene, Story
from ingest.synthetic_control import follow

log = logging.getLogger(__name__)

# Open interest is loaded for what prints in the next two minutes, in steps of half a minute: three
# more looks if the database is away, and no more loads than a day has half minutes. A market of
# more option prints a second than this takes shorter steps, so that no load holds its feed up.
STEP_US, STEPS_AHEAD = 30 * SECOND_US, 4
FULL_STEP_PRINTS_PER_S, LEAST_STEP_US = 250.0, 2 * SECOND_US


class Announcer:
    """Loads the facts of one market ahead of its time. Called again and again with the time."""

    def __init__(self, seed: int, config: MarketConfig, scenes: SceneSource) -> None:
        """Take what makes the market; nothing is loaded yet."""
        self._seed = seed
        self._scenes = scenes
        self._earnings = Earnings(seed)
        stage = Stage(seed, config)  # a cache of its own: it looks ahead
        self._orders = Orders(
            key_of(seed, "background"), config, stage.names, stage.chains, stage.paths
        )
        share = min(1.0, FULL_STEP_PRINTS_PER_S / max(1.0, config.option_prints_per_s))
        self._step_us = max(LEAST_STEP_US, int(STEP_US * share))
        self._ahead_us = STEPS_AHEAD * self._step_us
        self._calendar_day = 0
        self._evening = 0
        self._told: set[str] = set()
        self._until_us = 0

    def __call__(self, now_us: int) -> None:
        """Load what is due.

        Missing: what the database does not take now is tried again at the next call.
        """
        try:
            self._tell_calendar(now_us)
            self._tell_interest(now_us)
        except DatabaseError:
            log.warning("facts of the synthetic market could not be stored yet")

    def _tell_calendar(self, now_us: int) -> None:
        day = new_york_date(now_us)
        if day != self._calendar_day:
            store_calendar(self._earnings.known(now_us), now_us)
            self._calendar_day = day

    def _tell_interest(self, now_us: int) -> None:
        evening = evening_at(now_us)
        is_late = now_us > self._until_us  # at the start, or after a pause
        if evening != self._evening or is_late:
            self._until_us = now_us
        elif now_us + self._ahead_us < self._until_us + self._step_us:
            return
        told = self._told if evening == self._evening else set[str]()
        until_us = now_us + self._ahead_us
        new = self._printing(self._until_us, until_us) - told
        if new:
            store_interest(self._seed, sorted(new), evening, now_us)
        self._evening, self._told, self._until_us = evening, told | new, until_us

    def _printing(self, from_us: int, until_us: int) -> set[str]:
        """Return the contracts that orders and scenes of a stretch of time print in."""
        found: set[str] = set()
        for beat in range(from_us // BEAT_US, until_us // BEAT_US + 1):
            for order in self._orders.of(beat)[1]:
                found.add(order.series.text)
                if order.other is not None:
                    found.add(order.other.text)
        for scene in self._scenes.active(from_us, until_us):
            found.update(scene.contracts)
        return found


def store_calendar(reports: list[CalendarEvent], now_us: int) -> None:
    """Store the reports ahead; what this source said before and does not say now is withdrawn.

    Only another seed, or an older version, can have said so.
    """
    known = {
        event.event_id: event
        for event in map(
            event_of,
            ScheduledEvent.objects.filter(
                source=SOURCE, known_to=None, withdrawn=False, event_ts__gte=to_datetime(now_us)
            ),
        )
    }
    mine = {report.event_id for report in reports}
    new = [report for report in reports if report.event_id not in known]
    new += [
        msgspec.structs.replace(event, announced_ts=now_us, withdrawn=True)
        for event in known.values()
        if event.event_id not in mine
    ]
    if not new:
        return
    report = Report("calendar", SOURCE, rows=len(new), accepted=len(new), changed=len(new))
    with loading(report, now_us=now_us) as load:
        store_events(new, load=load, received_us=now_us)


def store_interest(seed: int, contracts: Iterable[str], evening: int, now_us: int) -> None:
    """Store what stood open of contracts on an evening, known since the morning after."""
    rows = [
        EodRow(
            contract=text,
            as_of_date=evening,
            known_from=told_from(evening),
            open_interest=standing(seed, text, evening),
        )
        for text in contracts
    ]
    report = Report("option_eod", SOURCE, rows=len(rows), accepted=len(rows))
    with loading(report, now_us=now_us):
        report.changed = store_eod(rows, source=SOURCE, fetched_us=now_us).added


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
