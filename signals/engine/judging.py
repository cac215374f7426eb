"""From one final group to its rows: packet, event, hits, links, alert. The order is the spec's.

members -> baselines read, then pushed -> gate -> market facts -> rules -> profiles -> event
"""

from typing import NamedTuple

from flow.domain.event_calendar import CalendarEvent
from flow.domain.events import StampedPrint
from signals.engine.alerts import Merged, admit, build_alert
from signals.engine.case import Case
from signals.engine.classifiers.follow_through import judge_no_follow_through
from signals.engine.classifiers.registry import classify
from signals.engine.classifiers.shared import Verdict
from signals.engine.events import build_event
from signals.engine.evidence import (
    alert_links,
    event_links,
    hits_of,
    later_hit,
    merged_link,
)
from signals.engine.features import Features
from signals.engine.flow import add_flow, count_types, flow_facts, flow_up_to
from signals.engine.followups import FollowUp, follow_up_of
from signals.engine.groups import Group
from signals.engine.judgement import judge
from signals.engine.lines import Ready
from signals.engine.market import add_market_facts
from signals.engine.memory import Kept
from signals.engine.output import Output
from signals.engine.packets import build_packet, identity_of
from signals.engine.profiles.registry import score_profiles
from signals.engine.profiles.shared import ProfileScore
from signals.engine.quality import evidence_quality
from signals.engine.records import Packet, SmartMoneyEvent
from signals.engine.rulings import Ruling
from signals.engine.state import EngineState
from signals.engine.subjects import Subject, subject_of
from signals.engine.trade_types import count_blocks
from signals.engine.usual import (
    push_usual,
    read_usual,
    read_volatility,
    reread_usual,
    reread_volatility,
    usual_amounts,
    usual_keys,
)


class Conclusion(NamedTuple):
    """What an eligible packet reads as: the event, its leading score if any, what rules fired."""

    event: SmartMoneyEvent
    lead: ProfileScore | None
    fired: list[Verdict]


def finish(state: EngineState, ready: Ready, out: Output) -> None:
    """Add the rows of one final group and remember what its revision would need."""
    group = ready.group
    ruling = state.rulings.of(group.revision)
    params = ruling.params
    subject = ready.subject or subject_of(group, params)
    features, opening, last = subject.features, subject.members[0], subject.members[-1]
    day = opening.session_date
    volumes_before = tuple([state.days.add(prints) for prints in _legs(group, subject)])
    if not group.legs:
        features.day_volume_before = volumes_before[0]
    baselines = state.baselines
    baselines.params = params
    keys = usual_keys(features, opening, subject.text, subject.underlying, state.calendar, params)
    scopes = baselines.scopes_of(keys, day)
    amounts = usual_amounts(features)
    readings = read_usual(baselines, scopes, amounts, features)
    contracts = _contracts(group)
    open_interests = tuple([state.interest.of(text, day) for text in contracts])
    upcoming = None
    if features.event_gate is None:
        upcoming = state.events.lookup(subject.underlying, last.ts, params)
        if not group.legs:
            features.open_interest = open_interests[0]
        _add_market_facts(state, subject, upcoming, ruling)
        readings += read_volatility(baselines, scopes, features)
    types = add_flow(
        state.averages,
        state.flow,
        subject.tally,
        subject.underlying,
        subject.contract.right,
        features,
        params,
    )
    state.followups.see(subject.underlying, subject.members, ready.at)
    identity = identity_of(subject.text, opening)
    kept = Kept(
        identity=identity,
        ts=opening.ts,
        end_ts=last.ts,
        revision=ruling.revision,
        group=group,
        readings=readings,
        types=tuple(types),
        contracts=contracts,
        volumes_before=volumes_before,
        open_interests=open_interests,
        prints=len(group.held),
        upcoming=upcoming,
        is_dropped=_is_dropped(group, features),
    )
    if not kept.is_dropped:
        packet = packet_of(subject, kept, ruling, out)
        out.rows.append(packet)
        if features.event_gate is None:
            _conclude(state, packet, subject, kept, ruling, out)
        if not subject.is_flex:  # options-engine.md 3.3
            push_usual(baselines, scopes, keys, amounts, features, day, params)
    state.memory.keep(kept, params.cancel_memory_prints)


def _is_dropped(group: Group, features: Features) -> bool:
    """Return whether packages left too little of a session: it is volume and flow, but no packet.

    Missing: an unknown premium is not known to be below the floor.
    Source: errata 9 (less than the floor), the floor of errata 2.
    """
    return group.left_over and features.event_gate == "insufficient_premium"


