"""One trial: a market with labelled scenes, driven through the engines, and what came of each.

The label is read only here, after the engines have spoken.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from flow.domain.events import EquityPrint, OptionPrint
from flow.domain.units import SECOND_US
from ingest.synthetic.config import BEAT_US, MarketConfig
from ingest.synthetic.facts import Facts
from ingest.synthetic.market import ListedScenes, Market
from ingest.synthetic.placing import Plan, place
from ingest.synthetic.road import Road, dark_of
from ingest.synthetic.scenarios.catalogue import scenario_of
from ingest.synthetic.scenarios.evidence import BuildFailed
from ingest.synthetic.sheet import Item
from ingest.synthetic.sidecar import Witness
from ingest.synthetic.stage import Stage
from ingest.synthetic.steps import Label, Scene
from ingest.synthetic.trading_days import trading_calendar
from signals.engine.equities.dark.records import DarkEvent
from signals.engine.params import Params
from signals.engine.records import Alert, Derived, Packet, SmartMoneyEvent

AFTER_US = 90 * SECOND_US  # until off-exchange looks, latenesses and closes have come
DARK_TOLD = ("confirmed", "opened")  # states that tell a reader something; a candidate waits


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What the engines made of one scene. `score` is that of its best reading, 0 to 1."""

    scene: bytes
    symbol: str
    start_us: int
    label: Label
    profile: str | None = None
    score: float = 0.0
    direction: str = "unknown"
    reasons: tuple[str, ...] = ()
    alert_score: int | None = None
    prints: int = 0
    dark: tuple[str, ...] = ()
    failed: str = ""  # why the scene does not show what it stands for; such a scene is left out


class FalseAlert(msgspec.Struct, frozen=True):
    """An alert that no label supports; `source` is noise, or the scenario that it was read from."""

    profile: str
    severity: str
    source: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """All of one trial. `hours` are of market time after the warm-up."""

    readings: list[Reading]
    false_alerts: list[FalseAlert]
    dark_false: int
    hours: float
    prints: int
    own_prints: int
    alerts: int


class _Notes:
    """What is written down while the market runs."""

    def __init__(self, scenes: Sequence[Scene]) -> None:
        self.scenes = {scene.uid: scene for scene in scenes}
        self.owner: dict[bytes, bytes] = {}  # print: scene
        self.packets: dict[bytes, dict[bytes, int]] = {}  # packet: its prints by scene
        self.events: dict[bytes, list[SmartMoneyEvent]] = defaultdict(list)  # by scene
        self.alerts: list[Alert] = []
        self.dark: dict[bytes, list[str]] = defaultdict(list)
        self.dark_false = 0
        self.own: Counter[bytes] = Counter()

    def see(self, items: Sequence[Item]) -> None:
        """Note whose prints they are."""
        for item in items:
            if item.scene is not None and isinstance(item.event, OptionPrint | EquityPrint):
                self.owner[item.event.uid] = item.scene
                if isinstance(item.event, OptionPrint):
                    self.own[item.scene] += 1

    def derive(self, rows: Sequence[Derived]) -> None:
        """Note what the option engine said."""
        for row in rows:
            if isinstance(row, Packet):
                owners = Counter(
                    self.owner[each.uid] for each in row.members if each.uid in self.owner
                )
                if owners:
                    self.packets[row.uid] = owners
            elif isinstance(row, SmartMoneyEvent) and row.rev == 0:
                for scene in self.packets.get(row.packet_uid, {}):
                    self.events[scene].append(row)
            elif isinstance(row, Alert) and row.rev == 0 and not row.withdrawn:
                self.alerts.append(row)

    def infer(self, rows: Sequence[DarkEvent]) -> None:
        """Note what the off-exchange engine said."""
        for row in rows:
            if row.state not in DARK_TOLD:
                continue
            owners = {self.owner[each.uid] for each in row.members if each.uid in self.owner}
            for scene in owners:
                self.dark[scene].append(row.kind)
            self.dark_false += not owners


def run_trial(
    plan: Plan, config: MarketConfig, *, warm_up_us: int, params: Params | None = None
) -> Outcome:
    """Play a plan on the market of its seed; return what came of every scene.

    The market runs `warm_up_us` before the plan's first scene, so that baselines have samples.
    """
    scenes = place(plan, Stage(plan.seed, config))
    market = Market(plan.seed, config, ListedScenes(scenes))
    end_us = plan.from_us + plan.count * plan.every_us + AFTER_US
    beats = range((plan.from_us - warm_up_us) // BEAT_US, end_us // BEAT_US)
    played = Facts(plan.seed).beats((beat, market.beat(beat)) for beat in beats)
    return watch(played, scenes, from_us=plan.from_us, until_us=end_us, params=params)


def watch(
    beats: Iterable[tuple[int, list[Item]]],
    scenes: Sequence[Scene],
    *,
    from_us: int,
    until_us: int,
    params: Params | None = None,
) -> Outcome:
    """Drive the items of beats, in their order, through the engines; judge what came of scenes."""
    road, notes, witness = Road(trading_calendar(), params), _Notes(scenes), Witness(scenes)
    for beat, items in beats:
        witness.see(items)
        notes.see(items)
        rows, dark = road.take(items, (beat + 1) * BEAT_US)
        notes.derive(rows)
        notes.infer(dark_of(dark))
    return Outcome(
        readings=[_reading(notes, scene, witness) for scene in scenes],
        false_alerts=[
            false for alert in notes.alerts
            if alert.ts >= from_us and (false := _judge(notes, alert)) is not None
        ],
        dark_false=notes.dark_false,
        hours=(until_us - from_us) / (3_600 * SECOND_US),
        prints=road.prints,
        own_prints=sum(notes.own.values()),
        alerts=len(notes.alerts),
    )  # fmt: skip


def _reading(notes: _Notes, scene: Scene, witness: Witness) -> Reading:
    events = notes.events.get(scene.uid, [])
    told = [each for each in events if not each.abstained and each.primary_profile]
    best = max(told, key=_top_score, default=None)
    alerts = [
        alert.score
        for alert in notes.alerts
        if scene.uid in notes.packets.get(alert.packet_uid, {})
    ]
    failed = ""
    try:
        scenario_of(scene.label.scenario).verify(scene, witness.of(scene))
    except BuildFailed as error:
        failed = str(error)
    return Reading(
        scene=scene.uid,
        symbol=scene.symbol,
        start_us=scene.start_us,
        label=scene.label,
        profile=best.primary_profile if best else None,
        score=_top_score(best) if best else 0.0,
        direction=best.direction if best else "unknown",
        reasons=tuple(dict.fromkeys(why for each in events for why in each.abstain_reasons)),
        alert_score=max(alerts, default=None),
        prints=notes.own[scene.uid],
        dark=tuple(notes.dark.get(scene.uid, ())),
        failed=failed,
    )


def _top_score(event: SmartMoneyEvent) -> float:
    return max(float(each["score"]) for each in event.scores)


def _judge(notes: _Notes, alert: Alert) -> FalseAlert | None:
    """Return an alert that no scene in its packet is labelled with, None for a true one."""
    owners = [notes.scenes[uid] for uid in notes.packets.get(alert.packet_uid, {})]
    if any(scene.label.profile == alert.primary_profile for scene in owners):
        return None
    source = owners[0].label.scenario if owners else "noise"
    return FalseAlert(alert.primary_profile or "", alert.severity, source)
