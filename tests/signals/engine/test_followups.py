"""Readings that are judged later: which mid they see, when they are settled, how they are saved."""

import msgspec
import pytest

from flow.domain.events import PrintFlag
from signals.engine.followups import LOOK_BACK_US, SETTLE_US, FollowUp, FollowUps, LaterMid
from signals.engine.records import ClassifierHit, Packet
from tests.signals.engine.test_rule_scenarios import leg, run
from tests.support.engine_builders import T0, ms, stamped

AT = T0 + 900_000_000


def waiting(at: int = AT, uid: bytes = b"e", underlying: str = "SPY") -> FollowUp:
    return FollowUp(
        at, uid, T0, 0, "identity", b"p", T0, "SPY-2025-01-17-450-C",
        "SPY-2025-01-17-450-C", underlying, "label", 0,
        "bullish", 900_000_000,
    )  # fmt: skip


def seen(*prints: dict[str, object]) -> FollowUp:
    follow_ups = FollowUps()
    follow_ups.add(waiting())
    for number, fields in enumerate(prints):
        due = int(str(fields.pop("due", AT)))
        follow_ups.see("SPY", [stamped(**{"seq": number, "ts": AT - 10, **fields})], due)
    (found,) = follow_ups.take_before(AT + SETTLE_US + 1)
    return found


def spot(bid: int, ask: int) -> dict[str, object]:
    return {"spot_bid_micros": bid, "spot_ask_micros": ask}


def test_the_newest_mid_of_the_last_minute_counts() -> None:
    found = seen(spot(10, 12) | {"ts": AT - 20}, spot(20, 22) | {"ts": AT - 5},
                 spot(30, 32) | {"ts": AT - 15})  # fmt: skip

    assert found.later is not None
    assert (found.later.mid2, found.later.ts) == (42, AT - 5)


def test_of_one_instant_the_identity_decides_not_the_arrival() -> None:
    low, high = {"uid": b"a" * 16}, {"uid": b"b" * 16}

    for order in ((low | spot(1, 1), high | spot(2, 2)), (high | spot(2, 2), low | spot(1, 1))):
        later = seen(*[dict(each) for each in order]).later
        assert later is not None
        assert later.mid2 == 4


@pytest.mark.parametrize(
    ("fields", "is_seen"),
    [
        ({"ts": AT}, True),
        ({"ts": AT + 1}, False),
        ({"ts": AT - LOOK_BACK_US}, True),
        ({"ts": AT - LOOK_BACK_US - 1}, False),
        ({"due": AT + SETTLE_US}, True),
        ({"due": AT + SETTLE_US + 1}, False),
        ({"flags": int(PrintFlag.SPOT_STALE)}, False),
        ({"spot_bid_micros": None}, False),
        ({"spot_bid_micros": 0}, False),
        ({"spot_ask_micros": None}, False),
    ],
)
def test_only_a_fresh_mid_of_the_last_minute_counts(
    fields: dict[str, object], is_seen: bool
) -> None:
    assert (seen(fields).later is not None) is is_seen


def test_another_underlying_says_nothing() -> None:
    follow_ups = FollowUps()
    follow_ups.add(waiting())
    follow_ups.see("QQQ", [stamped(ts=AT)], AT)

    assert follow_ups.take_before(AT + SETTLE_US + 1)[0].later is None


def test_readings_settle_in_the_order_of_their_instants() -> None:
    follow_ups = FollowUps()
    for at, uid in ((AT + 5, b"c"), (AT, b"b"), (AT, b"a")):
        follow_ups.add(waiting(at, uid))

    assert follow_ups.take_before(AT + SETTLE_US) == []
    assert [each.event_uid for each in follow_ups.take_before(AT + SETTLE_US + 1)] == [b"a", b"b"]
    assert [each.event_uid for each in follow_ups.take_before(AT + SETTLE_US + 6)] == [b"c"]


def test_equal_readings_are_both_settled() -> None:
    follow_ups = FollowUps()
    follow_ups.add(waiting(underlying="SPY"))
    follow_ups.add(waiting(uid=b"f", underlying="SPY"))
    follow_ups.take_before(AT + SETTLE_US + 1)
    follow_ups.see("SPY", [stamped(ts=AT)], AT)

    assert follow_ups.saved() == []


def test_saved_readings_go_on_where_they_stood() -> None:
    follow_ups = FollowUps()
    for uid in (b"b", b"a"):
        follow_ups.add(waiting(uid=uid))
    follow_ups.see("SPY", [stamped(ts=AT)], AT)
    encoded = msgspec.msgpack.encode(follow_ups.saved())

    again = FollowUps(msgspec.msgpack.decode(encoded, type=list[FollowUp]))

    assert msgspec.msgpack.encode(again.saved()) == encoded
    assert [each.event_uid for each in again.take_before(AT + SETTLE_US + 1)] == [b"a", b"b"]


def test_every_print_of_a_packet_shows_its_mid() -> None:
    follow_ups = FollowUps()
    follow_ups.add(waiting())
    before = stamped(ts=AT - 100, seq=1, spot_bid_micros=20, spot_ask_micros=22)
    behind = stamped(ts=AT + 100, seq=2, spot_bid_micros=30, spot_ask_micros=32)

    follow_ups.see("SPY", [before, behind], AT)

    assert follow_ups.take_before(AT + SETTLE_US + 1)[0].later == LaterMid(AT - 100, before.uid, 42)


def test_a_dropped_reading_gives_back_what_it_was_shown() -> None:
    follow_ups = FollowUps()
    follow_ups.add(waiting())
    follow_ups.see("SPY", [stamped(ts=AT - 1, spot_bid_micros=20, spot_ask_micros=22)], AT)

    shown = follow_ups.drop(b"e")

    assert shown is not None
    assert shown.mid2 == 42
    assert follow_ups.drop(b"e") is None
    assert follow_ups.saved() == []


def test_a_print_shows_its_mid_to_those_within_a_minute_only() -> None:
    follow_ups = FollowUps()
    for at, uid in ((AT, b"a"), (AT + 1, b"b")):
        follow_ups.add(waiting(at, uid))

    follow_ups.see("SPY", [stamped(ts=AT - LOOK_BACK_US)], AT)

    near, far = follow_ups.take_before(AT + SETTLE_US + 2)
    assert near.later is not None
    assert far.later is None


def test_reading_is_looked_at_before_packets_that_are_final_after_its_instant() -> None:
    quarter = 15 * 60_000
    shown = leg("P300", "mid", 1, ts=ms(quarter - 1_000))  # the underlying stays where it was
    behind = leg("P310", "mid", 1, ts=ms(quarter + 4_900))  # final behind the five seconds' wait

    rows = run(leg("C450", "ask", 900), shown, behind)  # one clock, far behind both

    told = [row.ts for row in rows if isinstance(row, Packet)]
    places = [
        "follow" if isinstance(row, ClassifierHit) else "packet"
        for row in rows
        if isinstance(row, Packet)
        or (isinstance(row, ClassifierHit) and row.classifier_id == "no_follow_through")
    ]
    assert told == [ms(0), shown.ts, behind.ts]
    assert places == ["packet", "packet", "follow", "packet"]
