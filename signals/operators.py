"""Which pure engine derives which kind of stream. Each owns the state of one stream of one run.

option_print ---> packets, events, hits, alerts       signals.engine.pipeline
equity_print ---> off-exchange events                 signals.engine.equities.dark
             ---> candles of 1 s and 1 min            flow.domain.candles
"""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from flow.domain.candles.bar import Bar
from flow.domain.candles.saving import CandleStateError, decode_candles, encode_candles
from flow.domain.candles.state import CandleState
from flow.domain.candles.step import advance
from flow.domain.events import StreamKind
from flow.domain.sessions import Calendar
from signals.engine import pipeline
from signals.engine.equities.dark import pipeline as dark
from signals.engine.equities.dark.records import DarkEvent
from signals.engine.params import Params
from signals.engine.records import Derived
from signals.engine.state import StateError

DerivedRow = Derived | DarkEvent | Bar

# In the order in which a worker steps them.
KINDS: tuple[StreamKind, ...] = ("option_print", "equity_print")


class Operator(Protocol):
    """One stream's engine."""

    @property
    def revision(self) -> int:
        """Return the tuning revision in force."""
        ...  # pragma: no cover

    def take(self, entries: Sequence[Any]) -> list[DerivedRow]:
        """Take the next entries of the log and return what became final."""
        ...  # pragma: no cover

    def encode(self) -> bytes:
        """Return the state; equal states give equal bytes."""
        ...  # pragma: no cover


class OptionOperator:
    """Options: packets and what is read from them."""

    def __init__(self, state: pipeline.EngineState) -> None:
        """Own a state."""
        self._state = state
        self._params = Params()

    @property
    def revision(self) -> int:
        return self._state.rulings.current

    def take(self, entries: Sequence[Any]) -> list[DerivedRow]:
        return [*pipeline.step(self._state, entries, self._params)]

    def encode(self) -> bytes:
        return pipeline.encode_state(self._state)


class _Pair(msgspec.Struct, array_like=True):
    dark: bytes
    candles: bytes


class EquityOperator:
    """Equities: off-exchange inference, then candles, each from the same entries."""

    def __init__(self, off_exchange: dark.DarkState, candles: CandleState) -> None:
        """Own both states."""
        self._dark, self._candles = off_exchange, candles
        self._params = Params()

    @property
    def revision(self) -> int:
        return self._dark.rulings.current

    def take(self, entries: Sequence[Any]) -> list[DerivedRow]:
        found: list[DerivedRow] = [*dark.step(self._dark, entries, self._params)]
        return found + advance(self._candles, entries)

    def encode(self) -> bytes:
        pair = _Pair(dark.encode_state(self._dark), encode_candles(self._candles))
        return msgspec.msgpack.encode(pair)


def new_operator(kind: StreamKind, source: str, calendar: Calendar) -> Operator:
    """Return the operator of a source's stream that nothing has been derived from."""
    if kind == "option_print":
        return OptionOperator(pipeline.new_state(calendar=calendar))
    return EquityOperator(dark.new_state(), CandleState(calendar=calendar, source=source))


def restore_operator(kind: StreamKind, encoded: bytes, calendar: Calendar) -> Operator:
    """Return the operator of `encode`'s bytes. Errors: StateError where it cannot go on."""
    if kind == "option_print":
        return OptionOperator(pipeline.decode_state(encoded, calendar))
    try:
        pair = msgspec.msgpack.decode(encoded, type=_Pair)
        candles = decode_candles(pair.candles, calendar)
    except (msgspec.MsgspecError, CandleStateError) as error:
        raise StateError(f"unreadable ({error})") from error
    return EquityOperator(dark.decode_state(pair.dark), candles)
