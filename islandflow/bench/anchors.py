"""What this machine does with plain work right now: the units of the goals (performance.md, 8)."""

import time
from collections.abc import Sequence

import msgspec

from flow.domain.events import MarketEvent

TURNS = 1_000_000
KEYS = 20_000  # as many as the measured market lists contracts
_STRIDE = 7_919  # a prime: neighbours in time are not neighbours in memory


def a0_per_s() -> float:
    """Return how many dict reads with a write back CPython does a second.

    Exactly: one million turns of `table[key] = table[key]` in a local loop over a list of keys,
    the 20,000 numbers of the table in steps of 7,919; CPU time of the loop alone.
    """
    keys = [turn * _STRIDE % KEYS for turn in range(TURNS)]
    table = {key: key for key in range(KEYS)}
    began = time.process_time()
    for key in keys:
        table[key] = table[key]
    return TURNS / (time.process_time() - began)


def a1_per_s(events: Sequence[MarketEvent]) -> float:
    """Return how many JSON lines of these events msgspec decodes a second, typed, one by one."""
    decoders = {kind: msgspec.json.Decoder(kind) for kind in {type(event) for event in events}}
    lines = [(decoders[type(event)], msgspec.json.encode(event)) for event in events]
    began = time.process_time()
    for decoder, line in lines:
        decoder.decode(line)
    return len(lines) / (time.process_time() - began)
