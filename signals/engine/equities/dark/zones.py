"""Zones of hidden liquidity: blocks that printed inside the quote near one price in one session.

A block joins the nearest zone whose anchor, its first price, is within half the width; where none
is, it founds one. So a zone is never wider than that, and anchors stay few.
"""

from signals.engine.equities.dark import sentences
from signals.engine.equities.dark.case import DarkCase
from signals.engine.equities.dark.evidence import Entry, evidence_of
from signals.engine.equities.dark.output import DarkOutput, Telling, head_of
from signals.engine.equities.dark.params import DarkParams
from signals.engine.equities.dark.records import DarkStatus
from signals.engine.equities.dark.state import DarkState, Symbol, Zone
from signals.engine.equities.dark.thresholds import Threshold, gathered_confidence


def join_zone(case: DarkCase, entry: Entry, least: Threshold) -> None:
    """Let a block join or found a zone, and tell of the zone when it has enough.

    Source: platform.md 2.3 D12; what is enough, how near and the confidence are guesses.
    """
    zone = _nearest(case.symbol, entry.price_micros)
    if zone is None:
        params = case.ruling.params
        evidence = evidence_of([entry], params.dark_max_evidence)
        case.symbol.zones.append(
            Zone(
                entry.price_micros, params.dark_zone_width_bps / 2,
                case.ruling.revision, evidence,
                entry.price_micros, entry.price_micros,
            )
        )  # fmt: skip
        return
    zone.evidence.add(entry)
    zone.low_micros = min(zone.low_micros, entry.price_micros)
    zone.high_micros = max(zone.high_micros, entry.price_micros)
    ruling = case.state.rulings.of(zone.revision)
    count = zone.evidence.sums.count
    if zone.head is None:
        if count >= ruling.params.dark_zone_min_blocks:
            opening = entry.ts, entry.uid
            zone.head = head_of("hidden_liquidity_zone", case.print.symbol, opening, ruling)
            _tell(zone, least, "opened", ruling.params, case.out)
    elif count - zone.told >= ruling.params.dark_update_growth * zone.told:
        _tell(zone, least, "updated", ruling.params, case.out)


def _nearest(symbol: Symbol, price_micros: int) -> Zone | None:
    """Return the zone with the nearest anchor within reach; of two the older one."""
    reach = [
        (abs(price_micros - zone.anchor_micros), place)
        for place, zone in enumerate(symbol.zones)
        if abs(price_micros - zone.anchor_micros) * 10_000
        <= zone.half_width_bps * zone.anchor_micros
    ]
    return symbol.zones[min(reach)[1]] if reach else None


def end_zones(state: DarkState, symbol: Symbol, out: DarkOutput) -> None:
    """Close the zones of a session that is over, in the order in which they were founded."""
    for zone in symbol.zones:
        if zone.head is not None:
            _tell(zone, None, "closed", state.rulings.of(zone.revision).params, out)
    symbol.zones.clear()


def withdraw(state: DarkState, symbol: Symbol, uid: bytes, out: DarkOutput) -> bool:
    """Take a block out of its zone; a zone that was told and is none any more is taken back."""
    for zone in symbol.zones:
        entry = next((each for each in zone.evidence.kept() if each.uid == uid), None)
        if entry is None:
            continue
        params = state.rulings.of(zone.revision).params
        count = zone.evidence.sums.count - 1
        if zone.head is not None and count < params.dark_zone_min_blocks:
            _tell(zone, None, "withdrawn", params, out)
            zone.head, zone.told, zone.peak = None, 0, 0.0
        if count:
            zone.evidence.remove(entry, ())
        else:
            symbol.zones.remove(zone)
        return True
    return False


def _tell(
    zone: Zone, least: Threshold | None, status: DarkStatus, params: DarkParams, out: DarkOutput
) -> None:
    assert zone.head is not None  # noqa: S101 - only what was opened is told
    evidence, sums = zone.evidence, zone.evidence.sums
    features: dict[str, object] = {
        "print_count": sums.count,
        "size_micros": sums.size_micros,
        "notional_micros": sums.notional_micros,
        "low_micros": zone.low_micros,
        "high_micros": zone.high_micros,
        "improved_count": sums.improved,
        "untold_count": sums.untold,
    }
    said = [
        sentences.zone(features, params),
        *sentences.improved(features, params),
        *sentences.untold(features, params),
    ]
    if status == "withdrawn":
        said.append(sentences.withdrawn())
    if least is not None:
        confidence = gathered_confidence(
            sums,
            params.dark_zone_min_blocks * least.size_micros,
            params.dark_zone_min_blocks,
        )
        zone.peak = max(zone.peak, confidence.value)
        zone.told = sums.count
        said.append(sentences.confidence(confidence))
    out.tell(
        zone.head,
        evidence,
        Telling(
            state=status,
            confidence=_worth(zone, status) if least is None else confidence.value,
            end_ts=evidence.newest.ts,
            features=features,
            explanations=said,
            mid2_end=evidence.newest.mid2,
            reasons=_REASONS.get(status, ()),
        ),
    )


_REASONS: dict[DarkStatus, tuple[str, ...]] = {
    "closed": ("session_over",),
    "withdrawn": ("print_withdrawn",),
}


def _worth(zone: Zone, status: DarkStatus) -> float:
    return 0.0 if status == "withdrawn" else zone.peak
