"""From one final group to its rows: packet, event, hits, links, alert. The order is the spec's.

    members -> baselines read, then pushed -> gate -> market facts -> rules -> profiles -> event
"""

from signals.engine.alerts import Merged, admit, build_alert
from signals.engine.case import Case
from signals.engine.classifiers.registry import classify
from signals.engine.classifiers.shared import Verdict
from signals.engine.evidence import alert_links, event_links, hits_of, merged_link
from signals.engine.events import build_event
from signals.engine.finality import Ready
from signals.engine.flow import add_flow, flow_facts
from signals.engine.followups import follow_up_of
from signals.engine.judgement import judge
from signals.engine.market import add_market_facts
from signals.engine.memory import Kept
from signals.engine.output import Output
from signals.engine.packets import build_packet, identity_of, packet_uid
from signals.engine.profiles.registry import score_profiles
from signals.engine.records import Packet, SmartMoneyEvent
from signals.engine.rulings import Ruling
from signals.engine.state import EngineState
from signals.engine.subjects import Subject, subject_of
from signals.engine.usual import push_usual, read_usual, read_volatility, usual_keys


def finish(state: EngineState, ready: Ready, out: Output) -> None:
    """Add the rows of one final group and remember what its revision would need."""
    group = ready.group
    ruling = state.rulings.of(group.revision)
    params = ruling.params
    subject = ready.subject or subject_of(group, params)
    features, opening, last = subject.features, subject.members[0], subject.members[-1]
    day = opening.session_date
    if not features.structure_type:
        features.day_volume_before = state.days.add(
            group.contract, subject.members, features.total_size
        )
    baselines = state.baselines
    baselines.params = params
    keys = usual_keys(
        features, opening, subject.text, subject.underlying, state.calendar, params
    )
    readings = read_usual(baselines, keys, features, day)
    if features.event_gate is None:
        add_market_facts(state, subject, params)
        read_volatility(baselines, keys, features, day)
    add_flow(state, group, subject, params)
    identity = identity_of(subject.text, opening)
    kept = Kept(
        packet_uid(identity, params), identity, opening.ts, last.ts, group, readings,
        features.day_volume_before,
    )  # fmt: skip
    packet = packet_of(subject, kept, ruling, out)
    out.rows.append(packet)
    if features.event_gate is None:
        _conclude(state, packet, subject, kept, ruling, out)
    push_usual(baselines, keys, features, day, params)
    state.memory.keep(kept, params.cancel_memory_prints)


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


def _conclude(
    state: EngineState, packet: Packet, subject: Subject, kept: Kept, ruling: Ruling, out: Output
) -> None:
    """Add the event of an eligible packet, its hits and links, and its alert if it has one."""
    case = Case(packet, subject.features, subject.label, ruling.params, kept.identity)
    event, fired = event_of(state, case, subject, out)
    kept.event = True
    hits = hits_of(case, event, fired, first=out.ordinal)
    out.rows.extend(hits)
    out.rows.extend(event_links(event, packet))
    if event.abstained:
        return
    alert = build_alert(case, event, fired, ordinal=out.ordinal)
    kept.alert = alert.dedupe_key
    admitted = admit(state.chains, alert, ruling.params)
    if isinstance(admitted, Merged):
        out.rows.append(merged_link(admitted, event))
        kept.alert = ""
    else:
        out.rows.append(admitted)
        out.rows.extend(alert_links(admitted, hits))
    waiting = follow_up_of(case, event, subject.members[-1], ruling)
    if waiting is not None:
        state.followups.add(waiting)


def event_of(
    state: EngineState, case: Case, subject: Subject, out: Output
) -> tuple[SmartMoneyEvent, list[Verdict]]:
    """Add the event that a packet reads as; return it with the rules that fired."""
    features, params = case.features, case.params
    verdicts = classify(features, case.label, params)
    judgement = judge(score_profiles(features, params), features, params)
    event = build_event(
        case, verdicts, judgement, flow_facts(state, subject, params), ordinal=out.ordinal
    )
    out.rows.append(event)
    return event, [verdict for verdict in verdicts if verdict.fired]
