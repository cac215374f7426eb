"""Absorbed blocks: a large print inside the quote, and whether the mid then stayed where it was.

print (candidate)      +5 s ....+15 s              +30 s ....+40 s
|----------------------[ first look ]--------------[ second look ]   both held: confirmed
                                                                     one moved: rejected at once
                                                                     one missing: unconfirmed
"""

from heapq import heappush
from typing import Any

from flow.domain.events import StampedEquityPrint
from flow.domain.units import MILLISECOND_US
from signals.engine.equities.dark import sentences
from signals.engine.equities.dark.case import DarkCase
from signals.engine.equities.dark.evidence import Entry, evidence_of
from signals.engine.equities.dark.output import DarkOutput, Telling, head_of
from signals.engine.equities.dark.params import DarkParams
from signals.engine.equities.dark.records import DarkMember, DarkStatus
from signals.engine.equities.dark.state import Block, DarkState, Look, Symbol, Timer
from signals.engine.equities.dark.thresholds import Threshold, block_confidence
from signals.engine.equities.placement import joined_at, move_bps, tick_micros


def open_block(case: DarkCase, entry: Entry, least: Threshold) -> None:
    """Tell of a candidate and wait for what the mid does.

    Shape: the print has place MID in a quote that is neither locked nor wide.
    Source: platform.md 2.3 D5; errata 5 (when to look), 21 (tolerance), 55 (both looks).
    """
    params = case.ruling.params
    spread = case.placed.spread_micros or 0
    spread_ratio = 2 * spread / entry.mid2
    tightness = max(0.0, 1 - spread_ratio / params.dark_max_spread_ratio)
    evidence = evidence_of([entry], params.dark_max_evidence)
    name = case.print.symbol
    block = Block(
        head_of("absorbed_block", name, (entry.ts, entry.uid), case.ruling),
        evidence,
        block_confidence(evidence.sums, least.size_micros, tightness),
        _features(case, entry, least),
        max(2 * params.dark_check_max_spreads * spread, 2.0 * tick_micros(entry.price_micros)),
        (
            params.dark_check_first_ms * MILLISECOND_US,
            params.dark_check_second_ms * MILLISECOND_US,
        ),
        params.dark_check_wait_ms * MILLISECOND_US,
    )
    case.symbol.blocks.append(block)
    heappush(case.state.timers, (block.due, name, "absorbed_block", block.head.uid))
    _tell(block, "candidate", entry.ts, params, case.out)


def _features(case: DarkCase, entry: Entry, least: Threshold) -> dict[str, Any]:
    print_, placed = case.print, case.placed
    return {
        "size_micros": entry.size_micros,
        "price_micros": entry.price_micros,
        "bid_micros": print_.bid_micros,
        "ask_micros": print_.ask_micros,
        "spread_bps": round(20_000 * (placed.spread_micros or 0) / entry.mid2, 4),
        "quote_age_us": placed.age_us,
        "quote_drift_bps": case.symbol.drift_bps(joined_at(print_), entry.mid2),
        "improved_count": int(placed.is_price_improved),
        "untold_count": int(entry.is_untold),
        "least_size_micros": least.size_micros,
        "least_source": least.source,
        "usual_size_micros": least.usual_micros,
        "usual_n": least.usual_n,
    }


def look(
    state: DarkState, symbol: Symbol, print_: StampedEquityPrint, mid2: int, out: DarkOutput
) -> None:
    """Let a later print with a mid decide what it can of the symbol's waiting blocks."""
    at = joined_at(print_)
    for block in list(symbol.blocks):
        if _take_look(block, print_, at, mid2):
            status = _decision(block)
            if status is not None:
                symbol.blocks.remove(block)
                symbol.decide(block)
                params = state.rulings.of(block.head.revision).params
                _tell(block, status, print_.ts, params, out)


