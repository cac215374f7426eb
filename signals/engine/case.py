"""One final packet with all that judging it needs, handed from rule to event to alert."""

from typing import TYPE_CHECKING

import msgspec

from flow.domain.contracts import Contract
from flow.domain.ids import content_uid
from signals.engine.features import Features
from signals.engine.records import ENGINE_VERSION, Packet

if TYPE_CHECKING:  # params gathers the rules' records, and the rules take cases
    from signals.engine.params import Params


class Case(msgspec.Struct, frozen=True):
    """One packet, its features, its contract, and the revision that it is judged under."""

    packet: Packet
    features: Features
    contract: Contract
    params: "Params"
    opening_uid: bytes

    def uid(self, kind: str, *more: str) -> bytes:
        """Return the content identity of a row that is concluded from this packet."""
        return content_uid(
            kind,
            ENGINE_VERSION,
            self.params.digest,
            self.packet.contract,
            self.opening_uid.hex(),
            *more,
        )
