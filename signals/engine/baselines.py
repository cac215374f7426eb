"""What is usual for a contract, its kind and its underlying: robust location and scale of packets.

A baseline says that it has too few samples rather than zero. It depends on event data only; whose
packets may enter it (none that are special, errata 13) is the pipeline's business.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import msgspec

from signals.engine.baseline_keys import DayPart, Keys, day_part, keys_of
from signals.engine.baseline_shelves import Series, Shelf, Values
from signals.engine.parameter import ParameterGroup, Tuned
from signals.engine.readings import (
    Metric,
    Reading,
    read_window,
    robust_z,
    scaled,
    scaled_logarithm,
    scaled_volatility,
)
from signals.engine.windows import Packed, Window, pack, unpack

__all__ = [
    "BaselineParams",
    "Baselines",
    "DayPart",
    "Elapsed",
    "Keys",
    "Metric",
    "Reading",
    "SavedBaselines",
    "day_part",
    "keys_of",
    "robust_z",
    "scaled",
]

# Counts the trading sessions from one trade date (an ordinal) to another.
Elapsed = Callable[[int, int], int]

_PLACE: dict[Metric, int] = {"premium": 0, "size": 1, "spread": 2, "iv": 3}  # among the windows
_SPEC = "spec 10, errata 20"
_SILENT = Reading()
_EMPTY = Window()  # only to be saved


@dataclass(frozen=True, kw_only=True)
class BaselineParams(ParameterGroup):
    """Windows of the baselines. Source: options-engine.md 10 strict and 19; errata 18 to 20.

    A scope that needs more samples than its window holds stays silent.
    """

    rolling_window_size: Annotated[
        int, Tuned("packets", 2, 10_000, "Newest packets in a contract's baseline", _SPEC)
    ] = 50
    baseline_bucket_window: Annotated[
        int, Tuned("packets", 2, 10_000, "Newest packets in that of like contracts", _SPEC)
    ] = 200
    baseline_underlying_window: Annotated[
        int, Tuned("packets", 2, 10_000, "Newest packets in that of an underlying", _SPEC)
    ] = 1_000
    baseline_contract_min_samples: Annotated[
        int, Tuned("packets", 2, 10_000, "A contract's baseline speaks from here on", _SPEC)
    ] = 12
    baseline_bucket_min_samples: Annotated[
        int, Tuned("packets", 2, 10_000, "That of like contracts speaks from here on", _SPEC)
    ] = 30
    baseline_underlying_min_samples: Annotated[
        int, Tuned("packets", 2, 10_000, "That of an underlying speaks from here on", _SPEC)
    ] = 50
    baseline_ttl_sessions: Annotated[
        int, Tuned("sessions", 1, 250, "Cold when its last packet is this far back", "errata 18")
    ] = 10
    baseline_max_keys: Annotated[
        int, Tuned("baselines", 1, 1_000_000, "Most kept per scope and day part", "spec 10, 19")
    ] = 20_000
    baseline_mad_floor: Annotated[
        float, Tuned("log units", 0.001, 10, "Deviation that is taken at least", "errata 19")
    ] = 0.1
    baseline_edge_minutes: Annotated[
        int, Tuned("min", 0, 120, "Open and close with baselines of their own", "spec 10")
    ] = 15


class SavedShelf(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The baselines of one scope and day part, the one pushed to longest ago first."""

    texts: list[str]
    sessions: list[int]
    windows: Packed


class SavedBaselines(msgspec.Struct, frozen=True, gc=False):
    """All baselines as `Baselines.restore` takes them: equal content, equal bytes."""

    session: int
    shelves: list[SavedShelf]


# Of one packet: the series of its contract, bucket and underlying, None where there is none yet.
Scopes = tuple[Series | None, Series | None, Series | None]
_NOTHING: Scopes = (None, None, None)


