"""The one step of off-exchange inference: entries of an equity print stream in, rows out.

Prints wait until their lateness has passed and are then taken by (ts, seq), with the timers that
fall due between them. So the clock decides when a row comes, never which or what is in it.
"""

from bisect import bisect_right, insort
from collections.abc import Sequence
from heapq import heappop

from flow.domain.events import Control, StampedEquityPrint
from flow.domain.sale_conditions import eligibility_of
from flow.domain.units import MICROS, MILLISECOND_US
from flow.domain.venues import is_off_exchange
from signals.engine.equities.dark import blocks, episodes, zones
from signals.engine.equities.dark.blind import say_blind
from signals.engine.equities.dark.case import DarkCase
from signals.engine.equities.dark.evidence import Entry, entry_of
from signals.engine.equities.dark.output import DarkOutput
from signals.engine.equities.dark.records import DarkRow
from signals.engine.equities.dark.saving import decode_state, encode_state
from signals.engine.equities.dark.state import DARK_STATE_VERSION, DarkState, Held, Symbol
from signals.engine.equities.dark.thresholds import threshold_of, whole_shares
from signals.engine.equities.dark.withdrawals import take_back
from signals.engine.equities.placement import EquitySide, joined_at, mid2_of, place_equity
from signals.engine.params import Params
from signals.engine.rulings import Ruling
from signals.engine.windows import Window

__all__ = [
    "DARK_STATE_VERSION",
    "DarkState",
    "decode_state",
    "encode_state",
    "new_state",
    "step",
]

new_state = DarkState
_FOREVER = 2**62
_FORGET_DAYS = 60  # the largest dark_baseline_ttl_days that tuning allows


def step(
    state: DarkState,
    entries: Sequence[StampedEquityPrint | Control],
    params: Params,
    tuning_revision: int = 0,
) -> list[DarkRow]:
    """Take the next entries of the log and return the rows that became final, in final order.

    Changes and owns `state`. Any split of the log into calls gives the same rows.
    Shape: `params` and `tuning_revision` hold until a `tuning` entry names another revision.
    Errors: none for market data; what cannot be used is counted.
    """
    rows: list[DarkRow] = []
    state.rulings.adopt(tuning_revision, params)
    pending, watermark = state.pending, state.watermark
    for entry in entries:
        if isinstance(entry, StampedEquityPrint):
            ts = entry.ts
            if entry.corrects is not None:
                ts = _taken_back_at(state, entry, entry.corrects)
            elif ts <= watermark:
                state.counters["late"] += 1
                continue
            held = (ts, entry.seq, state.rulings.current, entry)
            if pending and ts < pending[-1][0]:
                insort(pending, held, key=_place)
            else:
                pending.append(held)
        else:
            _take_control(state, entry, rows)
            watermark = state.watermark
    return rows


def _taken_back_at(state: DarkState, cancel: StampedEquityPrint, uid: bytes) -> int:
    """Return when a cancel is taken: never too late, nor before the print that it names."""
    named = (held[0] for held in state.pending if held[3].uid == uid)
    return max(cancel.ts, state.watermark + 1, *named)


def _place(held: Held) -> tuple[int, int]:
    return held[0], held[1]


def _ts(held: Held) -> int:
    return held[0]


def _take_control(state: DarkState, entry: Control, rows: list[DarkRow]) -> None:
    if entry.kind == "tuning":
        if not state.rulings.switch(entry.payload) and not state.rulings.pinned:
            state.counters["tuning_rejected"] += 1
    elif entry.kind == "capability":
        told = entry.payload.get("off_exchange")
        state.declared = told if isinstance(told, bool) else state.declared
    elif entry.kind == "clock":
        lateness_ms = state.rulings.of(state.rulings.current).params.dark_lateness_ms
        _advance(state, entry.ts - lateness_ms * MILLISECOND_US, DarkOutput(rows, entry.seq))
    elif entry.kind == "session_close":
        out = DarkOutput(rows, entry.seq)
        _advance(state, entry.ts, out)
        _fire_before(state, _FOREVER, out)
        for name in sorted(state.symbols):
            zones.end_zones(state, state.symbols[name], out)
            state.symbols[name].decided.clear()


def _advance(state: DarkState, limit: int, out: DarkOutput) -> None:
    """Take every print up to the new watermark, and what falls due by it."""
    if limit <= state.watermark:
        return
    state.watermark = limit
    pending = state.pending
    count = bisect_right(pending, limit, key=_ts)
    for held in pending[:count]:
        _take_print(state, held, out)
    del pending[:count]
    _fire_before(state, limit + 1, out)