def _contracts(group: Group) -> tuple[str, ...]:
    if not group.legs:
        return (group.contract,)
    return tuple([leg[0].print.contract for leg in group.legs])


def _legs(group: Group, subject: Subject) -> list[list[StampedPrint]]:
    if not group.legs:
        return [subject.members]
    return [[each.print for each in leg] for leg in group.legs]


def _add_market_facts(
    state: EngineState, subject: Subject, upcoming: CalendarEvent | None, ruling: Ruling
) -> None:
    add_market_facts(
        subject.features,
        subject.contract,
        subject.members,
        state.calendar,
        upcoming,
        ruling.params,
    )


def measure_again(state: EngineState, subject: Subject, kept: Kept, ruling: Ruling) -> None:
    """Set what the members alone do not tell, as it stood for the first revision."""
    features = subject.features
    if subject.structure is None:
        own = kept.contracts.index(subject.text)
        features.day_volume_before = kept.volumes_before[own]
        if features.event_gate is None:
            features.open_interest = kept.open_interests[own]
    features.trade_types = count_types(kept.types)
    features.block_mechanisms = count_blocks(subject.tally.reads, kept.types, ruling.params)
    if len(kept.contracts) == 1 or features.structure_type:
        # The one leg that is left of a structure is not to be held against structures.
        reread_usual(kept.readings, features, ruling.params)
    if features.event_gate is None:
        _add_market_facts(state, subject, kept.upcoming, ruling)
        reread_volatility(kept.readings, features)


def packet_of(subject: Subject, kept: Kept, ruling: Ruling, out: Output) -> Packet:
    """Return the row of a packet at its revision; its boundaries never move (errata 33)."""
    return build_packet(
        subject.members,
        subject.text,
        subject.underlying,
        ruling,
        subject.tally,
        subject.features,
        identity=kept.identity,
        ts=kept.ts,
        end_ts=kept.end_ts,
        cause_seq=out.cause_seq,
        ordinal=out.ordinal,
        rev=kept.rev,
    )


def _conclude(  # noqa: PLR0917 - one packet and where its rows go
    state: EngineState, packet: Packet, subject: Subject, kept: Kept, ruling: Ruling, out: Output
) -> None:
    """Add the event of an eligible packet, its hits and links, and its alert if it has one."""
    case = Case(packet, subject.features, subject.label, ruling.params, kept.identity)
    kept.event = True
    kept.flow, kept.boosting = flow_up_to(
        state.flow, subject.underlying, packet.end_ts, ruling.params
    )
    event, lead, fired = conclude(case, kept, out)
    hits = hits_of(case, event, fired, first=out.ordinal)
    out.rows.extend(hits)
    out.rows.extend(event_links(event, packet))
    if lead is None:
        return
    alert = build_alert(case, event, lead, fired, ordinal=out.ordinal)
    admitted = admit(state.chains, alert, ruling.params)
    if isinstance(admitted, Merged):
        out.rows.append(merged_link(admitted, event))
    else:
        kept.alert, kept.supersedes = admitted.dedupe_key, admitted.supersedes
        out.rows.append(admitted)
        out.rows.extend(alert_links(admitted, hits))
    waiting = follow_up_of(case, event, subject.members)
    if waiting is not None:
        state.followups.add(waiting)


def conclude(case: Case, kept: Kept, out: Output) -> Conclusion:
    """Add the event that a packet reads as; return what else is built from it."""
    features, params = case.features, case.params
    verdicts = classify(features, case.label, params)
    quality = evidence_quality(features, has_underlying=bool(case.packet.underlying))
    judgement = judge(score_profiles(features, params), quality, features, params)
    lead = judgement.primary
    flow = flow_facts(kept.flow, kept.boosting, lead.direction if lead else "unknown", params)
    event = build_event(case, verdicts, judgement, flow, quality=quality, ordinal=out.ordinal)
    out.rows.append(event)
    return Conclusion(event, lead, [verdict for verdict in verdicts if verdict.fired])


def follow_up(state: EngineState, settled: FollowUp, out: Output) -> None:
    """Add the hit of a reading that the underlying did not follow."""
    ruling = state.rulings.of(settled.revision)
    later_mid2 = settled.later.mid2 if settled.later else None
    verdict = judge_no_follow_through(
        settled.direction, settled.mid2, later_mid2, settled.label, ruling.params
    )
    if verdict.fired:
        out.rows.append(later_hit(settled, verdict, ruling, out.cause_seq, out.ordinal))
