"""Cancels and corrections: what was told of a print is told again without it, or taken back.

A corrected print infers nothing anew (D9). A print that no window, episode or block holds any more
is counted: evidence keeps the largest prints of an episode and the newest window, not all of it.
Source: platform.md 2.3 D9, 3.2 C8.
"""

from heapq import heapify

from signals.engine.equities.dark import blocks, episodes, zones
from signals.engine.equities.dark.evidence import Entry
from signals.engine.equities.dark.output import DarkOutput
from signals.engine.equities.dark.state import DarkState, Held, SideWindow, Symbol


def take_back(state: DarkState, cancel: Held, uid: bytes, out: DarkOutput) -> None:
    """Take the print that a cancel or correction names out of everything that rests on it."""
    symbol = state.symbols.get(cancel[3].symbol)
    found = symbol is not None and _take_back(state, symbol, cancel, uid, out)
    state.counters["withdrawn" if found else "unknown_withdrawal"] += 1


def _take_back(state: DarkState, symbol: Symbol, cancel: Held, uid: bytes, out: DarkOutput) -> bool:
    found = blocks.withdraw(state, symbol, uid, out)
    found = zones.withdraw(state, symbol, uid, out) or found
    for side in (symbol.buys, symbol.sells):
        entry = _entry(side, uid)
        if entry is not None:
            found = True
            _leave(state, side, entry, cancel, out)
        found = side.forget_told(uid) or found
    return found


def _entry(side: SideWindow, uid: bytes) -> Entry | None:
    kept = side.episode.evidence.kept() if side.episode else []
    return next((entry for entry in (*side.entries, *kept) if entry.uid == uid), None)


def _leave(state: DarkState, side: SideWindow, entry: Entry, cancel: Held, out: DarkOutput) -> None:
    """Take an entry out of its window and out of what that opened."""
    if entry in side.entries:
        side.entries.remove(entry)
        side.sums.add(entry, -1)
    if side.episode is None:
        return
    uid = side.episode.head.uid
    state.timers[:] = [timer for timer in state.timers if timer[3] != uid]
    heapify(state.timers)
    episodes.withdraw(state, side, entry, cancel, out)
