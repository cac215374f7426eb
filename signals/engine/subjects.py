"""What a packet is of, and everything that its own members tell: one contract, or a structure."""

import msgspec

from flow.domain.condition_table import Family
from flow.domain.contracts import Contract, contract_label, parse_contract
from flow.domain.events import StampedPrint
from signals.engine.clusters import Held
from signals.engine.features import Features
from signals.engine.groups import Group
from signals.engine.measures import measure, standing_spot
from signals.engine.params import Params
from signals.engine.placement import conditions_of
from signals.engine.structures.assembly import Structure, flagged_structure, inferred_structure
from signals.engine.structures.describe import describe, label_of, pseudo_id
from signals.engine.structures.legs import Leg, leg_of, nearest_leg
from signals.engine.tally import Tally, tally_members


class Subject(msgspec.Struct, frozen=True, gc=False):
    """One packet to be: its names, its contract (of a structure the nearest leg), what it sums to.

    `text` is what storage calls it.
    """

    text: str
    underlying: str
    contract: Contract
    members: list[StampedPrint]
    tally: Tally
    features: Features
    structure: Structure | None = None

    @property
    def label(self) -> str:
        """Return what people call it."""
        return label_of(self.structure) if self.structure else contract_label(self.contract)

    @property
    def is_flex(self) -> bool:
        """Return whether a FLEX contract is part of it: what nobody else holds is not usual."""
        if self.structure is None:
            return self.contract.flex
        return any(leg.contract.flex for leg in self.structure.legs)


def subject_of(group: Group, params: Params) -> Subject:
    """Return what the members of a group tell, without baselines and market facts."""
    members = [each.print for each in group.held]
    if group.legs:
        return _structure(group, members, params)
    contract = parse_contract(group.contract)
    tally = tally_members(members, contract.underlying, params)
    features = measure(
        members, contract, tally, params,
        late_count=group.late_count, cancelled_count=group.cancelled_count,
    )  # fmt: skip
    return Subject(group.contract, contract.underlying, contract, members, tally, features)


def _structure(group: Group, members: list[StampedPrint], params: Params) -> Subject:
    tallies = {held[0].print.contract: _tally(held, params) for held in group.legs}
    legs = [_leg(held, tallies) for held in group.legs]
    if group.inferred:
        found = inferred_structure(legs)
    else:
        stock_tied = conditions_of(members[0]).family is Family.STOCK_TIED
        found = flagged_structure(legs, params, stock_tied=stock_tied)
    spot = standing_spot(members[-1])
    leg = nearest_leg(found.legs, None if spot is None else sum(spot))
    nearest, alone = leg.contract, tallies[leg.text]
    tally = tally_members(members, nearest.underlying, params)
    features = measure(
        members, nearest, tally, params, nearest=alone,
        late_count=group.late_count, cancelled_count=group.cancelled_count,
    )  # fmt: skip
    describe(features, found)
    return Subject(pseudo_id(found), nearest.underlying, nearest, members, tally, features, found)


def _tally(held: list[Held], params: Params) -> Tally:
    members = [each.print for each in held]
    return tally_members(members, parse_contract(members[0].contract).underlying, params)


def _leg(held: list[Held], tallies: dict[str, Tally]) -> Leg:
    members = [each.print for each in held]
    text = members[0].contract
    return leg_of(members, parse_contract(text), tallies[text])
