"""The text of the socket: its shape, its size, and one credit at a time."""

import json

from flow.live import frames
from flow.live.frames import Addressed, Credit, cut, encode, size_of
from flow.live.rings import Part

ROW = '<tr data-k="1"><td class="t" title="×">10:31:07.250</td></tr>'


def test_a_frame_says_epoch_number_head_and_parts() -> None:
    part = Part("prepend", (ROW, ROW), 7)
    frame = json.loads(encode("ab12", 3, {"at": 1}, [Addressed("tape", part)]))
    assert frame == {
        "epoch": "ab12",
        "n": 3,
        "head": {"at": 1},
        "parts": [{"panel": "tape", "mode": "prepend", "html": ROW + ROW, "rows": 2, "fresh": 7}],
    }


def test_a_heartbeat_is_a_frame_without_parts() -> None:
    assert json.loads(encode("ab12", 1, {}, []))["parts"] == []


def test_the_size_of_a_part_is_never_underestimated() -> None:
    part = Part("replace", (ROW,) * 50, 0)
    assert size_of(part) >= len(encode("e", 1, {}, [Addressed("tape", part)]).encode()) - 60


def test_a_page_too_wide_for_a_frame_keeps_its_newest_rows_whole() -> None:
    rows = tuple(f"{n:03d}" + "x" * 2_000 for n in range(60))
    part = cut(Part("prepend", rows, 60), frames.FRAME_BYTES)
    assert part.mode == "replace"
    assert part.rows == rows[: len(part.rows)]
    assert 25 < len(part.rows) < 40
    assert size_of(part) <= frames.FRAME_BYTES


def test_the_next_frame_waits_for_the_acknowledgement_of_the_last() -> None:
    credit = Credit("ab12")
    assert credit.is_free
    assert credit.spend(10.0) == 1
    assert not credit.is_free
    assert credit.take("ab12", 1)
    assert credit.is_free
    assert credit.spend(11.0) == 2


def test_an_acknowledgement_of_another_connection_or_frame_is_nothing() -> None:
    credit = Credit("ab12")
    credit.spend(10.0)
    credit.take("ab12", 1)
    credit.spend(11.0)
    for epoch, n in (("old1", 2), ("ab12", 1), ("ab12", 3), (None, None), ("ab12", "2")):
        assert not credit.take(epoch, n)
    assert not credit.is_free


def test_credit_is_never_doubled() -> None:
    credit = Credit("ab12")
    credit.spend(10.0)
    assert credit.take("ab12", 1)
    assert not credit.take("ab12", 1)


def test_a_browser_that_does_not_answer_for_twenty_seconds_is_lost() -> None:
    credit = Credit("ab12")
    credit.spend(100.0)
    assert not credit.is_lost(119.9)
    assert credit.is_lost(120.0)
    credit.take("ab12", 1)
    assert not credit.is_lost(1_000.0)


def test_close_codes_are_those_that_daphne_can_send() -> None:
    codes = (
        frames.SIGNED_OUT, frames.UNKNOWN_RUN, frames.BAD_PANELS, frames.TOO_FAST,
        frames.TOO_BIG, frames.COME_BACK, frames.TOO_MANY,
    )  # fmt: skip
    assert all(4000 <= code <= 4999 for code in codes)
