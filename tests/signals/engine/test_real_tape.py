"""The 17 real TSLA prints and the 62 of the flat file, print by print and through the whole step.

Sources: PROVENANCE.md section 1; errata, header (15 sides equal the vendor's, 2 are inside).
"""

import csv
import gzip
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from flow.domain.conditions import condition_codes, read_conditions
from flow.domain.contracts import parse_contract
from flow.domain.events import StampedPrint
from flow.domain.units import dollars_to_micros
from flow.domain.venues import venue_code, venue_mic
from signals.engine.params import Params
from signals.engine.pipeline import new_state, step
from signals.engine.placement import Side, place
from signals.engine.records import Alert, ClassifierHit, Packet
from tests.support.engine_builders import clock, stamped, unquoted

pytestmark = pytest.mark.realdata
PARAMS = Params()


@pytest.fixture
def tsla(shared_data: Path) -> list[dict[str, Any]]:
    path = shared_data / "options_trades/unusual_whales/option_trades_TSLA_20250516.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def flat_file(shared_data: Path) -> list[dict[str, str]]:
    path = shared_data / "options_trades/massive_flatfile_samples/options_trades_example.csv.gz"
    with gzip.open(path, "rt") as file:
        return list(csv.DictReader(file))


def as_print(row: dict[str, Any], seq: int) -> StampedPrint:
    ts = row["executed_at"] * 1_000
    return stamped(
        seq=seq,
        ts=ts,
        contract=parse_contract(row["option_symbol"]).canonical,
        price_micros=dollars_to_micros(row["price"]),
        size=row["size"],
        bid_micros=dollars_to_micros(row["nbbo_bid"]),
        ask_micros=dollars_to_micros(row["nbbo_ask"]),
        quote_ts=ts - 1,
        conditions=condition_codes([row["trade_code"]]),
        venue=venue_code(row["exchange"], "mic"),
    )


def vendor_sign(row: dict[str, Any]) -> int:
    return ("ask_side" in row["tags"]) - ("bid_side" in row["tags"])


def test_fifteen_sides_equal_two_are_inside_none_is_opposite(tsla: list[dict[str, Any]]) -> None:
    found: Counter[str] = Counter()
    for seq, row in enumerate(tsla):
        ours, theirs = place(as_print(row, seq), PARAMS), vendor_sign(row)
        if ours.sign == theirs:
            found["equal"] += 1
        elif ours.sign == 0:
            found["inside"] += 1
            assert (ours.side, ours.confidence_ppm) == (Side.MID, 0)
            assert row["trade_code"] == "slan"
        else:
            found["opposite"] += 1

    assert (found["equal"], found["inside"], found["opposite"]) == (15, 2, 0)


def test_sides_follow_from_the_printed_prices(tsla: list[dict[str, Any]]) -> None:
    for seq, row in enumerate(tsla):
        price, bid, ask = (float(row[key]) for key in ("price", "nbbo_bid", "nbbo_ask"))
        tolerance = (ask - bid) / 20 + 1e-9
        expected = "A" if price >= ask - tolerance else "B" if price <= bid + tolerance else "MID"

        assert place(as_print(row, seq), PARAMS).side.name[0] == expected[0]


def test_confidence_of_auctions_and_packages(tsla: list[dict[str, Any]]) -> None:
    weights = {"auto": 1.0, "slan": 0.25, "mlat": 0.0, "isoi": 1.0}
    for seq, row in enumerate(tsla):
        placed, code = place(as_print(row, seq), PARAMS), row["trade_code"]
        if placed.sign and code in weights:
            assert placed.confidence <= weights[code]


