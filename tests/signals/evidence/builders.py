"""What an evidence page reads, made from the engine's own rows: no database."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import msgspec

from flow.domain.events import LogEntry
from signals.engine.features import whole
from signals.engine.params import Params
from signals.engine.records import (
    Alert,
    ClassifierHit,
    Derived,
    Packet,
    SmartMoneyEvent,
)
from signals.evidence.sources import Sources
from tests.signals.engine.test_rule_scenarios import only, run
from tests.support.rows import packet_row, print_row


def found_of(*entries: LogEntry, **tuned: Any) -> Sources:
    """Return the sources of the first packet of a run; `tuned` are values shown as in force."""
    return sources_of(run(*entries), **tuned)


def sources_of(rows: list[Derived], **tuned: Any) -> Sources:
    packet = only(rows, Packet)[0]
    features = whole(msgspec.to_builtins(packet.features))
    event = _first(only(rows, SmartMoneyEvent), packet)
    alert = _first(only(rows, Alert), packet)
    hits: list[Any] = [hit for hit in only(rows, ClassifierHit) if hit.packet_uid == packet.uid]
    values = {"contract": packet.contract, "underlying": packet.underlying}
    return Sources(
        run=SimpleNamespace(id=4, name="old", alias="runs", is_live=False),
        packet=packet_row(features=features, print_count=1, size=packet.size, **values),
        event=event,
        alert=alert,
        hits=hits,
        members=[print_row(contract=packet.contract)],
        quotes={},
        tuning=Params().values() | tuned,
        revision=None,
        ledger=None,
    )


def changed(found: Sources, **features: Any) -> Sources:
    """Return the same sources with some features of the packet set otherwise."""
    packet = found.packet._replace(features={**found.packet.features, **features})
    return replace(found, packet=packet)


def _first(rows: list[Any], packet: Packet) -> Any:
    return next((row for row in rows if row.packet_uid == packet.uid), None)
