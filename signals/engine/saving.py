"""The state as bytes and back. Equal states give equal bytes, so two copies can be compared."""

from collections.abc import Iterator

import msgspec

from flow.domain.events import StampedPrint
from flow.domain.open_interest import OpenInterest
from flow.domain.sessions import Calendar
from signals.engine.alerts import Chain
from signals.engine.baselines import SavedBaselines
from signals.engine.calendar import EventCalendar, SavedCalendar
from signals.engine.cancels import Day, Days
from signals.engine.clusters import Clusters, OpenContract
from signals.engine.flow_context import FlowWindows, SavedWindows
from signals.engine.followups import FollowUp, FollowUps
from signals.engine.groups import Group, Order, order
from signals.engine.interest import OpenInterests
from signals.engine.lines import InLine, Lines
from signals.engine.memory import Memory, Packed
from signals.engine.parameter import Value
from signals.engine.params import Params
from signals.engine.records import ENGINE_VERSION
from signals.engine.state import STATE_VERSION, EngineState, StateError
from signals.engine.structures.candidates import Candidates, SavedCandidates
from signals.engine.structures.packages import Packages, SavedPackages
from signals.engine.trade_types import Averages, SavedAverages


class _Saved(msgspec.Struct):
    version: int
    engine: str
    watermark: int
    pinned: bool
    switched: bool
    revision: int
    revisions: dict[int, dict[str, Value]]
    open: dict[str, OpenContract]
    packages: SavedPackages
    packaged: list[Group]
    owned: list[tuple[bytes, int]]
    candidates: SavedCandidates
    lines: list[InLine]
    baselines: SavedBaselines
    averages: SavedAverages
    flow: SavedWindows
    events: SavedCalendar
    interest: list[OpenInterest]
    followups: list[FollowUp]
    days: dict[str, Day]
    late_reports: list[StampedPrint]
    memory: list[Packed]
    cancels: list[StampedPrint]
    cancelled: list[tuple[bytes, int]]
    chains: dict[str, Chain]
    counters: dict[str, int]


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Saved)


def encode_state(state: EngineState) -> bytes:
    """Return the state as MessagePack bytes."""
    opened = state.clusters.open
    saved = _Saved(
        version=STATE_VERSION,
        engine=ENGINE_VERSION,
        watermark=state.watermark,
        pinned=state.rulings.pinned,
        switched=state.rulings.switched,
        revision=state.rulings.current,
        revisions=state.rulings.saved(set(_referred(state))),
        open={text: opened[text] for text in sorted(opened)},
        packages=state.packages.saved(),
        packaged=[group for _, group in sorted(state.packaged, key=_first)],
        owned=sorted(state.owned.items(), key=_due),
        candidates=state.candidates.saved(),
        lines=state.lines.saved(),
        baselines=state.baselines.saved(),
        averages=state.averages.saved(),
        flow=state.flow.saved(),
        events=state.events.saved(),
        interest=state.interest.saved(),
        followups=state.followups.saved(),
        days=state.days.of,
        late_reports=state.days.saved_reports(),
        memory=state.memory.saved(),
        cancels=state.cancels,
        cancelled=sorted(state.cancelled.items()),
        chains=state.chains,
        counters=state.counters,
    )
    return _ENCODER.encode(saved)


def _first(entry: tuple[Order, Group]) -> Order:
    return entry[0]


def _due(entry: tuple[bytes, int]) -> tuple[int, bytes]:
    return entry[1], entry[0]


def _referred(state: EngineState) -> Iterator[int]:
    """Return every revision that something in the state was opened under."""
    for contract in state.clusters.open.values():
        yield from (held.revision for held in contract.held)
    for waiting in state.packages.saved():
        yield from (held.revision for held in waiting.held)
    yield from (group.revision for _, group in state.packaged)
    yield from (entry.candidate.revision for entry in state.candidates.saved())
    yield from (each.group.revision for each in state.lines.saved())
    yield from (packed.revision for packed in state.memory.saved())
    yield from (follow_up.revision for follow_up in state.followups.saved())


def decode_state(encoded: bytes, calendar: Calendar | None = None) -> EngineState:
    """Return the state of `encode_state`'s bytes; `calendar` as for a new state.

    Errors: StateError for bytes of another version or engine, or that are no state at all.
    """
    try:
        saved = _DECODER.decode(encoded)
    except msgspec.MsgspecError as error:
        raise StateError(f"unreadable ({error})") from error
    if saved.version != STATE_VERSION or saved.engine != ENGINE_VERSION:
        raise StateError(f"version {saved.version} of engine {saved.engine}")
    state = EngineState(pinned=saved.pinned, calendar=calendar)
    state.watermark = saved.watermark
    state.rulings.restore(saved.revisions, saved.revision)
    state.rulings.switched = saved.switched
    state.clusters = Clusters(state.rulings, saved.open)
    state.packages = Packages(state.rulings, saved.packages)
    state.packaged = [(order(group), group) for group in saved.packaged]
    state.owned = dict(saved.owned)
    state.candidates = Candidates(saved.candidates)
    state.lines = Lines(saved.lines)
    state.baselines.restore(saved.baselines)
    state.averages = Averages(saved.averages)
    state.flow = FlowWindows(Params(), saved.flow)
    state.events = EventCalendar(saved.events)
    state.interest = OpenInterests(saved.interest)
    state.followups = FollowUps(saved.followups)
    state.days = Days(saved.days, saved.late_reports)
    state.memory = Memory(saved.memory)
    state.cancels = saved.cancels
    state.cancelled = dict(saved.cancelled)
    state.chains = saved.chains
    state.counters.update(saved.counters)  # one that is new since starts at nothing
    return state
