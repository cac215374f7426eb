"""Accumulation and distribution: prints of one side gathering in a window, told as episodes.

    prints of one side   . .. .  . ..     .                  |<- window ->|
    rows                     opened  updated                              closed

An episode is told once, continued when enough came to it, and ended: never told again from the
same prints, so no cooldown is needed (D2; errata 55).
"""

from heapq import heappush

from flow.domain.units import MICROS, MILLISECOND_US
from signals.engine.equities.dark import sentences
from signals.engine.equities.dark.case import DarkCase
from signals.engine.equities.dark.evidence import Entry, Evidence, evidence_of
from signals.engine.equities.dark.output import DarkOutput, Telling, head_of
from signals.engine.equities.dark.params import DarkParams
from signals.engine.equities.dark.records import DarkStatus
from signals.engine.equities.dark.state import DarkState, Episode, Held, SideWindow, Symbol, Timer
from signals.engine.equities.dark.thresholds import Threshold, gathered_confidence, threshold_of
from signals.engine.equities.placement import move_bps
from signals.engine.rulings import Ruling


class Standing:
    """How one side of a symbol stands at one print: enough of it, and enough more than the other.

    `imbalance` is the side's share of the size of both in the window, 0 to 1, by weight: of all
    prints there, while only those that no ended episode told can be enough.
    """

    __slots__ = ("imbalance", "is_enough", "is_one_sided", "least", "opposite", "params", "whole")

    def __init__(
        self, side: SideWindow, opposite: SideWindow, least: Threshold, params: DarkParams
    ) -> None:
        """Measure. Source: platform.md 2.3, triggers; D3."""
        own, other = side.whole_micros, opposite.whole_micros
        self.least, self.params, self.whole, self.opposite = least, params, own, other
        self.is_enough = (
            side.sums.weight_ppm >= params.dark_min_accum_count * MICROS
            and side.sums.weighted_micros >= least.size_micros
        )
        self.imbalance = own / max(1, own + other)
        self.is_one_sided = self.imbalance >= params.dark_min_imbalance


def ruling_of(state: DarkState, side: SideWindow, ruling: Ruling) -> Ruling:
    """Return the revision that a side is judged by: its open episode's, else the print's."""
    return state.rulings.of(side.episode.head.revision) if side.episode else ruling


def admit(case: DarkCase, entry: Entry) -> None:
    """Take one print into its side's window and tell what that opens, continues or turns."""
    state, symbol = case.state, case.symbol
    buys, sells = symbol.buys, symbol.sells
    own, other = (buys, sells) if entry.sign > 0 else (sells, buys)
    own_ruling = ruling_of(state, own, case.ruling)
    other_ruling = ruling_of(state, other, case.ruling)
    _evict(state, symbol, entry.ts, case.ruling)
    own.add(entry)
    if own.episode:
        own.episode.evidence.add(entry)
    _judge(case, own, _stand(symbol, own, entry, own_ruling.params), own_ruling)
    if other.episode:
        _note(state, other.episode, _stand(symbol, other, entry, other_ruling.params), entry.ts)


def _evict(state: DarkState, symbol: Symbol, ts: int, ruling: Ruling) -> None:
    """Forget what is in neither side's window any more at an instant."""
    for side in (symbol.buys, symbol.sells):
        window_ms = ruling_of(state, side, ruling).params.dark_window_ms
        side.evict(ts - window_ms * MILLISECOND_US)


def _stand(symbol: Symbol, side: SideWindow, entry: Entry, params: DarkParams) -> Standing:
    opposite = symbol.sells if side is symbol.buys else symbol.buys
    least = threshold_of(params.dark_min_accum_size, entry.price_micros, symbol.usual, params)
    return Standing(side, opposite, least, params)


