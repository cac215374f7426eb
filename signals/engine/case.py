"""One packet with all that judging it needs, handed from rule to profile to event to alert."""

from typing import TYPE_CHECKING

import msgspec

from flow.domain.ids import text_uid
from signals.engine.features import Features
from signals.engine.records import ENGINE_VERSION, Packet

if TYPE_CHECKING:  # params gathers the rules' records, and the rules take cases
    from signals.engine.params import Params


class Case(msgspec.Struct, frozen=True, gc=False):
    """One packet, its features, its name for people, and the revision that it is judged under.

    `identity` is what the packet's own uid was made from, so that each row concluded from it has a
    stable identity across revisions of the packet.
    """

    packet: Packet
    features: Features
    label: str
    params: "Params"
    identity: str

    def uid(self, kind: str, *more: str) -> bytes:
        """Return the content identity of a row that is concluded from this packet."""
        return text_uid(kind, ENGINE_VERSION, self.params.digest, self.identity, *more)
