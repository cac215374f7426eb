"""The evidence of one packet as a record: facts, checks, both sides, the sum, members, versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flow.domain.events import PrintFlag
from flow.live.tape import TapeLine, tape_line
from flow.storage.pages import PrintRow, QuoteRow
from flow.templatetags import flow_format as fmt
from signals.engine.facts import Fact, facts_of
from signals.engine.meanings import MEANINGS
from signals.engine.profiles.readings import READINGS as PROFILES
from signals.engine.quality import grade_of
from signals.evidence.arguments import arguments_of
from signals.evidence.checks import Case, Check, run_checks
from signals.evidence.context import FlowLine, flow_lines
from signals.evidence.floors import Floor, deciding_floors, rule_floors
from signals.evidence.hypotheses import Hypothesis, hypotheses_of
from signals.evidence.legs import LegLine, leg_lines
from signals.evidence.reasons import declines_of, suppressions_of
from signals.evidence.sources import Sources
from signals.evidence.strip import Strip, build_strips
from signals.evidence.sums import (
    Term,
    Threshold,
    number,
    score_terms,
    thresholds_of,
)
from signals.panels import DIRECTIONS, address_of, family_of

# How a block was executed, in words.
MECHANISMS = {
    "auction": "in an auction",
    "cross": "as a cross",
    "floor": "on a floor",
    "auto": "electronically",
    "complex": "in a package",
    "unknown": "by a way that the feed does not state",
}
# Units that say nothing more beside a value.
UNSAID = ("text", "flag", "sign", "count", "prints")


@dataclass(frozen=True, slots=True)
class Value:
    """One number of a sentence: its key, what people call it, and the value with its unit."""

    key: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, the numbers that it rests on and the limits that it was held against."""

    text: str
    rule: str
    values: list[Value]
    thresholds: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Member:
    """One member print with its frozen quote, and whether the logged quote is still there."""

    line: TapeLine
    seq: int
    bid: str
    ask: str
    quote_seq: int | None
    logged: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that the drawer shows, in its order."""

    contract: str
    underlying: str
    sources: Sources
    facts: list[str]
    checks: list[Check]
    arguments_for: list[Sentence]
    arguments_against: list[Sentence]
    terms: list[Term]
    reading: str
    family: str
    hypotheses: list[Hypothesis]
    margin: str
    flow: list[FlowLine]
    legs: list[LegLine]
    direction: str
    direction_word: str
    grade: str
    best: str
    verdict: str
    merged_address: str
    declines: list[str]
    suppressions: list[str]
    deciding: list[Floor]
    rule_floors: list[Floor]
    members: list[Member]
    members_missing: int
    strips: list[Strip]
    thresholds: list[Threshold]


def build_evidence(found: Sources) -> Evidence:
    """Turn what was read into what is shown; reads nothing itself."""
    packet, event, alert = found.packet, found.event, found.alert
    sides, deciding = arguments_of(found), deciding_floors(found)
    family, _, reading = family_of(event.primary_profile if event else None)
    quality = event.evidence_quality if event else None
    used = sides.cited | {floor.key for floor in deciding}
    direction = event.direction if event else "unknown"
    return Evidence(
        contract=fmt.contract_text(packet.contract),
        underlying=packet.underlying,
        sources=found,
        facts=facts(found.packet, found.members),
        checks=run_checks(Case(found.members, packet.features)),
        arguments_for=[sentence_of(item) for item in sides.support],
        arguments_against=[sentence_of(item) for item in sides.doubt],
        terms=score_terms(alert.breakdown, alert.score) if alert else [],
        reading=reading,
        family=family,
        hypotheses=hypotheses_of(event),
        margin=number(event.features.get("margin")) if event else "",
        flow=flow_lines(event.features.get("flow") if event else None),
        legs=leg_lines(packet.features),
        direction=direction,
        direction_word=DIRECTIONS.get(direction, direction),
        grade=grade_of(quality) if quality is not None else "",
        best=best_of(found),
        verdict=verdict_of(found),
        merged_address=address_of(found.merged_into) if found.merged_into else "",
        declines=declines_of(found),
        suppressions=suppressions_of(found),
        deciding=deciding,
        rule_floors=rule_floors(found),
        members=[_member(row, found.quotes) for row in found.members],
        members_missing=packet.print_count - len(found.members),
        strips=build_strips(found.members),
        thresholds=thresholds_of(found.tuning, used),
    )


def verdict_of(found: Sources) -> str:
    """Return what became of a packet in a word or two."""
    if found.alert is not None:
        return "Withdrawn" if found.alert.withdrawn else "Read"
    if found.event is None or found.event.abstained:
        return "Decline"
    return "Read, merged" if found.merged_into else "Read, without an alert"


def best_of(found: Sources) -> str:
    """Return the best hypothesis of an event that declines: what both sides then speak of."""
    event = found.event
    if event is None or not event.abstained or not event.scores:
        return ""
    profile: str = event.scores[0]["profile_id"]
    return PROFILES.get(profile, profile)


def facts(packet: Any, members: Sequence[PrintRow]) -> list[str]:
    """Return what happened, without adjective and without inference; unknown shares are stated."""
    features = packet.features
    venues = features.get("venue_count")
    where = "venues not stated" if venues is None else f"on {venues} venue{'s' * (venues != 1)}"
    span = fmt.age(int((packet.end_ts - packet.ts).total_seconds() * 1_000_000))
    many = packet.print_count != 1
    prints = f"{packet.print_count:,} prints in {span}" if many else "1 print"
    premium = fmt.money(packet.premium_micros)
    lines = [f"{packet.size:,} contracts, {premium}, {prints}, {where}."]
    if not members:
        return lines
    case = Case(members, features)
    if any(row.flags & PrintFlag.MINUTE_BAR for row in members):
        lines.append("Minute bars: one price a minute, so nothing is said about sides.")
        return [*lines, _standing(members[0])]
    asked, bid = case.share(lambda r: r.side >= 5), case.share(lambda r: r.side in (2, 3))
    inside, unknown = case.share(lambda r: r.side == 4), case.share(lambda r: r.side in (0, 1))
    lines.append(
        f"By size {fmt.percent(asked)} printed at or above the ask, {fmt.percent(bid)} at or below "
        f"the bid, {fmt.percent(inside)} inside, {fmt.percent(unknown)} unknown."
    )
    if features["block_mechanisms"]:
        lines.append(_blocks(features["block_mechanisms"]))
    return [*lines, _standing(members[0])]


def _blocks(counts: Mapping[str, int]) -> str:
    """Say how many prints are blocks, and how each was executed."""
    ways = ", ".join(f"{count:,} {MECHANISMS.get(way, way)}" for way, count in counts.items())
    total = sum(counts.values())
    return f"{total:,} block{'s' * (total != 1)}: {ways}."


def _standing(row: PrintRow) -> str:
    """Say what stood when the packet opened."""
    line = tape_line(row)
    quote = f"{line.quote}, {line.quote_title}" if row.quote_ts else line.quote_title
    known = line.spot != fmt.DASH
    spot = f"underlying {line.spot}; {line.move_title}" if known else line.spot_title
    return f"At the first print: quote {quote}; {spot}."


def sentence_of(item: Mapping[str, Any]) -> Sentence:
    """Return one stored explanation for people."""
    return Sentence(
        text=item["text"],
        rule=str(item.get("rule", "")).replace("_", " "),
        values=_values(item.get("values", {})),
        thresholds=[(key, number(value)) for key, value in item.get("thresholds", {}).items()],
    )


def _values(values: Mapping[str, Any]) -> list[Value]:
    """Return the numbers of a sentence: the features that it cites, then what is its own.

    A key that is no feature is a number of the rule itself, such as its confidence, or one of an
    older engine: it is called by its key.
    """
    cited = facts_of(values, [key for key in values if key in MEANINGS])
    own = [key for key in values if key not in MEANINGS]
    return [
        *(Value(fact.key, fact.label, _with_unit(fact)) for fact in cited),
        *(Value(key, key.replace("_", " "), number(values[key])) for key in own),
    ]


def _with_unit(fact: Fact) -> str:
    words = number(fact.value)
    return words if fact.value is None or fact.unit in UNSAID else f"{words} {fact.unit}"


def _member(row: PrintRow, quotes: Mapping[int, QuoteRow]) -> Member:
    return Member(
        line=tape_line(row),
        seq=row.seq,
        bid=fmt.price(row.bid_micros),
        ask=fmt.price(row.ask_micros),
        quote_seq=row.quote_seq,
        logged=_logged(row, quotes),
    )


def _logged(row: PrintRow, quotes: Mapping[int, QuoteRow]) -> str:
    """Say whether the quote that was frozen into the print is the one that the log holds."""
    if row.quote_seq is None:
        return "none"
    quote = quotes.get(row.quote_seq)
    if quote is None:
        return "expired"
    same = (quote.bid_micros, quote.ask_micros) == (row.bid_micros, row.ask_micros)
    return "found" if same and quote.contract == row.contract else "differs"
