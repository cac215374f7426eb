"""Open interest by trade date and contract, as the log told it before the contract's packets."""

from collections.abc import Iterable, Mapping
from typing import Any

from flow.domain.open_interest import OpenInterest, read_open_interest

# A packet of the last trade date may still be open when the next one begins: index options open at
# 20:15 the evening before.
KEPT_DATES = 2


class OpenInterests:
    """What stood open at the start of the newest trade dates; the last entry holds."""

    __slots__ = ("_by_date",)

    def __init__(self, saved: Iterable[OpenInterest] = ()) -> None:
        """Start empty, or from what `saved` gave."""
        self._by_date: dict[int, dict[str, OpenInterest]] = {}
        for record in saved:
            self._put(record)

    def add(self, payload: Mapping[str, Any]) -> bool:
        """Take the payload of an `open_interest` control entry; False for what is none."""
        record = read_open_interest(payload)
        if record is None:
            return False
        self._put(record)
        return True

    def of(self, contract: str, session_date: int) -> int | None:
        """Return the contracts open at the start of a trade date, None where nothing told."""
        found = self._by_date.get(session_date, {}).get(contract)
        return None if found is None else found.open_interest

    def saved(self) -> list[OpenInterest]:
        """Return what a restart needs, by trade date and contract."""
        return [
            record
            for _, records in sorted(self._by_date.items())
            for _, record in sorted(records.items())
        ]

    def _put(self, record: OpenInterest) -> None:
        self._by_date.setdefault(record.session_date, {})[record.contract] = record
        if len(self._by_date) > KEPT_DATES:
            del self._by_date[min(self._by_date)]
