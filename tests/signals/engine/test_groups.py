"""Groups of prints: their order of processing, and what is left of one after a cancel."""

from signals.engine.clusters import Held
from signals.engine.groups import Group, order, remove
from tests.signals.engine.structures.builders import flagged
from tests.support.engine_builders import SPY_CALL, SPY_PUT, ms


def package(*legs: list[Held]) -> Group:
    held = sorted((each for leg in legs for each in leg), key=lambda h: (h.print.ts, h.print.uid))
    return Group(ms(300), legs[0][0].print.contract, held, list(legs), True, 4, 1)


def uids(*held: Held) -> frozenset[bytes]:
    return frozenset(each.print.uid for each in held)


CALLS = [flagged(1, 0, "C450"), flagged(2, 3, "C450")]
PUTS = [flagged(3, 1, "P450")]
OTHERS = [flagged(4, 2, "C455")]


def test_order_is_due_end_start_legs_contract_and_opening_print() -> None:
    found = order(package(CALLS, PUTS))

    assert found == (ms(300), ms(3), ms(0), 2, SPY_CALL, CALLS[0].print.uid)


def test_removed_print_leaves_the_other_legs_as_they_were() -> None:
    found = remove(package(CALLS, PUTS, OTHERS), uids(CALLS[0]))

    assert found is not None
    assert found.held == [PUTS[0], OTHERS[0], CALLS[1]]
    assert found.legs == [[CALLS[1]], PUTS, OTHERS]
    assert (found.contract, found.due, found.inferred) == (SPY_CALL, ms(300), True)
    assert (found.late_count, found.cancelled_count) == (4, 2)


def test_leg_of_which_nothing_is_left_is_gone() -> None:
    found = remove(package(CALLS, PUTS, OTHERS), uids(*CALLS))

    assert found is not None
    assert (found.legs, found.contract) == ([PUTS, OTHERS], SPY_CALL)
    assert found.cancelled_count == 3


def test_structure_of_which_one_leg_is_left_is_a_single_contract() -> None:
    found = remove(package(CALLS, PUTS), uids(*CALLS))

    assert found is not None
    assert (found.contract, found.held, found.legs) == (SPY_PUT, PUTS, ())


def test_single_contract_stays_one() -> None:
    found = remove(Group(ms(300), SPY_CALL, CALLS), uids(CALLS[1]))

    assert found is not None
    assert (found.contract, found.held, found.legs) == (SPY_CALL, [CALLS[0]], ())


def test_nothing_is_left_of_a_group_without_prints() -> None:
    assert remove(package(CALLS, PUTS), uids(*CALLS, *PUTS)) is None
