"""What is known beforehand, told where the product tells it (ingest.reference).

first print of a contract on a trade date      its open interest
first option print of an underlying on it      its report ahead, if one is known
"""

from collections.abc import Iterable, Iterator

from flow.domain.events import OptionPrint
from flow.domain.open_interest import OpenInterest
from ingest.synthetic.earnings import SOURCE, Earnings
from ingest.synthetic.interest import evening_at, standing
from ingest.synthetic.sheet import Item, Notice
from ingest.synthetic.sidecar import symbol_of
from ingest.synthetic.trading_days import trading_calendar


class Facts:
    """Adds the notices of one seed to the items of its market, in wire order."""

    def __init__(self, seed: int) -> None:
        """Start with nothing told."""
        self._seed = seed
        self._earnings = Earnings(seed)
        self._told: set[str] = set()
        self._evening = 0

    def among(self, items: Iterable[Item]) -> list[Item]:
        """Return items with the notices that their option prints call for before them."""
        found: list[Item] = []
        for item in items:
            if isinstance(item.event, OptionPrint):
                found += [Item(item.wire_us, notice) for notice in self._of(item.event)]
            found.append(item)
        return found

    def beats(self, beats: Iterable[tuple[int, list[Item]]]) -> Iterator[tuple[int, list[Item]]]:
        """Yield beats with their notices."""
        for beat, items in beats:
            yield beat, self.among(items)

    def _of(self, event: OptionPrint) -> Iterator[Notice]:
        evening = evening_at(event.ts)
        if evening != self._evening:
            self._evening = evening
            self._told.clear()
        symbol, contract = symbol_of(event), event.contract
        if symbol not in self._told:
            self._told.add(symbol)
            report = self._earnings.ahead(symbol, event.ts)
            if report is not None:
                yield Notice(ts=event.ts, symbol=symbol, what=report)
        if contract not in self._told:
            self._told.add(contract)
            record = OpenInterest(
                contract=contract,
                session_date=trading_calendar().locate(event.ts)[1],
                open_interest=standing(self._seed, contract, evening),
                as_of_date=evening,
                source=SOURCE,
            )
            yield Notice(ts=event.ts, symbol=symbol, what=record, contract=contract)