class Baselines:
    """The baselines of all contracts, buckets and underlyings, apart for each part of the day.

    Per packet: `read` each metric, then `push` once, so that nothing is measured against itself.
    `params` is the revision in force; it may be replaced between packets, and a window that has
    become smaller shrinks at its next push.
    Each scope of each day part keeps its own `baseline_max_keys`: else the many contracts of a day
    would push out its few underlyings, and its middle the open of the day before.
    """

    __slots__ = ("_elapsed", "_session", "_shelves", "params")

    def __init__(self, elapsed: Elapsed, params: BaselineParams) -> None:
        """Start empty; `elapsed` counts the trading sessions between two trade dates."""
        self.params = params
        self._elapsed = elapsed
        self._session = 0
        self._shelves: dict[str, tuple[Shelf, Shelf, Shelf]] = {
            part: (Shelf(), Shelf(), Shelf()) for part in ("open", "mid", "close")
        }

    def read(self, keys: Keys, metric: Metric, value: float | None, session_date: int) -> Reading:
        """Return a value against its contract's baseline, else its bucket's, else its underlying's.

        Units: those of `scaled`; `session_date` is the ordinal of the packet's trade date.
        Missing: nothing is ready, or the packet lies outside the regular session: an empty scope.
        Source: options-engine.md 10 strict (hierarchy); errata 18 (cold), 20.
        """
        return self.read_in(self.scopes_of(keys, session_date), metric, scaled(metric, value))

    def scopes_of(self, keys: Keys, session_date: int) -> Scopes:
        """Return what a packet is read in; they stay the same until something is pushed."""
        shelves = self._shelves.get(keys.day_part)
        if shelves is None:
            return _NOTHING
        contracts, buckets, underlyings = shelves
        return (
            self._warm(contracts.of.get(keys.contract), session_date),
            self._warm(buckets.of.get(keys.bucket), session_date),
            self._warm(underlyings.of.get(keys.underlying), session_date),
        )

    def read_in(self, scopes: Scopes, metric: Metric, value: int | None) -> Reading:
        """Return a scaled value against the first of the scopes with enough samples, as `read`."""
        params, place = self.params, _PLACE[metric]
        contract, bucket, underlying = scopes
        own = 0
        if contract is not None:
            window = contract.windows[place]
            own = 0 if window is None else len(window.recent)
            if window is not None and own >= params.baseline_contract_min_samples:
                return read_window(window, metric, value, "contract", params.baseline_mad_floor)
        if bucket is not None:
            window = bucket.windows[place]
            if window is not None and len(window.recent) >= params.baseline_bucket_min_samples:
                return read_window(window, metric, value, "bucket", params.baseline_mad_floor)
        if underlying is not None:
            window = underlying.windows[place]
            if window is not None and len(window.recent) >= params.baseline_underlying_min_samples:
                return read_window(window, metric, value, "underlying", params.baseline_mad_floor)
        return Reading(n=own) if own else _SILENT

    def push(
        self,
        keys: Keys,
        *,
        premium_usd: float | None,
        size: int,
        spread_bps: float | None,
        iv: float | None,
        session_date: int,
    ) -> None:
        """Let one packet enter the baselines of its contract, bucket and underlying.

        Missing: a missing value enters none; a packet outside the regular session enters nothing.
        Source: options-engine.md 10 strict; 4.2; errata 18, 20.
        """
        values = (
            scaled_logarithm(premium_usd),
            scaled_logarithm(size),
            scaled_logarithm(spread_bps),
            scaled_volatility(iv),
        )
        self.push_in(self.scopes_of(keys, session_date), keys, values, session_date)

    def push_in(self, scopes: Scopes, keys: Keys, values: Values, session_date: int) -> None:
        """Let scaled values enter the scopes that the packet was read in, as `push`."""
        shelves = self._shelves.get(keys.day_part)
        if shelves is None:
            return
        if session_date > self._session:
            self._forget_cold(session_date)
        contracts, buckets, underlyings = shelves
        contract, bucket, underlying = scopes
        params, most = self.params, self.params.baseline_max_keys
        contract = contracts.keep(keys.contract, contract, session_date, most)
        contract.push(values, params.rolling_window_size)
        if keys.bucket:
            bucket = buckets.keep(keys.bucket, bucket, session_date, most)
            bucket.push(values, params.baseline_bucket_window)
        underlying = underlyings.keep(keys.underlying, underlying, session_date, most)
        underlying.push(values, params.baseline_underlying_window)

    def saved(self) -> SavedBaselines:
        """Return what a restart needs, apart from the parameters."""
        return SavedBaselines(self._session, [_save(shelf) for shelf in self._all()])

    def restore(self, saved: SavedBaselines) -> None:
        """Go on where `saved` was taken, in place of everything held."""
        self._session = saved.session
        for shelf, kept in zip(self._all(), saved.shelves, strict=True):
            shelf.restore(_restored(kept))

    def _warm(self, series: Series | None, session_date: int) -> Series | None:
        if series is None or series.session == session_date:  # nearly always
            return series
        return None if self._is_cold(series, session_date) else series

    def _is_cold(self, series: Series, session_date: int) -> bool:
        return self._elapsed(series.session, session_date) >= self.params.baseline_ttl_sessions

    def _forget_cold(self, session_date: int) -> None:
        """Drop, once a session, what has been cold: expired contracts would else stay for ever."""
        self._session = session_date
        for shelf in self._all():
            shelf.forget_oldest(lambda series: self._is_cold(series, session_date))

    def _all(self) -> list[Shelf]:
        return [shelf for shelves in self._shelves.values() for shelf in shelves]


def _save(shelf: Shelf) -> SavedShelf:
    kept = shelf.in_order()
    return SavedShelf(
        [text for text, _ in kept],
        [series.session for _, series in kept],
        pack(window or _EMPTY for _, series in kept for window in series.windows),
    )


def _restored(kept: SavedShelf) -> Iterator[tuple[str, Series]]:
    windows = unpack(kept.windows)
    for text, session in zip(kept.texts, kept.sessions, strict=True):
        yield text, Series(session, (next(windows), next(windows), next(windows), next(windows)))
