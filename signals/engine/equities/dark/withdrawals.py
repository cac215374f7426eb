"""Cancels and corrections: what was told of a print is told again without it, or taken back.

A corrected print infers nothing anew (D9). A print that no window, episode or block holds any more
is counted: evidence keeps the largest prints of an episode and the newest window, not all of it.
Source: platform.md 2.3 D9, 3.2 C8.
"""

from heapq import heapify

from signals.engine.equities.dark import blocks, episodes, zones
from signals.engine.equities.dark.evidence import Entry
from signals.engine.equities.dark.output import DarkOutput
from signals.engine.equities.dark.state import DarkState, SideWindow, Symbol


def take_back(state: DarkState, name: str, uid: bytes, out: DarkOutput) -> None:
    """Take one print out of everything that rests on it, by its identity."""
    symbol = state.symbols.get(name)
    found = symbol is not None and _take_back(state, symbol, uid, out)
    state.counters["withdrawn" if found else "unknown_withdrawal"] += 1


def _take_back(state: DarkState, symbol: Symbol, uid: bytes, out: DarkOutput) -> bool:
    found = blocks.withdraw(state, symbol, uid, out)
    found = zones.withdraw(state, symbol, uid, out) or found
    for side in (symbol.buys, symbol.sells):
        entry = _entry(side, uid)
        if entry is not None:
            found = True
            _leave(state, symbol, side, entry, out)
        found = side.forget_told(uid) or found
    return found


def _entry(side: SideWindow, uid: bytes) -> Entry | None:
    kept = side.episode.evidence.kept() if side.episode else []
    return next((entry for entry in (*side.entries, *kept) if entry.uid == uid), None)


def _leave(
    state: DarkState, symbol: Symbol, side: SideWindow, entry: Entry, out: DarkOutput
) -> None:
    """Take an entry out of its window, and its episode on, or back where too little is left."""
    if entry in side.entries:
        side.entries.remove(entry)
        side.sums.add(entry, -1)
    if side.episode is None:
        return
    uid = side.episode.head.uid
    if not episodes.withdraw(state, symbol, side, entry, out):
        state.timers[:] = [timer for timer in state.timers if timer[3] != uid]
        heapify(state.timers)
