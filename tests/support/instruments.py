"""Instrument ids without a database: numbered in the order in which names come."""


class NumberedInstruments:
    """Gives each contract and symbol a number and keeps it."""

    def __init__(self) -> None:
        self._contracts: dict[str, int] = {}
        self._symbols: dict[str, int] = {}

    def contract(self, name: str) -> tuple[int, int]:
        return self._contracts.setdefault(name, len(self._contracts) + 1), self.symbol("SPY")

    def symbol(self, name: str) -> int:
        return self._symbols.setdefault(name, len(self._symbols) + 1)
