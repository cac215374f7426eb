"""What has become final up to an instant of event time, in processing order.

The clock decides when this is asked, never what comes out: everything is placed by its `due`, an
event time that follows from its prints alone.
"""

import heapq
from typing import NamedTuple

from flow.domain.contracts import parse_contract
from signals.engine.clusters import ClosedSession, Held
from signals.engine.groups import Group, Order, order, remove
from signals.engine.state import EngineState
from signals.engine.structures.candidates import Decision
from signals.engine.structures.legs import leg_of
from signals.engine.structures.matching import candidate_of, is_candidate
from signals.engine.structures.packages import Package
from signals.engine.subjects import Subject, subject_of

MAX_SESSION_US = 660_000_000  # the largest span and gap that tuning allows


class Ready(NamedTuple):
    """One final group; what a single contract's members tell is measured already."""

    group: Group
    subject: Subject | None


def ready_groups(state: EngineState, limit: int, close_ts: int | None = None) -> list[Ready]:
    """Return what is final before `limit`, in processing order.

    `close_ts`: a trading session has closed; whatever ended by then is final at once.
    """
    ready: list[Ready] = []
    _take_packages(state, limit, close_ts, ready)
    if close_ts is None:
        closed = state.clusters.close_before(limit)
    else:
        closed = state.clusters.close_session(close_ts, limit)
    for session in closed:
        _place_session(state, session, ready)
    decisions = state.candidates.decide_before(limit, state.clusters)
    if close_ts is not None:
        decisions += state.candidates.force(close_ts)
    for decision in decisions:
        _place_decision(state, decision, ready)
    if len(ready) > 1:
        ready.sort(key=_order)
    return ready


def _order(ready: Ready) -> Order:
    return order(ready.group)


def _take_packages(
    state: EngineState, limit: int, close_ts: int | None, ready: list[Ready]
) -> None:
    """Give flagged packages their prints; they are due when an ordinary session would be."""
    found = state.packages.close_before(limit)
    if close_ts is not None:
        found += state.packages.force(close_ts)
    for package in found:
        group = _package_group(state, package)
        state.owned.update((held.print.uid, group.due) for held in group.held)
        heapq.heappush(state.packaged, (order(group), group))
    while state.packaged:
        due, end_ts = state.packaged[0][0][:2]
        if due >= limit and (close_ts is None or end_ts > close_ts):
            return
        remaining = _without_cancelled(state, heapq.heappop(state.packaged)[1])
        if remaining is not None:
            ready.append(Ready(remaining, None))


def forget_owned(state: EngineState) -> None:
    """Forget owned prints that no open session can hold any more.

    Only a change of tuning leaves some: a session that a shorter gap closed before its package.
    """
    while state.owned:
        uid, due = next(iter(state.owned.items()))  # in the order of packages
        if due + MAX_SESSION_US >= state.watermark:
            return
        del state.owned[uid]


def _package_group(state: EngineState, package: Package) -> Group:
    last = package.held[-1]
    gap_us = state.rulings.cluster_params(package.held[0].revision).cluster_gap_ms * 1_000
    first = package.legs[0][0].print.contract
    return Group(last.print.ts + gap_us, first, package.held, package.legs)


def _place_session(state: EngineState, session: ClosedSession, ready: list[Ready]) -> None:
    """Measure a session without the prints that a package owns; hold it if it may be a leg."""
    held = session.held
    opening = held[0].print
    state.candidates.see(parse_contract(session.contract).underlying, opening.ts, session.due)
    if state.owned:
        held = [each for each in held if state.owned.pop(each.print.uid, None) is None]
        if not held:
            return
    whole = Group(session.due, session.contract, held, late_count=session.late_count)
    group = _without_cancelled(state, whole)
    if group is None:
        return
    ruling = state.rulings.of(group.revision)
    subject = subject_of(group, ruling.params)
    if len(group.held) == len(session.held):  # of what is left nobody knows how it was meant
        leg = leg_of(subject.members, subject.contract, subject.tally)
        if is_candidate(subject.features, leg, ruling.params):
            state.candidates.add(
                candidate_of(
                    leg,
                    session,
                    subject.tally.venues,
                    revision=ruling.revision,
                    params=ruling.params,
                )
            )
            state.measured[opening.uid] = subject
            return
    ready.append(Ready(group, subject))


def _place_decision(state: EngineState, decision: Decision, ready: list[Ready]) -> None:
    """Turn decided candidates into one contract's packet or an inferred structure."""
    sessions = [candidate.session for candidate in decision.candidates]
    legs = [session.held for session in sessions]
    group = Group(
        decision.due,
        sessions[0].contract,
        legs[0] if len(legs) == 1 else sorted((each for leg in legs for each in leg), key=_place),
        legs if len(legs) > 1 else [],
        len(legs) > 1,
        sum(session.late_count for session in sessions),
    )
    measured = [state.measured.pop(leg[0].print.uid, None) for leg in legs]
    remaining = _without_cancelled(state, group)
    if remaining is not None:
        is_known = remaining is group and len(legs) == 1
        ready.append(Ready(remaining, measured[0] if is_known else None))


def _place(held: Held) -> tuple[int, bytes]:
    return held.print.ts, held.print.uid


def _without_cancelled(state: EngineState, group: Group) -> Group | None:
    """Return the group without the prints that a cancel took back before it was final."""
    cancelled = state.cancelled
    if not cancelled:
        return group
    gone = frozenset(each.print.uid for each in group.held if each.print.uid in cancelled)
    if not gone:
        return group
    for uid in gone:
        del cancelled[uid]
    return remove(group, gone)
