"""A packet and its features, built from stamped prints under one ruling."""

from flow.domain.events import StampedPrint
from signals.engine.clusters import Held
from signals.engine.features import Features
from signals.engine.groups import Group
from signals.engine.packets import build_packet, identity_of
from signals.engine.params import Params
from signals.engine.records import Packet
from signals.engine.rulings import Ruling
from signals.engine.subjects import subject_of

RULING = Ruling(7, Params())


def packet_of(*prints: StampedPrint, late_count: int = 0) -> Packet:
    contract = prints[0].contract
    held = [Held(print_, 7) for print_ in prints]
    subject = subject_of(Group(0, contract, held, late_count=late_count), RULING.params)
    return build_packet(
        subject.members, subject.text, subject.underlying, RULING, subject.tally,
        subject.features, identity=identity_of(contract, prints[0]), ts=prints[0].ts,
        end_ts=prints[-1].ts, cause_seq=99, ordinal=4,
    )  # fmt: skip


def features_of(*prints: StampedPrint, late_count: int = 0) -> Features:
    return packet_of(*prints, late_count=late_count).features
