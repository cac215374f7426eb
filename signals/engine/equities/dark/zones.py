"""Zones of hidden liquidity: blocks that printed inside the quote near one price in one session.

A block that fits a zone joins it: the one that it widens least, of those the older. Else it waits
with the other loose blocks, until as many as make a zone lie within the width. So the first zone
of a session opens at the very block at which enough of its blocks fit, in whatever order they came;
each further one when enough fit that no zone has. Which zone a block ends up in hangs on the order,
for what a zone was told of stays in it.
"""

from signals.engine.equities.dark import sentences
from signals.engine.equities.dark.case import DarkCase
from signals.engine.equities.dark.evidence import Entry, evidence_of
from signals.engine.equities.dark.output import DarkOutput, Telling, head_of
from signals.engine.equities.dark.params import DarkParams
from signals.engine.equities.dark.records import DarkStatus
from signals.engine.equities.dark.state import DarkState, Symbol, Zone
from signals.engine.equities.dark.thresholds import Threshold, gathered_confidence, threshold_of


def join_zone(case: DarkCase, entry: Entry, least: Threshold) -> None:
    """Let a block join or open a zone, or wait for others; tell of a zone that it makes news.

    Source: platform.md 2.3 D12; what is enough, how near and the confidence are guesses.
    """
    zone = _fitting(case.state, case.symbol, entry.price_micros)
    if zone is None:
        _gather(case, entry, least)
        return
    zone.add(entry)
    params = case.state.rulings.of(zone.head.revision).params
    if zone.evidence.sums.count - zone.told >= params.dark_update_growth * zone.told:
        _tell(zone, least, "updated", params, case.out)


def _fitting(state: DarkState, symbol: Symbol, price_micros: int) -> Zone | None:
    """Return the zone that a price fits and widens least; of as many the older one."""
    found: list[tuple[int, int]] = []
    for place, zone in enumerate(symbol.zones):
        low, high = min(zone.low_micros, price_micros), max(zone.high_micros, price_micros)
        if _fits(low, high, state.rulings.of(zone.head.revision).params):
            found.append((high - low - (zone.high_micros - zone.low_micros), place))
    return symbol.zones[min(found)[1]] if found else None


def _fits(low_micros: int, price_micros: int, params: DarkParams) -> bool:
    """Return whether a price is within the width above the lowest, in basis points of that."""
    above = price_micros - low_micros
    return 0 <= above * 10_000 <= params.dark_zone_width_bps * low_micros


def _gather(case: DarkCase, entry: Entry, least: Threshold) -> None:
    """Open a zone with the most loose blocks that fit with a new one, where they are enough.

    Of as many the narrowest, of those the lowest.
    """
    symbol, params = case.symbol, case.ruling.params
    symbol.loose.append(entry)
    price = entry.price_micros
    lowest = {each.price_micros for each in symbol.loose if _fits(each.price_micros, price, params)}
    groups = [
        [each for each in symbol.loose if _fits(low, each.price_micros, params)]
        for low in sorted(lowest)
    ]
    group = min(groups, key=lambda each: (-len(each), _spread(each)))
    if len(group) < params.dark_zone_min_blocks:
        return
    symbol.loose = [each for each in symbol.loose if each not in group]
    opening = entry.ts, entry.uid
    head = head_of("hidden_liquidity_zone", case.print.symbol, opening, case.ruling)
    zone = Zone(head, evidence_of(group, params.dark_max_evidence))
    for each in group:
        zone.count_price(each, 1)
    symbol.zones.append(zone)
    _tell(zone, least, "opened", params, case.out)


def _spread(entries: list[Entry]) -> int:
    prices = [entry.price_micros for entry in entries]
    return max(prices) - min(prices)


def end_zones(state: DarkState, symbol: Symbol, out: DarkOutput) -> None:
    """Close the zones of a session that is over, in the order in which they were opened."""
    for zone in symbol.zones:
        _tell(zone, None, "closed", state.rulings.of(zone.head.revision).params, out)
    symbol.zones.clear()
    symbol.loose.clear()


def withdraw(state: DarkState, symbol: Symbol, uid: bytes, out: DarkOutput) -> bool:
    """Take a block out of its zone, which is told again without it, or taken back.

    It stays while enough blocks are left; else what is left waits again, as far as it is kept.
    Source: platform.md 2.3 D9, 3.2 C8.
    """
    for waiting in symbol.loose:
        if waiting.uid == uid:
            symbol.loose.remove(waiting)
            return True
    for zone in symbol.zones:
        kept = zone.evidence.kept()
        entry = next((each for each in kept if each.uid == uid), None)
        if entry is None:
            continue
        params = state.rulings.of(zone.head.revision).params
        if zone.evidence.sums.count > params.dark_zone_min_blocks:
            zone.remove(entry)
            floor, price = params.dark_min_block_size, entry.price_micros
            least = threshold_of(floor, price, symbol.usual, params)
            _tell(zone, least, "updated", params, out, reasons=_WITHDRAWN)
        else:
            _tell(zone, None, "withdrawn", params, out)
            symbol.zones.remove(zone)
            left = [each for each in kept if each.uid != uid]
            symbol.loose = sorted([*symbol.loose, *left], key=_place)
        return True
    return False


def _place(entry: Entry) -> tuple[int, int]:
    return entry.ts, entry.seq


_WITHDRAWN = ("print_withdrawn",)
_REASONS: dict[DarkStatus, tuple[str, ...]] = {
    "closed": ("session_over",),
    "withdrawn": _WITHDRAWN,
}


def _tell(
    zone: Zone,
    least: Threshold | None,
    status: DarkStatus,
    params: DarkParams,
    out: DarkOutput,
    *,
    reasons: tuple[str, ...] = (),
) -> None:
    reasons = reasons or _REASONS.get(status, ())
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
    if reasons == _WITHDRAWN:
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
            reasons=reasons,
        ),
    )


def _worth(zone: Zone, status: DarkStatus) -> float:
    return 0.0 if status == "withdrawn" else zone.peak