def test_four_leg_package_is_one_instant_and_makes_no_sweep(tsla: list[dict[str, Any]]) -> None:
    package = [row for row in tsla if row["trade_code"] == "mlat"]

    # two expiries x two strikes, five lots each, one millisecond, one exchange
    assert len({row["option_symbol"] for row in package}) == 4
    assert len({parse_contract(row["option_symbol"]).expiry for row in package}) == 2
    assert {(row["size"], row["exchange"], row["executed_at"]) for row in package} == {
        (5, "XCBO", package[0]["executed_at"])
    }
    rows = packets_of([as_print(row, seq) for seq, row in enumerate(package)])
    (packet,) = rows
    found = packet.features
    # errata 37: the package prices at its net mid under every pattern of signs
    assert (found.structure_type, found.structure_direction) == ("multi_leg", "neutral")
    assert (found.structure_legs, found.structure_signs) == (4, [0, 0, 0, 0])
    assert (found.structure_ratios, found.structure_leg_sizes) == ([1, 1, 1, 1], [5, 5, 5, 5])
    assert (found.structure_inferred, found.structure_net_debit_usd) == (False, None)
    assert (found.complex_size_ratio, found.sweep) == (1.0, False)
    assert found.buy_raw == found.sell_raw == 0.0


def packets_of(prints: list[StampedPrint]) -> list[Packet]:
    ordered = sorted(prints, key=lambda each: (each.ts, each.seq))
    end = clock(10**6, ordered[-1].ts + 60_000_000)
    rows = step(new_state(), [*ordered, end], PARAMS)
    assert not [row for row in rows if isinstance(row, ClassifierHit | Alert)]
    return [row for row in rows if isinstance(row, Packet)]


def test_whole_sample_becomes_packets_and_raises_nothing(tsla: list[dict[str, Any]]) -> None:
    packets = packets_of([as_print(row, seq) for seq, row in enumerate(tsla)])
    by_contract: Counter[str] = Counter()
    for packet in packets:
        by_contract[packet.contract] += packet.size
    by_hand: Counter[str] = Counter()
    for row in tsla:
        text = parse_contract(row["option_symbol"]).canonical
        flagged = row["trade_code"] == "mlat"
        by_hand["TSLA-2025-05-23-STRUCT-multi_leg" if flagged else text] += row["size"]

    assert by_contract == by_hand
    assert sum(packet.print_count for packet in packets) == 17
    premium = sum(round(float(row["price"]) * 100) * row["size"] for row in tsla)
    assert sum(packet.premium_micros or 0 for packet in packets) == premium * 1_000_000
    assert {packet.underlying for packet in packets} == {"TSLA"}


def test_flat_file_conditions_are_the_counted_ones(flat_file: list[dict[str, str]]) -> None:
    ids = Counter(row["conditions"] for row in flat_file)
    families = Counter(
        read_conditions(condition_codes([row["conditions"]], "massive"), False).family.name
        for row in flat_file
    )

    # PROVENANCE.md section 1
    assert ids == {"209": 36, "227": 20, "232": 4, "219": 1, "233": 1}
    assert families == {"AUTO": 36, "AUCTION": 20, "COMPLEX": 5, "ISO": 1}


def test_flat_file_venues_are_fourteen_known_ones(flat_file: list[dict[str, str]]) -> None:
    mics = {venue_mic(venue_code(row["exchange"], "massive")) for row in flat_file}

    assert len({row["exchange"] for row in flat_file}) == len(mics) == 14
    assert None not in mics
    assert "OPRA" not in mics


def test_flat_file_packets_equal_a_cut_by_hand(flat_file: list[dict[str, str]]) -> None:
    prints = [
        unquoted(
            seq=seq,
            ts=int(row["sip_timestamp"]) // 1_000,
            contract=parse_contract(row["ticker"]).canonical,
            price_micros=dollars_to_micros(row["price"]),
            size=int(row["size"]),
            venue=venue_code(row["exchange"], "massive"),
            conditions=condition_codes([row["conditions"]], "massive"),
        )
        for seq, row in enumerate(flat_file)
    ]
    sessions: dict[int, list[int]] = defaultdict(list)
    number, before, start = 0, 0, 0
    for ts, size in sorted((each.ts, each.size) for each in prints):
        if ts - before > 250_000 or ts - start > 2_000_000:
            number, start = number + 1, ts
        before = ts
        sessions[number].append(size)

    packets = packets_of(prints)

    expected = sorted((len(sizes), sum(sizes)) for sizes in sessions.values())
    assert sorted((packet.print_count, packet.size) for packet in packets) == expected
    assert sum(packet.size for packet in packets) == sum(int(row["size"]) for row in flat_file)
    assert {packet.features.missing_ratio for packet in packets} == {1.0}
