"""The one step that live, import, replay and calibration run: log entries in, derived rows out.

The clock decides when a result is final, never its content, id or order. One state is one print
stream; entries come in the order of the log.
"""

from collections.abc import Sequence

from flow.domain.condition_table import Family
from flow.domain.contracts import ContractError, parse_contract
from flow.domain.events import Control, LogEntry, PrintFlag, StampedPrint
from signals.engine.alerts import Merged, admit, build_alert, forget_old
from signals.engine.classifiers.registry import classify
from signals.engine.clusters import ClosedSession
from signals.engine.events import build_event
from signals.engine.evidence import alert_links, event_links, hits_of, merged_link
from signals.engine.packets import build_packet, case_of
from signals.engine.params import Params
from signals.engine.placement import conditions_of
from signals.engine.records import Derived
from signals.engine.state import (
    STATE_VERSION,
    EngineState,
    StateError,
    decode_state,
    encode_state,
)

__all__ = [
    "STATE_VERSION",
    "EngineState",
    "StateError",
    "decode_state",
    "encode_state",
    "new_state",
    "step",
]

_LATE_ARRIVAL, _PARSE_ERROR = int(PrintFlag.LATE_ARRIVAL), int(PrintFlag.PARSE_ERROR)
_COMPRESSION = int(Family.COMPRESSION)
_MAX_GAP_US = 60_000_000  # the largest cluster_gap_ms that tuning allows


def new_state(*, pinned: bool = False) -> EngineState:
    """Return the state before the first entry of a stream."""
    return EngineState(pinned=pinned)


def step(
    state: EngineState, events: Sequence[LogEntry], params: Params, tuning_revision: int = 0
) -> list[Derived]:
    """Take the next entries of the log and return what became final, in final order.

    Changes and owns `state`. Any split of the log into calls gives the same rows.
    Shape: `params` and `tuning_revision` hold until a `tuning` entry names another revision.
    Errors: none for market data; what cannot be used is counted.
    """
    rows: list[Derived] = []
    state.rulings.adopt(tuning_revision, params)
    for entry in events:
        if isinstance(entry, StampedPrint):
            _take_print(state, entry)
        else:
            _take_control(state, entry, rows)
    return rows


def _take_print(state: EngineState, print_: StampedPrint) -> None:
    ts = print_.ts
    if ts <= state.watermark or print_.flags & _LATE_ARRIVAL:
        state.counters["late"] += 1
        return
    conditions = conditions_of(print_)
    if conditions.family <= _COMPRESSION:
        _set_aside(state, conditions.family)
    elif print_.flags & _PARSE_ERROR or not _is_readable(state, print_.contract):
        state.counters["unparsed"] += 1
    elif conditions.is_late_report:
        state.counters["late_report"] += 1
        state.clusters.add_aside(print_.contract, ts)
    elif print_.price_micros <= 0:
        state.counters["zero_price"] += 1
    else:
        state.counters["clustered"] += 1
        state.clusters.add(print_, state.rulings.current)


def _set_aside(state: EngineState, family: Family) -> None:
    """Count what is never flow.

    The seam for step 2: a cancel is matched to its original here (options-engine.md 4.2, errata
    46) and a revised packet is issued; until then every cancel is an orphan.
    """
    state.counters["orphan_cancel" if family is Family.CANCEL else "compression"] += 1


def _is_readable(state: EngineState, text: str) -> bool:
    if text in state.clusters.open:
        return True
    try:
        parse_contract(text)
    except ContractError:
        return False
    return True


def _take_control(state: EngineState, entry: Control, rows: list[Derived]) -> None:
    if entry.kind == "tuning":
        if not state.rulings.switch(entry.payload) and not state.rulings.pinned:
            state.counters["tuning_rejected"] += 1
        return
    if entry.kind not in ("clock", "session_close"):
        return
    state.watermark = max(state.watermark, entry.ts)
    if entry.kind == "clock":
        closed = state.clusters.close_before(state.watermark)
    else:
        closed = state.clusters.close_session(entry.ts, state.watermark)
    first = len(rows)
    for session in closed:
        _finish(state, session, entry.seq, rows, first)
    forget_old(state.chains, state.watermark, _MAX_GAP_US)


def _finish(
    state: EngineState, session: ClosedSession, cause_seq: int, rows: list[Derived], first: int
) -> None:
    """Add the rows of one final session. `ordinal` counts the rows of one causing entry."""
    ruling = state.rulings.of(session.held[0].revision)
    contract = parse_contract(session.contract)
    packet = build_packet(session, contract, ruling, cause_seq=cause_seq, ordinal=len(rows) - first)
    rows.append(packet)
    if packet.features["event_gate"]:
        return
    case = case_of(packet, contract, ruling.params)
    verdicts = classify(case.features, contract, ruling.params)
    fired = [verdict for verdict in verdicts if verdict.fired]
    event = build_event(case, verdicts, ordinal=len(rows) - first)
    rows.append(event)
    hits = hits_of(case, event, fired, first=len(rows) - first)
    rows.extend(hits)
    rows.extend(event_links(event, packet))
    if event.abstained:
        return
    candidate = build_alert(case, event, fired, ordinal=len(rows) - first)
    admitted = admit(state.chains, candidate, ruling.params)
    if isinstance(admitted, Merged):
        rows.append(merged_link(admitted, event))
    else:
        rows.append(admitted)
        rows.extend(alert_links(admitted, hits))
