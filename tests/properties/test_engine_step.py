"""What must hold for any prints, any split, any arrival order and any clock (design, 4 to 6).

Golden group G16 (options-engine.md 21; errata 9, 30, 32, 33) by its numbers 1 and 3 to 7. Number 2
is a matter of the stamp: tests/ingest/test_quote_selection_golden.py, test_stamping_oracle.py.
"""

import itertools
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow.domain.events import StampedPrint
from signals.engine.clusters import Held
from signals.engine.features import as_mapping
from signals.engine.groups import Group
from signals.engine.params import Params
from signals.engine.pipeline import decode_state, encode_state, new_state, step
from signals.engine.records import Alert, Derived, EvidenceLink, SmartMoneyEvent
from signals.engine.subjects import subject_of
from tests.support.engine_builders import LATE, ms, session_close, tuning
from tests.support.engine_tapes import (
    LATENESS_MS,
    PARAMS,
    content,
    dropped,
    end_of,
    is_cancel,
    packets,
    print_lists,
    rows_by_packet,
    run,
    tapes,
    with_clocks,
)

pytestmark = pytest.mark.long


@given(tapes(), st.sampled_from([100, 333, 1_000]))
def test_any_batch_split_gives_the_same_rows(prints: list[StampedPrint], every_ms: int) -> None:
    entries = with_clocks(prints, every_ms)
    whole = run(entries)

    for batch in (1, 7, 100):
        assert run(entries, batch) == whole


@given(
    tapes(),
    st.lists(st.sampled_from([10, 70, 400, 1_000, 5_000]), min_size=2, max_size=2),
    st.dictionaries(st.integers(0, 25), st.sampled_from([1, 100, 250, 700, 3_000]), max_size=4),
)
def test_two_clock_tracks_give_the_same_content(
    prints: list[StampedPrint], tracks: list[int], gaps: dict[int, int]
) -> None:
    revisions = {
        place: tuning(900 + place, ms(0), 50 + place, cluster_gap_ms=gap)
        for place, gap in gaps.items()
    }

    one, other = (run(with_clocks(prints, every_ms, revisions)) for every_ms in tracks)

    assert content(one) == content(other)
    # The order of packets is also the same: dedupe must see them in event time.
    assert [p.uid for p in packets(one)] == [p.uid for p in packets(other)]


@given(tapes(), st.randoms(use_true_random=False))
def test_arrival_order_inside_the_lateness_changes_nothing(
    prints: list[StampedPrint], random: Any
) -> None:
    """G16.1; errata 30: without what says when it became final."""
    delays = [random.randint(0, LATENESS_MS * 1_000) for _ in prints]
    arrived = [
        print_
        for _, _, print_ in sorted(
            (print_.ts + delay, place, print_)
            for place, (print_, delay) in enumerate(zip(prints, delays, strict=True))
        )
    ]

    assert content(run(with_clocks(arrived, 100))) == content(run(with_clocks(prints, 100)))


