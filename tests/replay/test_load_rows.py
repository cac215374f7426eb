"""Rows of the load test are plausible and the same every time: figures of two days compare."""

from collections import Counter
from datetime import UTC
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.contracts import parse_contract
from flow.domain.sessions import NEW_YORK
from flow.domain.units import to_datetime
from flow.domain.venues import venue_mic
from flow.storage.kinds import SPECS
from replay.load import derived, raw
from signals.engine.records import Alert, ClassifierHit, Packet, SmartMoneyEvent

OPTIONS = [(number, number % 20, 1_000_000 + number) for number in range(1, 201)]
TOTAL = 2_000
MAKERS = {
    "option_print": lambda: raw._prints(OPTIONS, 1, TOTAL),
    "option_quote": lambda: raw._quotes(OPTIONS, 1, TOTAL),
    "equity_print": lambda: raw._equities(list(range(1, 21)), 1, TOTAL),
}


def columns(kind: str) -> list[dict[str, Any]]:
    """Return made rows by the names of their columns."""
    names = SPECS[kind].columns
    return [dict(zip(names, row, strict=True)) for row in MAKERS[kind]()]


def records(number: int = 3, alerts: int = 20, prints: int = 300) -> list[Any]:
    return list(derived._records(number, alerts, prints, raw.contracts()[0]))


def test_contracts_are_read_as_standard_and_stand_once() -> None:
    names = raw.contracts()
    parsed = [parse_contract(name) for name in names]

    assert len(set(names)) == len(names) == raw.SYMBOLS * raw.CONTRACTS_EACH
    assert [each.canonical for each in parsed] == names
    assert not any(each.adjusted for each in parsed)
    assert Counter(each.right for each in parsed) == {"C": 100, "P": 100}


@given(total=st.integers(1, 5_000_000), data=st.data())
def test_instants_lie_inside_the_sessions_of_new_york(total: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, total - 1))

    local = to_datetime(raw.instant(place, total)).astimezone(NEW_YORK)

    assert (local.year, local.month) == (2014, 6)
    assert local.day in raw.DAYS
    assert (9, 30) <= (local.hour, local.minute) < (16, 1)


@given(total=st.integers(101, 100_000), place=st.integers(0, 99))
def test_instants_never_run_back(total: int, place: int) -> None:
    assert raw.instant(place, total) < raw.instant(place + 1, total)


@pytest.mark.parametrize("kind", MAKERS)
def test_rows_are_the_same_every_time(kind: str) -> None:
    assert list(MAKERS[kind]()) == list(MAKERS[kind]())


@pytest.mark.parametrize("kind", MAKERS)
def test_rows_have_every_column_and_are_numbered_without_a_hole(kind: str) -> None:
    rows = columns(kind)

    assert [row["seq"] for row in rows] == list(range(1, TOTAL + 1))
    assert len({row["uid"] if "uid" in row else row["source_uid"] for row in rows}) == TOTAL
    assert all(len(row) == len(SPECS[kind].types) for row in rows)


@pytest.mark.parametrize("kind", MAKERS)
def test_rows_of_a_busy_symbol_are_many_and_of_a_quiet_one_few(kind: str) -> None:
    name = "contract" if kind.startswith("option") else "symbol"
    counts = Counter(row[name] for row in columns(kind))

    ids = sorted(counts)
    half = len(ids) // 2
    assert sum(counts[each] for each in ids[:half]) > 2 * sum(counts[each] for each in ids[half:])


def test_prints_carry_what_the_engine_would_have_said() -> None:
    for row in columns("option_print"):
        assert row["premium_micros"] == row["price_micros"] * row["size"] * 100
        assert row["bid_micros"] < row["price_micros"] < row["ask_micros"]
        assert row["quote_ts"] < row["ts"] < row["received_at"]
        assert row["label_passed"] == (row["size"] > 200)
        assert venue_mic(row["venue"])
        local = to_datetime(row["ts"]).astimezone(UTC).date()
        assert row["session_date"] == local.toordinal()


def test_records_of_an_alert_are_one_of_each_kind_that_name_each_other() -> None:
    packet, event, hit, alert = records()

    assert [type(each) for each in (packet, event, hit, alert)] == [
        Packet, SmartMoneyEvent, ClassifierHit, Alert,
    ]  # fmt: skip
    assert {event.packet_uid, hit.packet_uid, alert.packet_uid} == {packet.uid}
    assert {hit.event_uid, alert.event_uid} == {event.uid}
    assert len({packet.uid, event.uid, hit.uid, alert.uid}) == 4
    assert [each.ordinal for each in (packet, event, hit, alert)] == [0, 1, 2, 3]


@given(alerts=st.integers(1, 500), data=st.data())
def test_packet_of_an_alert_is_made_of_prints_that_exist(alerts: int, data: st.DataObject) -> None:
    number, prints = data.draw(st.integers(0, alerts - 1)), data.draw(st.integers(10, 5_000))
    packet = records(number, alerts, prints)[0]
    seqs = [member.seq for member in packet.members]

    assert packet.print_count == len(seqs) >= 1
    assert seqs[0] >= 1
    assert seqs[-1] <= prints
    assert all(later == earlier + 1 for earlier, later in pairwise(seqs))
    assert [member.ts for member in packet.members] == [
        raw.instant(seq - 1, prints) for seq in seqs
    ]
    assert (packet.ts, packet.end_ts) == (packet.members[0].ts, packet.members[-1].ts)


def test_records_are_the_same_every_time_and_others_for_another_alert() -> None:
    assert records(3) == records(3)
    assert not {each.uid for each in records(3)} & {each.uid for each in records(4)}