def _take_look(block: Block, print_: StampedEquityPrint, at: int, mid2: int) -> bool:
    """Note the mid for each delay that it is the first one after; return whether it was any."""
    taken = False
    for delay_us in dict.fromkeys(block.delays_us):
        earliest = block.head.ts + delay_us
        # The quote of an execution before that instant says nothing of it, whenever reported.
        if at < earliest or print_.ts > earliest + block.wait_us:
            continue
        if all(look.delay_us != delay_us for look in block.looks):
            member = DarkMember(
                print_.seq, print_.ts, print_.uid, print_.size_micros, print_.quote_ts,
                print_.quote_seq,
            )  # fmt: skip
            block.looks.append(Look(delay_us, mid2, member))
            taken = True
    return taken


def _decision(block: Block) -> DarkStatus | None:
    if not all(_held(block, look) for look in block.looks):
        return "rejected"
    return "confirmed" if len(block.looks) == len(set(block.delays_us)) else None


def _held(block: Block, look: Look) -> bool:
    return abs(look.mid2 - block.evidence.first.mid2) <= block.tolerance2


def give_up(state: DarkState, timer: Timer, out: DarkOutput) -> None:
    """Say that nobody told the mid in time, if the timer's block still waits."""
    _, name, _, uid = timer
    waiting = state.symbols[name].blocks
    for block in waiting:
        if block.head.uid == uid:
            waiting.remove(block)
            state.symbols[name].decide(block)
            params = state.rulings.of(block.head.revision).params
            _tell(block, "unconfirmed", block.due, params, out)
            return


def withdraw(state: DarkState, symbol: Symbol, uid: bytes, out: DarkOutput) -> bool:
    """Take back the block that a print was, waiting or decided; its timer then finds nothing."""
    for held in (symbol.blocks, symbol.decided):
        for block in held:
            if block.evidence.first.uid == uid:
                held.remove(block)
                params = state.rulings.of(block.head.revision).params
                _tell(block, "withdrawn", block.head.ts, params, out)
                return True
    return False


_REASONS: dict[DarkStatus, tuple[str, ...]] = {
    "rejected": ("mid_moved",),
    "unconfirmed": ("no_print",),
    "withdrawn": ("print_withdrawn",),
}


def _tell(
    block: Block, status: DarkStatus, end_ts: int, params: DarkParams, out: DarkOutput
) -> None:
    features, is_withdrawn = block.features, status == "withdrawn"
    said = [
        sentences.block(features, is_read=status != "rejected"),
        sentences.least(features, params, "A block"),
        sentences.drift(features),
        *sentences.improved(features, params),
        *sentences.untold(features, params),
        sentences.withdrawn() if is_withdrawn else sentences.confidence(block.confidence),
    ]
    if status != "candidate":
        checks = _checks(block, status)
        features = features | {"checks": checks}
        said += [sentences.looked(check, params) for check in checks]
    out.tell(
        block.head,
        block.evidence,
        Telling(
            state=status,
            confidence=0.0 if is_withdrawn else block.confidence.value,
            end_ts=end_ts,
            features=features,
            explanations=said,
            mid2_end=block.looks[-1].mid2 if block.looks else None,
            reasons=_REASONS.get(status, ()),
            checks=tuple(dict.fromkeys(look.print for look in block.looks)),
        ),
    )


def _checks(block: Block, status: DarkStatus) -> list[dict[str, Any]]:
    """Return each look in the order of its delay; only those made where no more follow."""
    found = []
    made = {look.delay_us: look for look in block.looks}
    for delay_us in sorted(set(block.delays_us)):
        look = made.get(delay_us)
        if look is None and status in ("rejected", "withdrawn"):
            continue
        found.append(
            {
                "after_ms": delay_us // MILLISECOND_US,
                "seen_ms": (look.print.ts - block.head.ts) / MILLISECOND_US if look else None,
                "ts": look.print.ts if look else None,
                "mid_micros": look.mid2 // 2 if look else None,
                "moved_bps": move_bps(block.evidence.first.mid2, look.mid2) if look else None,
                "held": _held(block, look) if look else None,
                "tolerance_micros": int(block.tolerance2 / 2),
            }
        )
    return found