@given(tapes(), st.data())
def test_saved_state_has_the_same_future(prints: list[StampedPrint], data: st.DataObject) -> None:
    entries = with_clocks(prints, 300)
    entries.insert(len(entries) // 2, tuning(500, ms(0), 2, cluster_gap_ms=300))
    cut = data.draw(st.integers(0, len(entries)))
    state = new_state()
    before = step(state, entries[:cut], PARAMS, 1)
    encoded = encode_state(state)

    restored = decode_state(encoded)
    after = step(restored, entries[cut:], PARAMS, 1)

    assert encode_state(decode_state(encoded)) == encoded
    assert before + after == run(entries)
    assert step(state, entries[cut:], PARAMS, 1) == after
    assert encode_state(state) == encode_state(restored)


@given(print_lists())
def test_packets_hold_every_clustered_print_once(prints: list[StampedPrint]) -> None:
    state = new_state()

    rows = step(state, with_clocks(prints, 500), PARAMS)

    members = [member.uid for packet in packets(rows) for member in packet.members]
    left = dropped(state)
    clustered = [p for p in prints if p.conditions != (LATE,)]
    assert sorted(members + [p.uid for p in left]) == sorted(p.uid for p in clustered)
    size = sum(packet.size for packet in packets(rows)) + sum(p.size for p in left)
    assert size == sum(p.size for p in clustered)
    assert state.counters["clustered"] == len(clustered)
    assert sum(state.counters.values()) == len(prints)
    assert state.clusters.open == {}


@given(print_lists())
def test_packets_keep_gap_and_span(prints: list[StampedPrint]) -> None:
    for packet in packets(run(with_clocks(prints, 500))):
        times = [member.ts for member in packet.members]
        assert times == sorted(times)
        assert packet.end_ts - packet.ts <= 2_000_000
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert all(gap <= 250_000 for gap in gaps)


@given(print_lists())
def test_shares_are_shares(prints: list[StampedPrint]) -> None:
    for packet in packets(run(with_clocks(prints, 500))):
        found = packet.features
        total = found.coverage + found.stale_ratio + found.missing_ratio
        assert total == pytest.approx(1, abs=2e-4)
        assert -1 <= found.imbalance <= 1
        assert found.buy_share <= found.buy_raw + 1e-4
        assert found.sell_share <= found.sell_raw + 1e-4


@given(print_lists(plain=True), st.sampled_from([2, 3, 10]))
def test_scaling_sizes_scales_premium_and_leaves_shares(prints: list[StampedPrint], k: int) -> None:
    """G16.4."""
    scaled = [
        msgspec.structs.replace(p, size=p.size * k, premium_micros=(p.premium_micros or 0) * k)
        for p in prints
    ]

    before, after = (packets(run(with_clocks(each, 500))) for each in (prints, scaled))

    for one, other in zip(before, after, strict=True):
        assert other.size == one.size * k
        assert other.premium_micros == (one.premium_micros or 0) * k
        for key in ("coverage", "buy_share", "sell_share", "imbalance", "signed_share", "vwap"):
            assert getattr(other.features, key) == getattr(one.features, key)


def mirrored(print_: StampedPrint) -> StampedPrint:
    """Swap ask and bid side around the quote's middle (errata 32); one call, bid above 0."""
    bid, ask = print_.bid_micros or 0, print_.ask_micros or 0
    price = bid + ask - print_.price_micros
    return msgspec.structs.replace(print_, price_micros=price)


@given(print_lists(plain=True))
def test_mirrored_sides_swap_shares_and_turn_the_imbalance(prints: list[StampedPrint]) -> None:
    """G16.3; errata 32: the features. What a right makes of them: test_direction.test_mirror."""
    before = packets(run(with_clocks(prints, 500)))
    after = packets(run(with_clocks([mirrored(p) for p in prints], 500)))

    for one, other in zip(before, after, strict=True):
        assert other.features.buy_share == one.features.sell_share
        assert other.features.sell_share == one.features.buy_share
        assert other.features.imbalance == -one.features.imbalance
        assert other.features.signed_share == one.features.signed_share
        assert other.features.sweep_sign in (0, -one.features.sweep_sign) or (
            one.features.sweep_sign == 0
        )


@given(print_lists())
def test_higher_floors_never_add_events(prints: list[StampedPrint]) -> None:
    entries = with_clocks(prints, 500)
    higher = run(entries, eligible_min_premium_usd=100_000, eligible_min_size=100)

    def opened(rows: list[Derived]) -> set[int]:
        return {row.packet_ts for row in rows if isinstance(row, SmartMoneyEvent)}

    assert opened(higher) <= opened(run(entries))


@given(tapes())
def test_every_alert_rests_on_one_event_and_every_reference_exists(
    prints: list[StampedPrint],
) -> None:
    rows = run(with_clocks(prints, 500))
    uids = {row.uid for row in rows if not isinstance(row, EvidenceLink)} | {p.uid for p in prints}
    alerts = [row for row in rows if isinstance(row, Alert)]

    assert len({(alert.event_uid, alert.rev) for alert in alerts}) == len(alerts)
    for alert in alerts:
        assert alert.supersedes is None or alert.supersedes in uids
    links = [row for row in rows if isinstance(row, EvidenceLink)]
    for link in links:
        assert link.uid in uids
        assert link.ref_uid is None or link.ref_uid in uids
    keys = [(link.ts, link.uid, link.rev, link.ordinal) for link in links]
    assert len(set(keys)) == len(keys)


@given(tapes())
def test_rows_have_unique_keys(prints: list[StampedPrint]) -> None:
    rows = [row for row in run(with_clocks(prints, 500)) if not isinstance(row, EvidenceLink)]

    assert len({(row.ts, row.uid, row.rev) for row in rows}) == len(rows)
    assert len({(row.cause_seq, row.ordinal) for row in rows}) == len(rows)


@given(print_lists())
def test_close_of_the_session_gives_the_content_of_a_late_clock(prints: list[StampedPrint]) -> None:
    last = max((p.ts for p in prints), default=ms(0))

    closed = run([*prints, session_close(10_000, last)])

    assert content(closed) == content(run([*prints, end_of(prints)]))


@settings(max_examples=30)
@given(print_lists())
def test_packets_are_json(prints: list[StampedPrint]) -> None:
    for packet in packets(run(with_clocks(prints, 500))):
        found = as_mapping(packet.features)
        assert json.loads(json.dumps(found, allow_nan=False)) == found


@given(tapes())
def test_cancels_leave_what_the_remaining_members_sum_to(prints: list[StampedPrint]) -> None:
    """G16.7; errata 33: boundaries stay, totals and sides are those of what is left."""
    rows = packets(run(with_clocks(prints, 300)))
    newest = {packet.uid: packet for packet in rows}  # revisions come in order
    by_uid = {print_.uid: print_ for print_ in prints}

    for packet in newest.values():
        members = [by_uid[member.uid] for member in packet.members]
        found = packet.features
        assert (packet.print_count, packet.size) == (len(members), sum(m.size for m in members))
        assert packet.premium_micros == sum(m.premium_micros or 0 for m in members)
        opened = next(each for each in rows if each.uid == packet.uid)
        assert (packet.ts, packet.end_ts) == (opened.ts, opened.end_ts)
        if members and len({member.contract for member in members}) == 1:
            alone = Group(0, members[0].contract, [Held(member, 1) for member in members])
            again = subject_of(alone, PARAMS).features
            for key in ("coverage", "buy_raw", "sell_raw", "imbalance", "sweep", "vwap"):
                assert getattr(found, key) == getattr(again, key)


@given(tapes())
def test_each_print_has_one_parent_at_most(prints: list[StampedPrint]) -> None:
    """G16.6; errata 9."""
    newest = {packet.uid: packet for packet in packets(run(with_clocks(prints, 300)))}

    members = [member.uid for packet in newest.values() for member in packet.members]

    assert len(set(members)) == len(members)


@given(tapes(), st.sampled_from([20, 100, 250]), st.sampled_from([50, 300]))
def test_a_cancel_takes_its_own_print_and_no_other(
    prints: list[StampedPrint], gap_ms: int, window_ms: int
) -> None:
    state = new_state()
    params = Params.from_values({"cluster_gap_ms": gap_ms, "structure_window_ms": window_ms})

    rows = packets(step(state, with_clocks(prints, 50), params))

    newest = {packet.uid: packet for packet in rows}
    members = [member.uid for packet in newest.values() for member in packet.members]
    reports = state.days.saved_reports()
    counters = state.counters
    told = counters["clustered"] + counters["late_report"]
    cancelled = counters["cancel"] - counters["orphan_cancel"]
    members += [print_.uid for print_ in dropped(state)]
    assert len(set(members)) == len(members) == told - cancelled - len(reports)


@given(tapes())
def test_no_event_leans_without_enough_signed_size(prints: list[StampedPrint]) -> None:
    """G16.5; errata 6."""
    rows = run(with_clocks(prints, 300))
    by_packet = {(packet.uid, packet.rev): packet for packet in packets(rows)}

    for event in (row for row in rows if isinstance(row, SmartMoneyEvent)):
        if event.direction in ("bullish", "bearish"):
            found = by_packet[event.packet_uid, event.rev].features
            assert found.signed_share >= 0.35


@given(tapes(), st.integers(0, 50))
def test_no_row_of_a_packet_knows_of_a_later_print(prints: list[StampedPrint], cut: int) -> None:
    """Options-engine.md 10 (read, then push), 18.5; errata 17: what comes later changes nothing.

    A later print may make another packet longer, or a leg: only then may what ended since that
    packet began read something else, because the packet itself is another one. What a package left
    and is in no packet may become one the same way.
    """
    prints = [print_ for print_ in prints if not is_cancel(print_)]
    early = [print_ for print_ in prints if print_.ts < prints[min(cut, len(prints) - 1)].ts]

    before, after = (rows_by_packet(run([*tape, end_of(prints)])) for tape in (early, prints))

    at = {print_.uid: print_.ts for print_ in prints}
    changed = [min(map(at.__getitem__, members)) for members in before if members not in after]
    told = {uid for members in before for uid in members}
    changed += [p.ts for p in early if p.uid not in told and p.conditions != (LATE,)]
    for members, rows in before.items():
        if max(map(at.__getitem__, members)) < min(changed, default=ms(10**9)):
            assert after[members] == rows


@given(tapes(), st.integers(0, 50))
def test_no_row_knows_of_a_print_that_comes_long_after(
    prints: list[StampedPrint], cut: int
) -> None:
    """The same where no later print can belong to a packet: every row is the same."""
    prints = [print_ for print_ in prints if not is_cancel(print_)]
    early, rest = prints[:cut], prints[cut:]
    later = [msgspec.structs.replace(print_, ts=print_.ts + 30_000_000) for print_ in rest]

    before, after = (
        rows_by_packet(run([*tape, end_of(later or early)])) for tape in (early, early + later)
    )

    assert {members: after.get(members) for members in before} == before
