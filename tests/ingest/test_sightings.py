"""First prints by trade date."""

from ingest.sightings import Sighting, Sightings


def test_a_name_is_new_once_a_trade_date() -> None:
    seen = Sightings()

    assert [seen.see(*one) for one in [("A", 1, 10), ("A", 1, 11), ("B", 1, 12), ("A", 2, 13)]] == [
        True, False, True, True,
    ]  # fmt: skip
    assert seen.take_new() == [Sighting("A", 1, 10), Sighting("B", 1, 12), Sighting("A", 2, 13)]
    assert seen.take_new() == []
    assert (seen.seen_on(1), seen.seen_on(9), seen.dates) == ({"A", "B"}, set(), [1, 2])


def test_only_the_newest_two_trade_dates_are_remembered() -> None:
    seen = Sightings()
    for date in (1, 2, 3):
        seen.see("A", date, 0)

    assert seen.dates == [2, 3]
    assert not seen.see("A", 2, 0)
