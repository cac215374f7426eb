"""What has become final up to an instant of event time, in processing order.

The clock decides when this is asked, never what comes out: everything is placed by its `due`, an
event time that follows from its prints alone.

    packages, sessions, decisions ---> final groups ---> their underlyings' lines ---> given out
"""

import heapq

import msgspec

from flow.domain.contracts import parse_contract
from signals.engine.clusters import ClosedSession, Held
from signals.engine.groups import Group, Order, order, remove
from signals.engine.lines import Ready
from signals.engine.state import EngineState
from signals.engine.structures.candidates import Decision
from signals.engine.structures.legs import leg_of
from signals.engine.structures.matching import Candidate, candidate_of, is_candidate
from signals.engine.structures.packages import Package
from signals.engine.subjects import subject_of

MAX_SESSION_US = 660_000_000  # the largest span and gap that tuning allows


def ready_groups(state: EngineState, limit: int, close_ts: int | None = None) -> list[Ready]:
    """Return what is final before `limit`, in processing order.

    `close_ts`: a trading session has closed; whatever ended by then is final at once.
    """
    final: list[Ready] = []
    _take_packages(state, limit, close_ts, final)
    if close_ts is None:
        closed = state.clusters.close_before(limit)
    else:
        closed = state.clusters.close_session(close_ts, limit)
    for session in closed:
        opening = session.held[0].print
        state.candidates.see(parse_contract(session.contract).underlying, opening.ts, session.due)
        _place_session(state, session, session.due, final)
    decisions = state.candidates.decide_before(limit, state.clusters)
    if close_ts is not None:
        decisions += state.candidates.force(close_ts)
    for decision in decisions:
        _place_decision(state, decision, final)
    return _without_what_was_cancelled(state, _in_line(state, final))


def _in_line(state: EngineState, final: list[Ready]) -> list[Ready]:
    """Return what nothing of its underlying stands before; the rest waits in its line."""
    lines, candidates = state.lines, state.candidates
    named = [(_underlying(ready), ready) for ready in final]
    waiting = {name for name, ready in named if ready.at != ready.group.due}
    given: list[Ready] = []
    for name, ready in named:
        if name in waiting or lines.holds(name) or candidates.earliest(name) is not None:
            lines.add(name, ready)
        else:
            given.append(ready)
    given += lines.take(candidates)
    if len(given) > 1:
        given.sort(key=_order)
    return given


def _underlying(ready: Ready) -> str:
    if ready.subject is not None:
        return ready.subject.underlying
    return parse_contract(ready.group.contract).underlying


def _order(ready: Ready) -> tuple[int, Order]:
    """Return the processing order: by the instant, then errata 17."""
    return ready.at, order(ready.group)


def _take_packages(
    state: EngineState, limit: int, close_ts: int | None, final: list[Ready]
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
        final.append(Ready(due, heapq.heappop(state.packaged)[1], None))


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


def _place_session(state: EngineState, session: ClosedSession, at: int, final: list[Ready]) -> None:
    """Measure a session without the prints that are not its own; hold it if it may be a leg.

    Those that a package owns are gone, and of what is left nobody knows how it was meant: it is no
    leg. Those that a cancel took back have never been; one that a package owns is taken from it.
    """
    own = _without_owned(state, session) if state.owned else session
    if not own.held:
        _tell_late_reports(state, session, final)
        return
    left = _without_cancelled(state, own) if state.cancelled else own
    if not left.held:
        return
    group = Group(
        left.due, left.contract, left.held,
        late_count=left.late_count, cancelled_count=left.cancelled_count,
        left_over=own is not session,
    )  # fmt: skip
    ruling = state.rulings.of(group.revision)
    subject = subject_of(group, ruling.params)
    if own is session:
        tally = subject.tally
        if is_candidate(subject.features, tally, ruling.params):
            leg = leg_of(subject.members, subject.contract, tally)
            state.candidates.add(
                candidate_of(
                    leg, left, tally.venues, revision=ruling.revision, params=ruling.params
                )
            )
            state.measured[left.held[0].print.uid] = subject
            return
    final.append(Ready(at, group, subject))


def _tell_late_reports(state: EngineState, session: ClosedSession, final: list[Ready]) -> None:
    """Count the late reports inside a session that packages own with the one that ends it.

    It has no packet of its own. The package is not given out yet: it is due no earlier.
    Source: errata 45 (a late report is counted inside the range that it falls in).
    """
    if not session.late_count:
        return
    last = session.held[-1].print.uid
    groups = [group for _, group in state.packaged]
    for group in groups + [ready.group for ready in final]:
        if any(each.print.uid == last for each in group.held):
            group.late_count += session.late_count


def place_again(state: EngineState, candidate: Candidate, uid: bytes, at: int) -> None:
    """Take a cancelled print from a candidate that is not decided: what is left is looked at anew.

    `at` is the instant of the cancel: nothing that came of it was certain before.
    """
    state.candidates.remove(candidate, at)
    state.measured.pop(candidate.session.held[0].print.uid, None)
    final: list[Ready] = []
    state.cancelled[uid] = at
    _place_session(state, candidate.session, max(candidate.session.due, at), final)
    for ready in final:
        state.lines.add(candidate.leg.contract.underlying, ready)


def _place_decision(state: EngineState, decision: Decision, final: list[Ready]) -> None:
    """Turn decided candidates into one contract's packet or an inferred structure."""
    sessions = [candidate.session for candidate in decision.candidates]
    legs = [session.held for session in sessions]
    group = Group(
        max(session.due for session in sessions),
        sessions[0].contract,
        legs[0] if len(legs) == 1 else sorted((each for leg in legs for each in leg), key=_place),
        legs if len(legs) > 1 else (),
        len(legs) > 1,
        sum(session.late_count for session in sessions),
        sum(session.cancelled_count for session in sessions),
    )
    measured = [state.measured.pop(leg[0].print.uid, None) for leg in legs]
    final.append(Ready(decision.due, group, measured[0] if len(legs) == 1 else None))


def _place(held: Held) -> tuple[int, int, bytes]:
    return held.print.place


def _without_owned(state: EngineState, session: ClosedSession) -> ClosedSession:
    """Return the session without the prints that a flagged package has taken."""
    owned = state.owned
    held = [each for each in session.held if owned.pop(each.print.uid, None) is None]
    if len(held) == len(session.held):
        return session
    return msgspec.structs.replace(session, held=held)


def _without_cancelled(state: EngineState, session: ClosedSession) -> ClosedSession:
    """Return the session without the prints that a cancel took back before it was final."""
    gone = _gone(state, session.held)
    if not gone:
        return session
    held = [each for each in session.held if each.print.uid not in gone]
    count = session.cancelled_count + len(gone)
    return msgspec.structs.replace(session, held=held, cancelled_count=count)


def _without_what_was_cancelled(state: EngineState, given: list[Ready]) -> list[Ready]:
    """Return the groups without the prints that a cancel took back while they waited."""
    if not state.cancelled:
        return given
    left: list[Ready] = []
    for ready in given:
        gone = _gone(state, ready.group.held)
        remaining = remove(ready.group, gone) if gone else ready.group
        if remaining is not None:
            left.append(Ready(ready.at, remaining, None if gone else ready.subject))
    return left


def _gone(state: EngineState, held: list[Held]) -> frozenset[bytes]:
    cancelled = state.cancelled
    if not cancelled:
        return frozenset()
    gone = frozenset([each.print.uid for each in held if each.print.uid in cancelled])
    for uid in gone:
        del cancelled[uid]
    return gone