def _fire_before(state: DarkState, limit: int, out: DarkOutput) -> None:
    """Settle what was due before an instant, in the order of event time."""
    timers = state.timers
    while timers and timers[0][0] < limit:
        timer = heappop(timers)
        if timer[2] == "absorbed_block":
            blocks.give_up(state, timer, out)
        else:
            episodes.close_if_due(state, timer, out)


def _take_print(state: DarkState, held: Held, out: DarkOutput) -> None:
    ts, _, revision, print_ = held
    if state.timers:
        _fire_before(state, ts, out)
    if print_.session_date > state.session_date:
        _begin_session(state, print_.session_date, ts, out)
    if print_.corrects is not None:
        state.counters["withdrawal"] += 1
        take_back(state, held, print_.corrects, out)
        return
    ruling = state.rulings.of(revision)
    symbol = state.symbols.get(print_.symbol)
    if symbol is None:
        symbol = state.symbols[print_.symbol] = Symbol(print_.session_date)
    mid2 = mid2_of(print_, ruling.params)
    if mid2 is not None:
        if symbol.blocks:
            blocks.look(state, symbol, print_, mid2, out)
        symbol.saw_mid(joined_at(print_), mid2)
    off_exchange = print_.off_exchange
    if off_exchange is None and print_.venue:
        off_exchange = is_off_exchange(print_.venue)
    if off_exchange:
        state.saw_off_exchange = True
        state.counters[_infer(state, symbol, print_, ruling, out)] += 1
    else:
        state.counters["unknown" if off_exchange is None else "lit"] += 1
        if state.sees_off_exchange is False and mid2 is not None:
            say_blind(symbol, print_, ruling, out)


def _begin_session(state: DarkState, session_date: int, ts: int, out: DarkOutput) -> None:
    """End the zones of the session before; forget symbols that nobody traded for long (D7)."""
    state.session_date = session_date
    for name in sorted(state.symbols):
        symbol = state.symbols[name]
        zones.end_zones(state, symbol, out)
        symbol.forget(ts)
        if symbol.session_date < session_date - _FORGET_DAYS and symbol.is_idle:
            del state.symbols[name]


def _infer(
    state: DarkState,
    symbol: Symbol,
    print_: StampedEquityPrint,
    ruling: Ruling,
    out: DarkOutput,
) -> str:
    """Use one off-exchange print; return the counter that says what became of it."""
    params = ruling.params
    placed = place_equity(print_, params)
    if placed.side is EquitySide.LATE:
        return "late_report"
    if print_.price_micros <= 0 or print_.size_micros <= 0:
        return "ineligible"
    if not eligibility_of(print_.conditions, size_micros=print_.size_micros).infers:
        return "ineligible"
    if symbol.is_duplicate(print_.uid, print_.ts, params.dark_window_ms * MILLISECOND_US):
        return "duplicate"
    if print_.session_date - symbol.session_date > params.dark_baseline_ttl_days:
        symbol.usual = Window()
    symbol.session_date = max(symbol.session_date, print_.session_date)
    case = DarkCase(print_, placed, state=state, symbol=symbol, ruling=ruling, out=out)
    found = _use(case)
    # After it was measured: no print is part of what is usual for itself.
    symbol.usual.push(whole_shares(print_.size_micros), params.dark_baseline_size)
    return found


def _use(case: DarkCase) -> str:
    """Let a print with a usable quote open or join what it may; return its counter."""
    print_, placed, params = case.print, case.placed, case.ruling.params
    mid2, spread = placed.mid2, placed.spread_micros
    if mid2 is None or spread is None:
        return "unquoted"
    if placed.is_locked:
        return "locked"  # errata 21: nothing in a locked market tells who gave way
    if 2 * spread > params.dark_max_spread_ratio * mid2:
        return "wide"
    entry = entry_of(print_, placed, params)
    if placed.side is EquitySide.MID:
        return _use_inside(case, entry)
    own = case.symbol.buys if placed.sign > 0 else case.symbol.sells
    least = episodes.ruling_of(case.state, own, case.ruling).params.dark_min_print_size
    if print_.size_micros < least * MICROS:
        return "small"
    episodes.admit(case, entry)
    return "window"


def _use_inside(case: DarkCase, entry: Entry) -> str:
    params = case.ruling.params
    least = threshold_of(params.dark_min_block_size, entry.price_micros, case.symbol.usual, params)
    if entry.weighted_micros < least.size_micros:
        return "small"
    blocks.open_block(case, entry, least)
    zones.join_zone(case, entry, least)
    return "block"
