"""The state that the engine owns: open windows, chains of alerts, counters; saved and restored.

A saved state continues exactly where it stood: equal input afterwards gives equal output. Its bytes
are deterministic, so two copies can be compared.
"""

import msgspec

from signals.engine.alerts import Chain
from signals.engine.clusters import Clusters, OpenContract
from signals.engine.parameter import Value
from signals.engine.records import ENGINE_VERSION
from signals.engine.rulings import Rulings

STATE_VERSION = 1

# What is counted, so that nothing vanishes: every print of the log is in exactly one of these.
COUNTERS = (
    "clustered", "late", "late_report", "orphan_cancel", "compression", "zero_price", "unparsed",
)  # fmt: skip
OTHER_COUNTERS = ("tuning_rejected",)


class StateError(ValueError):
    """A saved state that this engine cannot continue."""

    def __init__(self, received: str) -> None:
        """Say what was received and what is expected."""
        self.received = received
        super().__init__(
            f"state is {received}; expected version {STATE_VERSION} of engine {ENGINE_VERSION}; "
            "compute again from the start of the session"
        )


class EngineState:
    """Everything that one print stream's engine remembers. Changed only by `pipeline.step`."""

    __slots__ = ("chains", "clusters", "counters", "rulings", "watermark")

    def __init__(self, *, pinned: bool = False) -> None:
        """Start with nothing seen; a pinned state ignores tuning entries of the log."""
        self.watermark = 0
        self.rulings = Rulings(pinned=pinned)
        self.clusters = Clusters(self.rulings)
        self.chains: dict[str, Chain] = {}
        self.counters = dict.fromkeys((*COUNTERS, *OTHER_COUNTERS), 0)

    @property
    def pinned(self) -> bool:
        """Return whether tuning entries of the log are ignored."""
        return self.rulings.pinned

    @pinned.setter
    def pinned(self, value: bool) -> None:
        self.rulings.pinned = value


class _Saved(msgspec.Struct):
    version: int
    engine: str
    watermark: int
    pinned: bool
    switched: bool
    revision: int
    revisions: dict[int, dict[str, Value]]
    open: dict[str, OpenContract]
    chains: dict[str, Chain]
    counters: dict[str, int]


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Saved)


def encode_state(state: EngineState) -> bytes:
    """Return the state as MessagePack bytes: equal states give equal bytes."""
    opened = {text: state.clusters.open[text] for text in sorted(state.clusters.open)}
    referred = {held.revision for contract in opened.values() for held in contract.held}
    saved = _Saved(
        version=STATE_VERSION,
        engine=ENGINE_VERSION,
        watermark=state.watermark,
        pinned=state.rulings.pinned,
        switched=state.rulings.switched,
        revision=state.rulings.current,
        revisions=state.rulings.saved(referred),
        open=opened,
        chains=state.chains,
        counters=state.counters,
    )
    return _ENCODER.encode(saved)


def decode_state(encoded: bytes) -> EngineState:
    """Return the state of `encode_state`'s bytes.

    Errors: StateError for bytes of another version or engine, or that are no state at all.
    """
    try:
        saved = _DECODER.decode(encoded)
    except msgspec.MsgspecError as error:
        raise StateError(f"unreadable ({error})") from error
    if saved.version != STATE_VERSION or saved.engine != ENGINE_VERSION:
        raise StateError(f"version {saved.version} of engine {saved.engine}")
    state = EngineState(pinned=saved.pinned)
    state.watermark = saved.watermark
    state.rulings.restore(saved.revisions, saved.revision)
    state.rulings.switched = saved.switched
    state.clusters = Clusters(state.rulings, saved.open)
    state.chains = saved.chains
    state.counters = saved.counters
    return state
