"""Groups: the prints that become one packet, and the order in which final groups are processed.

sessions of one contract ----- owned prints removed ---+--> single
flagged packages (one venue, one instant) -------------+--> structure
candidate legs that found each other ------------------+--> structure (inferred)
"""

from collections.abc import Sequence

import msgspec

from signals.engine.clusters import Held

Order = tuple[int, int, int, int, str, bytes]


class Group(msgspec.Struct, array_like=True, gc=False):
    """The members of one packet to be, sorted by place.

    `legs` is empty for a single contract. `due` is the instant after which the group is final.
    `left_over` says that flagged packages have taken some prints of its session.
    """

    due: int
    contract: str  # of a structure: its first leg's
    held: list[Held]
    legs: Sequence[list[Held]] = ()
    inferred: bool = False
    late_count: int = 0
    cancelled_count: int = 0
    left_over: bool = False

    @property
    def revision(self) -> int:
        """Return the tuning revision in force at the opening print."""
        return self.held[0].revision


def order(group: Group) -> Order:
    """Return the processing order of final groups (errata 17); structures after their legs.

    Packages of two venues may share all but their prints: the opening print's uid decides last.
    """
    opening, last = group.held[0].print, group.held[-1].print
    return group.due, last.ts, opening.ts, len(group.legs), group.contract, opening.uid


def remove(group: Group, uids: frozenset[bytes]) -> Group | None:
    """Return the group without some prints; its boundaries stay (errata 33). None: nothing left.

    A structure of which one leg is left is a single contract.
    """
    held = [each for each in group.held if each.print.uid not in uids]
    if not held:
        return None
    legs = [[each for each in leg if each.print.uid not in uids] for leg in group.legs]
    legs = [leg for leg in legs if leg]
    return Group(
        group.due,
        held[0].print.contract if len(legs) == 1 else group.contract,
        held,
        legs if len(legs) > 1 else (),
        group.inferred,
        group.late_count,
        group.cancelled_count + len(group.held) - len(held),
        group.left_over,
    )