def _judge(case: DarkCase, side: SideWindow, standing: Standing, ruling: Ruling) -> None:
    """Tell what the newest print of a side makes of it."""
    name, newest, episode = case.print.symbol, side.entries[-1], side.episode
    holds = standing.is_enough and standing.is_one_sided
    if episode:
        _note(case.state, episode, standing, newest.ts)
        if holds and _is_news(episode, standing.params):
            _tell(episode, side, standing, "updated", case.out)
    elif holds:
        episode = side.episode = _begin(name, side, ruling)
        timer = _due(episode, standing.params), name, side.kind, episode.head.uid
        heappush(case.state.timers, timer)
        _tell(episode, side, standing, "opened", case.out)
    elif standing.is_enough:
        case.state.counters["two_sided"] += 1
        if not side.abstained:
            side.abstained = True
            _tell(_begin(name, side, ruling), side, standing, "abstained", case.out)


def _begin(name: str, side: SideWindow, ruling: Ruling) -> Episode:
    newest = side.entries[-1]
    head = head_of(side.kind, name, (newest.ts, newest.uid), ruling)
    evidence = evidence_of(side.entries, ruling.params.dark_max_evidence)
    return Episode(head, evidence, 0, 0.0, newest.ts)


def _note(state: DarkState, episode: Episode, standing: Standing, ts: int) -> None:
    """Note at a print whether an open episode's condition still holds, or its other side grew."""
    if not standing.is_enough:
        return
    if standing.is_one_sided:
        episode.held_ts = ts
    else:
        state.counters["two_sided"] += 1
        episode.two_sided += 1


def _is_news(episode: Episode, params: DarkParams) -> bool:
    """Return whether enough prints came since the last row.

    Half of the least count (D2), and a share of what was told before: else an episode of a busy
    hour would have hundreds of revisions.
    """
    count = episode.evidence.sums.count - episode.told
    is_half = 2 * count >= params.dark_min_accum_count
    return is_half and count >= params.dark_update_growth * episode.told


def withdraw(
    state: DarkState, side: SideWindow, entry: Entry, cancel: Held, out: DarkOutput
) -> None:
    """Tell an episode again without a print, end it, or take it back.

    It goes on while what is left of it would still have been enough to tell of, and its last
    instant without the print has not passed when the print is taken back.
    Shape: the caller took the episode's timer away, and the print out of its window.
    """
    symbol, episode = state.symbols[cancel[3].symbol], side.episode
    assert episode is not None  # noqa: S101 - asked for open episodes only
    params = state.rulings.of(episode.head.revision).params
    least = threshold_of(params.dark_min_accum_size, entry.price_micros, symbol.usual, params)
    sums = episode.evidence.sums
    is_enough = (
        sums.weight_ppm - entry.weight_ppm >= params.dark_min_accum_count * MICROS
        and sums.weighted_micros - entry.weighted_micros >= least.size_micros
    )
    if not is_enough:
        _tell(episode, side, _stand(symbol, side, entry, params), "withdrawn", out)
        side.episode = None
        return
    episode.evidence.remove(entry, side.entries)
    last = _due(episode, params)
    if last < cancel[0]:
        _tell_end(episode, last, params, out, reasons=_WITHDRAWN)
        side.clear()
        return
    _evict(state, symbol, cancel[0], state.rulings.of(cancel[2]))
    standing = _stand(symbol, side, entry, params)
    _tell(episode, side, standing, "updated", out, reasons=_WITHDRAWN)
    heappush(state.timers, (last, episode.head.symbol, side.kind, episode.head.uid))


def _due(episode: Episode, params: DarkParams) -> int:
    """Return the last instant of an episode: its window empties, or it lapsed."""
    empties = episode.evidence.newest.ts + params.dark_window_ms * MILLISECOND_US
    return min(empties, episode.held_ts + params.dark_lapse_ms * MILLISECOND_US)


def close_if_due(state: DarkState, timer: Timer, out: DarkOutput) -> None:
    """Close an open episode whose last instant has passed; else wait for the instant it now has.

    Shape: each open episode has exactly one timer.
    """
    due, name, kind, uid = timer
    symbol = state.symbols[name]
    side = symbol.buys if kind == symbol.buys.kind else symbol.sells
    episode = side.episode
    assert episode is not None  # noqa: S101 - only its own timer closes it
    params = state.rulings.of(episode.head.revision).params
    last = _due(episode, params)
    if last > due:
        heappush(state.timers, (last, name, kind, uid))
        return
    _tell_end(episode, last, params, out)
    side.clear()


