import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.events import Malformed
from flow.domain.ids import content_uid
from flow.domain.units import to_datetime
from ingest.feeds import ImportFormatError
from ingest.lean_zip import (
    TIME,
    Identity,
    Progress,
    Row,
    RowFormat,
    check_zip,
    midnight_us,
    price_field,
    read_lines,
    rows_in_order,
)

LAYOUT = RowFormat(TIME, price_field("price"))


def rows(*lines: bytes) -> list[str]:
    found = rows_in_order(iter(lines), LAYOUT, "a.zip:a.csv")
    return [f"{r.reason} {r.where}" if isinstance(r, Malformed) else str(r.ms) for r in found]


def test_rows_come_in_order() -> None:
    assert rows(b"1,5", b"1,5", b"3,7") == ["1", "1", "3"]


def test_empty_lines_are_no_rows() -> None:
    assert rows(b"1,5", b"", b"3,7", b"") == ["1", "3"]


def test_row_earlier_than_those_before_is_out_of_order() -> None:
    assert rows(b"1,5", b"5,5", b"5,5", b"3,5", b"6,5") == [
        "1", "5", "out_of_order a.zip:a.csv:4", "5", "6",
    ]  # fmt: skip


def test_row_that_jumps_ahead_is_put_aside_alone() -> None:
    # 1 .. 90 (jumped) .. 2 .. 3: only the 90 is wrong, not everything after it
    assert rows(b"1,5", b"90,5", b"2,5", b"3,5") == ["1", "out_of_order a.zip:a.csv:2", "2", "3"]


def test_broken_row_keeps_its_place() -> None:
    assert rows(b"1,5", b"x", b"2,5", b"", b"1,5", b"y", b"3,5") == [
        "1", "bad_fields a.zip:a.csv:2", "out_of_order a.zip:a.csv:3", "1",
        "bad_fields a.zip:a.csv:6", "3",
    ]  # fmt: skip


def test_out_of_order_tells_both_times() -> None:
    found = list(rows_in_order(iter([b"5,1", b"5,1", b"3,1"]), LAYOUT, "w"))
    bad = next(item for item in found if isinstance(item, Malformed))
    assert bad.detail == "ms is 3, earlier than a row before it, 5; expected times that never fall"
    assert bad.raw == b"3,1"


@pytest.mark.parametrize(
    ("line", "reason", "detail"),
    [
        (b"1,2,3", "bad_fields", "row has 3 fields; expected 2: ms,price"),
        (
            b"x,2",
            "bad_time",
            "ms is 'x'; expected milliseconds since midnight New York, 0 to 86399999",
        ),
        (
            b"86400000,2",
            "bad_time",
            "ms is '86400000'; expected milliseconds since midnight New York, 0 to 86399999",
        ),
        (b"1,-2", "bad_price", "price is '-2'; expected whole number of 1e-4 dollars"),
        (b"1,1_0", "bad_price", "price is '1_0'; expected whole number of 1e-4 dollars"),
        (b"1,\xff", "bad_price", "price is '\\xff'; expected whole number of 1e-4 dollars"),
        (b"1,", "bad_price", "price is ''; expected whole number of 1e-4 dollars"),
    ],
)
def test_broken_row_says_what_was_received_and_expected(
    line: bytes, reason: str, detail: str
) -> None:
    (bad,) = rows_in_order(iter([line]), LAYOUT, "z:c")
    assert isinstance(bad, Malformed)
    assert (bad.reason, bad.detail, bad.raw, bad.where) == (reason, detail, line, "z:c:1")


@given(st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b""))))
def test_any_bytes_give_rows_or_malformed_and_none_is_lost(lines: list[bytes]) -> None:
    found = list(rows_in_order(iter(lines), LAYOUT, "w"))
    assert len(found) == sum(1 for line in lines if line)
    assert all(isinstance(item, Row | Malformed) for item in found)


@given(st.lists(st.integers(0, 50)))
def test_released_rows_never_fall_back(times: list[int]) -> None:
    lines = iter([b"%d,1" % ms for ms in times])
    released = [row.ms for row in rows_in_order(lines, LAYOUT, "w") if isinstance(row, Row)]
    assert released == sorted(released)
    assert not times or released


def test_uid_is_the_content_uid_of_the_cells_and_the_occurrence() -> None:
    identity = Identity("equity_print", "AIG", "20131007")
    uids = [identity.uid(5, b"5,491800,300"), identity.uid(5, b"5,491800,300")]
    expected = [
        content_uid("lean", "equity_print", "AIG", "20131007", "5", "491800", "300", k)
        for k in (0, 1)
    ]
    assert uids == expected


def test_occurrence_is_counted_within_one_instant() -> None:
    identity, again = Identity("k"), Identity("k")
    first = [identity.uid(1, b"1,a"), identity.uid(1, b"1,b"), identity.uid(1, b"1,a")]
    assert len(set(first)) == 3
    assert [again.uid(1, b"1,a"), again.uid(1, b"1,a")] == [first[0], first[2]]


@pytest.mark.parametrize(
    ("day", "ms", "instant"),
    [
        ("20131007", 34_200_000, datetime(2013, 10, 7, 13, 30, tzinfo=UTC)),  # summer, UTC-4
        ("20151223", 34_200_000, datetime(2015, 12, 23, 14, 30, tzinfo=UTC)),  # winter, UTC-5
        ("20240310", 34_200_000, datetime(2024, 3, 10, 13, 30, tzinfo=UTC)),  # clocks go forward
        ("20241103", 34_200_000, datetime(2024, 11, 3, 14, 30, tzinfo=UTC)),  # clocks go back
    ],
)
def test_times_are_new_york_wall_clock(day: str, ms: int, instant: datetime) -> None:
    assert to_datetime(midnight_us(day) + ms * 1_000) == instant


def test_sound_zip_lists_its_members(make_zip: Callable[..., Path]) -> None:
    assert [info.filename for info in check_zip(make_zip("a.zip", x="1", y="2"))] == [
        "x.csv",
        "y.csv",
    ]


def test_truncated_zip_is_refused(make_zip: Callable[..., Path]) -> None:
    path = make_zip("a.zip", x="1,2\n" * 5_000)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(
        ImportFormatError, match=r"a\.zip cannot be read: received .* expected a complete zip"
    ):
        check_zip(path)


def test_zip_with_a_flipped_byte_is_refused(make_zip: Callable[..., Path]) -> None:
    path = make_zip("a.zip", x="".join(f"{n},{n * 7919 % 1000}\n" for n in range(5_000)))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ImportFormatError, match="expected a complete zip"):
        check_zip(path)


def test_empty_and_absurd_files_are_refused(make_zip: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(ImportFormatError, match="is empty"):
        check_zip(make_zip("a.zip"))
    (tmp_path / "b.zip").write_bytes(b"no zip")
    with pytest.raises(ImportFormatError, match="cannot be read"):
        check_zip(tmp_path / "b.zip")


@given(st.lists(st.binary(max_size=30).map(lambda b: b.replace(b"\n", b"").replace(b"\r", b""))))
def test_lines_are_what_was_joined(lines: list[bytes]) -> None:
    content = b"\r\n".join(lines)
    progress = Progress()
    found = list(read_lines(io.BytesIO(content), progress))
    assert found == (lines if not lines or lines[-1] else lines[:-1])
    assert progress.done == len(content)


def test_endless_line_stays_bounded() -> None:
    found = list(read_lines(io.BytesIO(b"1" * 5_000_000 + b"\n2"), Progress()))
    assert [len(line) for line in found] == [4_096, 1]
