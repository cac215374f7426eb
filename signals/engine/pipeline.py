"""The one step that live, import, replay and calibration run: log entries in, derived rows out.

The clock decides when a result is final, never its content, id or order. One state is one print
stream; entries come in the order of the log.
"""

from bisect import insort
from collections.abc import Sequence

from flow.domain.condition_table import Family
from flow.domain.contracts import ContractError, parse_contract
from flow.domain.events import Control, LogEntry, PrintFlag, StampedPrint
from flow.domain.sessions import Session
from signals.engine.alerts import forget_old
from signals.engine.finality import MAX_SESSION_US, forget_owned, ready_groups
from signals.engine.judging import finish, follow_up
from signals.engine.output import Output
from signals.engine.params import Params
from signals.engine.placement import conditions_of
from signals.engine.records import Derived
from signals.engine.revisions import apply_cancel
from signals.engine.saving import decode_state, encode_state
from signals.engine.state import STATE_VERSION, EngineState, StateError

__all__ = [
    "STATE_VERSION",
    "EngineState",
    "StateError",
    "decode_state",
    "encode_state",
    "new_state",
    "step",
]

new_state = EngineState

_LATE_ARRIVAL, _PARSE_ERROR = int(PrintFlag.LATE_ARRIVAL), int(PrintFlag.PARSE_ERROR)
_CANCEL, _COMPRESSION = int(Family.CANCEL), int(Family.COMPRESSION)
_CLOSED = int(Session.CLOSED)
# A packet may be given out so long after its end: it waits in line for a candidate leg that ended
# at most a gap behind it, and that leg for the session of a neighbour.
_LONGEST_WAIT_US = 2 * MAX_SESSION_US


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
    ts, flags, contract = print_.ts, print_.flags, print_.contract
    if flags & _PARSE_ERROR or not (contract in state.clusters.open or _is_readable(contract)):
        state.counters["unparsed"] += 1
        return
    conditions = conditions_of(print_)
    if conditions.family <= _COMPRESSION:
        _set_aside(state, print_, int(conditions.family))
    elif ts <= state.watermark or flags & _LATE_ARRIVAL:
        state.counters["late"] += 1
    elif print_.session == _CLOSED:
        state.counters["outside_session"] += 1  # errata 21: stored and shown, never flow
    elif conditions.is_late_report:
        state.counters["late_report"] += 1
        state.clusters.add_aside(contract, ts)
        state.flow.add_unplaced(print_)
        state.days.add_report(print_)
    elif print_.price_micros <= 0:
        state.counters["zero_price"] += 1
    else:
        state.counters["clustered"] += 1
        held = state.clusters.add(print_, state.rulings.current)
        if conditions.is_complex:
            state.packages.add(held, parse_contract(contract), conditions)


def _set_aside(state: EngineState, print_: StampedPrint, family: int) -> None:
    """Count what is never flow; a cancel waits for its instant, even one that came late."""
    if family != _CANCEL:
        state.counters["compression"] += 1
        return
    state.counters["cancel"] += 1
    insort(state.cancels, print_, key=_place)


def _place(print_: StampedPrint) -> tuple[int, int, bytes]:
    return print_.place


def _is_readable(text: str) -> bool:
    try:
        parse_contract(text)
    except ContractError:
        return False
    return True


def _take_control(state: EngineState, entry: Control, rows: list[Derived]) -> None:
    if entry.kind == "tuning":
        if not state.rulings.switch(entry.payload) and not state.rulings.pinned:
            state.counters["tuning_rejected"] += 1
    elif entry.kind == "calendar":
        if not state.events.add(entry.payload):
            state.counters["calendar_rejected"] += 1
    elif entry.kind == "open_interest":
        if not state.interest.add(entry.payload):
            state.counters["open_interest_rejected"] += 1
    elif entry.kind in ("clock", "session_close"):
        state.watermark = max(state.watermark, entry.ts)
        close_ts = entry.ts if entry.kind == "session_close" else None
        _advance(state, close_ts, Output(rows, entry.seq))


def _advance(state: EngineState, close_ts: int | None, out: Output) -> None:
    """Process everything that is final at the watermark, cancels at their own instants."""
    while state.cancels and state.cancels[0].ts < state.watermark:
        cancel = state.cancels.pop(0)
        _finish_before(state, cancel.ts, None, out)
        apply_cancel(state, cancel, out)
    _finish_before(state, state.watermark, close_ts, out)
    forget_old(state.chains, state.watermark, _LONGEST_WAIT_US)
    forget_owned(state)
    state.events.forget_before(state.watermark)


def _finish_before(state: EngineState, limit: int, close_ts: int | None, out: Output) -> None:
    followups = state.followups
    for ready in ready_groups(state, limit, close_ts):
        if followups.next_us < ready.at:
            _follow_before(state, ready.at, out)
        finish(state, ready, out)
    _follow_before(state, limit, out)


def _follow_before(state: EngineState, limit: int, out: Output) -> None:
    """Look back at the readings whose instant came before, in the order of event time."""
    for settled in state.followups.take_before(limit):
        state.memory.settle(settled)
        follow_up(state, settled, out)