_WITHDRAWN = ("print_withdrawn",)
_UNSURE: dict[DarkStatus, tuple[str, ...]] = {
    "abstained": ("two_sided",),
    "withdrawn": _WITHDRAWN,
}


def _tell(
    episode: Episode,
    side: SideWindow,
    standing: Standing,
    status: DarkStatus,
    out: DarkOutput,
    *,
    reasons: tuple[str, ...] = (),
) -> None:
    """Tell of an episode as it stands; its confidence is that of the window (D6)."""
    params, evidence = standing.params, episode.evidence
    confidence = gathered_confidence(
        side.sums, standing.least.size_micros, params.dark_min_accum_count
    )
    features = _sums(evidence) | {
        "window_print_count": side.sums.count,
        "window_micros": standing.whole,
        "opposite_micros": standing.opposite,
        "imbalance": round(standing.imbalance, 6),
        "least_size_micros": standing.least.size_micros,
        "least_source": standing.least.source,
        "usual_size_micros": standing.least.usual_micros,
        "usual_n": standing.least.usual_n,
        "two_sided_count": episode.two_sided,
    }
    is_sure = status not in _UNSURE
    said = [
        sentences.gathered(side.kind, features, is_read=is_sure),
        sentences.least(features, params, "One side of a window"),
        sentences.balance(features, params),
        sentences.impact(features),
        *sentences.improved(features, params),
        *sentences.untold(features, params),
    ]
    if is_sure:
        said.append(sentences.confidence(confidence))
    value = confidence.value if is_sure else 0.0  # an abstention is sure of nothing
    if reasons or status == "withdrawn":
        said.append(sentences.withdrawn())
    telling = Telling(
        state=status,
        confidence=value,
        end_ts=evidence.newest.ts,
        features=features,
        explanations=said,
        mid2_end=evidence.newest.mid2,
        reasons=reasons or _UNSURE.get(status, ()),
    )
    out.tell(episode.head, evidence, telling)
    episode.told, episode.peak = evidence.sums.count, max(episode.peak, value)


def _tell_end(
    episode: Episode,
    closed_ts: int,
    params: DarkParams,
    out: DarkOutput,
    *,
    reasons: tuple[str, ...] = (),
) -> None:
    """Tell the whole of an episode; its confidence is the highest of its rows."""
    newest = episode.evidence.newest
    is_empty = closed_ts == newest.ts + params.dark_window_ms * MILLISECOND_US
    because = "window_empty" if is_empty else "lapsed"
    features = _sums(episode.evidence) | {
        "closed_ts": closed_ts,
        "closed_because": because,
        "two_sided_count": episode.two_sided,
    }
    said = [
        sentences.gathered(episode.head.kind, features),
        sentences.impact(features),
        *sentences.improved(features, params),
        *sentences.untold(features, params),
        sentences.ended(features, params),
        *([sentences.withdrawn()] if reasons else []),
    ]
    telling = Telling(
        state="closed",
        confidence=episode.peak,
        end_ts=newest.ts,
        features=features,
        explanations=said,
        mid2_end=newest.mid2,
        reasons=(because, *reasons),
    )
    out.tell(episode.head, episode.evidence, telling)


def _sums(evidence: Evidence) -> dict[str, object]:
    """Return what all prints of an episode come to, for the sentences."""
    sums, first, newest = evidence.sums, evidence.first, evidence.newest
    return {
        "print_count": sums.count,
        "size_micros": sums.size_micros,
        "notional_micros": sums.notional_micros,
        "duration_us": newest.ts - first.ts,
        "mid_start_micros": first.mid2 // 2,
        "mid_end_micros": newest.mid2 // 2,
        "impact_bps": move_bps(first.mid2, newest.mid2),
        "improved_count": sums.improved,
        "untold_count": sums.untold,
    }
