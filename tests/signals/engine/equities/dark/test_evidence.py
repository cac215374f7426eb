"""What evidence keeps of its prints when some are taken out again."""

from signals.engine.equities.dark.evidence import Entry, evidence_of


def entry(seq: int, size: int = 100, place: str = "MID") -> Entry:
    return Entry(
        seq, seq, bytes([seq]), place, 1, 1_000_000, size, size, 1_000_000, size, size,
        False, 2_000_000, None, None,
    )  # fmt: skip


def test_a_place_without_prints_is_not_told() -> None:
    evidence = evidence_of([entry(1), entry(2, place="ASK"), entry(3)], 10)

    evidence.remove(entry(2, place="ASK"), ())

    assert evidence.places == {"MID": 2}
    assert [member.seq for member in evidence.members()] == [1, 3]


def test_ends_move_inwards_to_what_is_known() -> None:
    first, *middle, last = entries = [entry(seq) for seq in range(1, 6)]
    evidence = evidence_of(entries, 1)

    evidence.remove(first, middle)
    assert (evidence.first.seq, evidence.newest.seq) == (2, 5)

    evidence.remove(last, middle)
    assert (evidence.first.seq, evidence.newest.seq) == (2, 4)
    assert evidence.sums.count == 3


def test_ends_stay_where_no_other_print_is_known_any_more() -> None:
    """Three prints of which one may be kept: with both ends gone nobody knows the middle one."""
    first, _, last = entries = [entry(seq) for seq in (1, 2, 3)]
    evidence = evidence_of(entries, 1)

    evidence.remove(first, ())
    evidence.remove(last, ())

    assert evidence.sums.count == 1
    assert (evidence.first, evidence.newest) == (last, last)
