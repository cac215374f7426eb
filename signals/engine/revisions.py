"""A cancel takes a print back: what was concluded from it is concluded again, as a new revision.

A print whose packet is not final yet simply is no member. A packet that was given out gets a new
row with rev + 1, and so do its event, its hits and its alert; nothing is changed in place. A late
report has never been a member: it is volume no longer.
"""

import msgspec

from flow.domain.contracts import contract_label, parse_contract
from flow.domain.events import StampedPrint
from signals.engine.alerts import build_alert, revise_chain, withdraw
from signals.engine.cancels import choose, is_match
from signals.engine.case import Case
from signals.engine.events import withdraw_event
from signals.engine.evidence import alert_links, cancel_links, event_links, hits_of
from signals.engine.finality import place_again
from signals.engine.followups import FollowUp, follow_up_of
from signals.engine.groups import remove
from signals.engine.judging import (
    Conclusion,
    conclude,
    follow_up,
    measure_again,
    packet_of,
)
from signals.engine.memory import Kept
from signals.engine.output import Output
from signals.engine.packets import empty_packet
from signals.engine.state import EngineState
from signals.engine.subjects import Subject, subject_of


def apply_cancel(state: EngineState, cancel: StampedPrint, out: Output) -> None:
    """Take back the print that a cancel means; an orphan is counted and changes nothing.

    Source: options-engine.md 4.2; errata 10, 33, 46.
    """
    reports = state.days.reports_of(cancel.contract)
    known = [*_waiting(state, cancel), *reports]
    given: dict[bytes, Kept] = {}
    for kept, print_ in state.memory.of(cancel.contract):
        known.append(print_)
        if is_match(print_, cancel):
            given[print_.uid] = kept
    chosen = choose(known, cancel)
    if chosen is None:
        state.counters["orphan_cancel"] += 1
    elif chosen.uid in given:
        kept = given[chosen.uid]
        state.days.take_back(chosen)
        _revise(state, kept, chosen, cancel, out)
        state.memory.revise(kept)
    elif chosen in reports:
        state.days.take_back_report(chosen)
        state.flow.take_back_unplaced(chosen)
    else:
        _take_from_waiting(state, chosen, cancel)


def _take_from_waiting(state: EngineState, chosen: StampedPrint, cancel: StampedPrint) -> None:
    """Let a print be no member of what is not given out yet."""
    for candidate in state.candidates.undecided(chosen.contract):
        if any(held.print.uid == chosen.uid for held in candidate.session.held):
            place_again(state, candidate, chosen.uid, cancel.ts)
            return
    state.cancelled[chosen.uid] = chosen.ts


def _waiting(state: EngineState, cancel: StampedPrint) -> list[StampedPrint]:
    """Return the prints of the contract whose packet is not final yet, in any order."""
    opened = state.clusters.open.get(cancel.contract)
    held = list(opened.held) if opened else []
    for candidate in state.candidates.undecided(cancel.contract):
        held.extend(candidate.session.held)
    held = [each for each in held if each.print.uid not in state.owned]
    groups = [group for _, group in state.packaged]
    groups += state.lines.groups(parse_contract(cancel.contract).underlying)
    for group in groups:
        held.extend(each for each in group.held if each.print.contract == cancel.contract)
    found = {each.print.uid: each.print for each in held if each.print.ts <= cancel.ts}
    return [print_ for uid, print_ in found.items() if uid not in state.cancelled]


def _revise(
    state: EngineState, kept: Kept, gone: StampedPrint, cancel: StampedPrint, out: Output
) -> None:
    ruling = state.rulings.of(kept.revision)
    kept.rev += 1
    held = kept.group.held
    kept.types = tuple(
        kind for kind, each in zip(kept.types, held, strict=True) if each.print.uid != gone.uid
    )
    if kept.is_dropped:  # no row of it was given out
        kept.group.held = [each for each in held if each.print.uid != gone.uid]
        return
    remaining = remove(kept.group, frozenset((gone.uid,)))
    subject = None
    if remaining is None:
        underlying = parse_contract(gone.contract).underlying
        packet = empty_packet(
            kept, gone, underlying, ruling, cause_seq=out.cause_seq, ordinal=out.ordinal
        )
        kept.group.held = []
    else:
        kept.group = remaining
        subject = subject_of(remaining, ruling.params)
        measure_again(state, subject, kept, ruling)
        packet = packet_of(subject, kept, ruling, out)
    out.rows.append(packet)
    out.rows.extend(cancel_links(packet, gone, cancel))
    if kept.event:
        label = subject.label if subject else contract_label(parse_contract(gone.contract))
        case = Case(packet, packet.features, label, ruling.params, kept.identity)
        _conclude_again(state, case, subject, kept, out)


def _conclude_again(
    state: EngineState, case: Case, subject: Subject | None, kept: Kept, out: Output
) -> None:
    """Add the next revision of an event, of its hits and of its alert.

    A revision takes an alert back, or changes it; it never raises one, not even again.
    """
    gate = case.features.event_gate
    if subject is None or gate is not None:
        event = withdraw_event(case, gate or "cancelled", ordinal=out.ordinal)
        found = Conclusion(event, None, [])
        out.rows.append(event)
    else:
        found = conclude(case, kept, out)
    event, lead, fired = found
    hits = hits_of(case, event, fired, first=out.ordinal)
    out.rows.extend(hits)
    out.rows.extend(event_links(event, case.packet))
    waiting = follow_up_of(case, event, subject.members) if lead and subject else None
    _follow_again(state, waiting, event.uid, kept, out)
    if not kept.alert:
        return
    if lead is None or kept.withdrawn:
        alert = withdraw(case, event, kept.alert, ordinal=out.ordinal)
    else:
        alert = build_alert(case, event, lead, fired, ordinal=out.ordinal)
    if kept.supersedes is not None:
        alert = msgspec.structs.replace(alert, supersedes=kept.supersedes)
    out.rows.append(alert)
    out.rows.extend(alert_links(alert, hits))
    revise_chain(state.chains, kept.alert, alert, case.params)
    kept.alert, kept.withdrawn = alert.dedupe_key, alert.withdrawn


def _follow_again(
    state: EngineState, waiting: FollowUp | None, event_uid: bytes, kept: Kept, out: Output
) -> None:
    """Let the revised reading be judged by what is known of the underlying, or will be."""
    shown = state.followups.drop(event_uid)
    if waiting is None:
        return
    if kept.is_settled:
        waiting.later = kept.later
        follow_up(state, waiting, out)
    else:
        waiting.later = shown
        state.followups.add(waiting)
