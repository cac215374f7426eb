"""A cancel takes a print back: what was concluded from it is concluded again, as a new revision.

A print whose packet is not final yet simply is no member. A packet that was given out gets a new
row with rev + 1, and so do its event, its hits and its alert; nothing is changed in place.
"""

from flow.domain.events import StampedPrint
from signals.engine.alerts import build_alert, revise_chain, withdraw
from signals.engine.cancels import Day, choose, is_match
from signals.engine.case import Case
from signals.engine.evidence import alert_links, cancel_links, event_links, hits_of
from signals.engine.events import withdraw_event
from signals.engine.groups import remove
from signals.engine.judging import event_of, packet_of
from signals.engine.market import add_market_facts
from signals.engine.memory import Kept
from signals.engine.output import Output
from signals.engine.packets import empty_packet
from signals.engine.records import Packet
from signals.engine.rulings import Ruling
from signals.engine.state import EngineState
from signals.engine.subjects import Subject, subject_of
from signals.engine.usual import read_volatility, reread_usual, usual_keys


def apply_cancel(state: EngineState, cancel: StampedPrint, out: Output) -> None:
    """Take back the print that a cancel means; an orphan is counted and changes nothing.

    Source: options-engine.md 4.2; errata 10, 33, 46.
    """
    waiting = [print_ for print_ in _waiting(state, cancel) if is_match(print_, cancel)]
    given = {
        print_.uid: kept
        for kept, print_ in state.memory.of(cancel.contract)
        if is_match(print_, cancel)
    }
    emitted = [print_ for _, print_ in state.memory.of(cancel.contract) if print_.uid in given]
    chosen = choose([*waiting, *emitted], cancel, _day(state, cancel))
    if chosen is None:
        state.counters["orphan_cancel"] += 1
    elif chosen.uid in given:
        _revise(state, given[chosen.uid], chosen, cancel, out)
    else:
        state.cancelled[chosen.uid] = chosen.ts


def _waiting(state: EngineState, cancel: StampedPrint) -> list[StampedPrint]:
    """Return the prints of the contract whose packet is not final yet, in any order."""
    opened = state.clusters.open.get(cancel.contract)
    held = list(opened.held) if opened else []
    for candidate in state.candidates.undecided(cancel.contract):
        held.extend(candidate.session.held)
    for _, group in state.packaged:
        held.extend(each for each in group.held if each.print.contract == cancel.contract)
    found = {each.print.uid: each.print for each in held if each.print.ts <= cancel.ts}
    return [print_ for uid, print_ in found.items() if uid not in state.cancelled]


def _day(state: EngineState, cancel: StampedPrint) -> Day | None:
    """Return what the contract printed on the cancel's trade date, final or not."""
    day = state.days.of.get(cancel.contract)
    if day is not None and day.session_date != cancel.session_date:
        day = None
    waiting = sorted(_waiting(state, cancel), key=lambda print_: (print_.ts, print_.uid))
    if not waiting:
        return day
    first = day.first_uid if day else waiting[0].uid
    count = (day.count if day else 0) + len(waiting)
    return Day(cancel.session_date, count, 0, first, waiting[-1].uid)


def _revise(
    state: EngineState, kept: Kept, gone: StampedPrint, cancel: StampedPrint, out: Output
) -> None:
    ruling = state.rulings.of(kept.group.revision)
    kept.rev += 1
    remaining = remove(kept.group, frozenset((gone.uid,)))
    if remaining is None:
        packet = empty_packet(kept, gone, ruling, out)
        kept.group.held = []
        subject = None
    else:
        kept.group = remaining
        subject = subject_of(remaining, ruling.params)
        _measure_again(state, subject, kept, ruling)
        packet = packet_of(subject, kept, ruling, out)
    out.rows.append(packet)
    out.rows.extend(cancel_links(packet, gone, cancel))
    if kept.event:
        _conclude_again(state, packet, subject, kept, ruling, out)


def _measure_again(state: EngineState, subject: Subject, kept: Kept, ruling: Ruling) -> None:
    features = subject.features
    features.day_volume_before = kept.day_volume_before
    reread_usual(kept.readings, features, ruling.params)
    if features.event_gate is None:
        add_market_facts(state, subject, ruling.params)


def _conclude_again(
    state: EngineState,
    packet: Packet,
    subject: Subject | None,
    kept: Kept,
    ruling: Ruling,
    out: Output,
) -> None:
    label = subject.label if subject else packet.contract
    case = Case(packet, packet.features, label, ruling.params, kept.identity)
    if subject is None or packet.features.event_gate is not None:
        event = withdraw_event(case, packet.features.event_gate or "", ordinal=out.ordinal)
        out.rows.append(event)
        out.rows.extend(event_links(event, packet))
        fired = []
    else:
        event, fired = event_of(state, case, subject, out)
    hits = hits_of(case, event, fired, first=out.ordinal)
    out.rows.extend(hits)
    if subject is not None and packet.features.event_gate is None:
        out.rows.extend(event_links(event, packet))
    if not kept.alert:
        return
    if event.abstained:
        alert = withdraw(case, event, kept.alert, ordinal=out.ordinal)
    else:
        alert = build_alert(case, event, fired, ordinal=out.ordinal)
    out.rows.append(alert)
    out.rows.extend(alert_links(alert, hits))
    revise_chain(state.chains, kept.alert, alert)
