"""Which revision of the tuning is in force, and which ones open windows still belong to."""

from collections.abc import Iterable, Mapping

import msgspec

from signals.engine.parameter import Value
from signals.engine.params import Params, TuningError


class Ruling(msgspec.Struct, frozen=True):
    """One revision's number and its checked values."""

    revision: int
    params: Params


class Rulings:
    """The revision in force, and every revision that an open window was opened under.

    A window belongs to the revision in force at its opening print (design, point 8).
    """

    __slots__ = ("_known", "current", "pinned", "switched")

    def __init__(self, *, pinned: bool = False) -> None:
        """Start without any revision: the first step brings one."""
        self._known: dict[int, Ruling] = {}
        self.current = 0
        self.switched = False  # a control entry has taken over from the caller's revision
        self.pinned = pinned

    def adopt(self, revision: int, params: Params) -> None:
        """Take the caller's revision, unless the log itself has named one."""
        if self.pinned or not self.switched:
            self._put(revision, params)

    def switch(self, payload: Mapping[str, object]) -> bool:
        """Take the revision of a `tuning` control entry; return whether it was taken.

        A pinned run ignores it. Values that do not fit leave the last good revision in force: a
        bad entry of the log must not stop the stream for ever.
        """
        revision, values = payload.get("revision"), payload.get("values")
        if self.pinned or not isinstance(revision, int) or not isinstance(values, Mapping):
            return False
        try:
            params = Params.from_values(values)
        except TuningError:
            return False
        self._put(revision, params)
        self.switched = True
        return True

    def of(self, revision: int) -> Ruling:
        """Return a revision that is in force or still referred to."""
        return self._known[revision]

    def cluster_params(self, revision: int) -> Params:
        """Return the parameters of a revision."""
        return self._known[revision].params

    def saved(self, referred: Iterable[int]) -> dict[int, dict[str, Value]]:
        """Return the values of the current revision and of those referred to, by number."""
        wanted = {self.current, *referred} & self._known.keys()
        return {revision: self._known[revision].params.values() for revision in sorted(wanted)}

    def restore(self, saved: Mapping[int, Mapping[str, Value]], current: int) -> None:
        """Take back what `saved` returned."""
        for revision, values in saved.items():
            self._put(revision, Params.from_values(values))
        self.current = current

    def _put(self, revision: int, params: Params) -> None:
        known = self._known.get(revision)
        if known is None or known.params is not params:
            self._known[revision] = Ruling(revision, params)
        self.current = revision
