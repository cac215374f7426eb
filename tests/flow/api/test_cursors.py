"""Cursors are opaque to clients and strict to us: another family, run or filter is refused."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.api.cursors import MAX_SEQ, MAX_TS, Cursor, decode_cursor, encode_cursor, filter_digest
from flow.api.errors import ApiError

DIGEST = filter_digest(0, {"view": "raw"})
GOOD = Cursor("option_print", "<", 1_401_975_000_000_000, 77, 3, DIGEST)


def decode(text: str, *, family: str = "option_print", filters: str = DIGEST) -> Cursor:
    return decode_cursor(text, family=family, filters=filters)


def packed(*values: object) -> str:
    return (
        base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode())
        .rstrip(b"=")
        .decode()
    )


@given(
    ts=st.integers(0, MAX_TS),
    seq=st.one_of(st.integers(0, MAX_SEQ), st.uuids().map(lambda uid: uid.hex)),
    stream=st.integers(0, 2**31 - 1),
    direction=st.sampled_from("<>"),
)
def test_cursor_round_trip_is_identity(
    ts: int, seq: int | str, stream: int, direction: str
) -> None:
    cursor = Cursor("packet", direction, ts, seq, stream, DIGEST)

    assert decode(encode_cursor(cursor), family="packet") == cursor


@given(st.text(max_size=120))
def test_decode_cursor_of_any_text_is_a_refusal_or_a_cursor(text: str) -> None:
    with pytest.raises(ApiError) as refused:
        decode(text)
    assert refused.value.status_code == 400
    assert refused.value.code == "invalid_cursor"


@pytest.mark.parametrize(
    "text",
    [
        "", "%", "not a cursor", "e30", packed(), packed(1, 2, 3),
        packed("option_print", "=", 1, 1, 1, DIGEST),
        packed("option_print", "<", -1, 1, 1, DIGEST),
        packed("option_print", "<", MAX_TS + 1, 1, 1, DIGEST),
        packed("option_print", "<", 1, -1, 1, DIGEST),
        packed("option_print", "<", 1, 2**63, 1, DIGEST),
        packed("option_print", "<", 1, "zz", 1, DIGEST),
        packed("option_print", "<", 1, 1, 2**31, DIGEST),
        packed("option_print", "<", 1.5, 1, 1, DIGEST),
        packed("option_print", "<", True, 1, 1, DIGEST),
        encode_cursor(GOOD) + "=", encode_cursor(GOOD) + "\n", " " + encode_cursor(GOOD),
    ],
)  # fmt: skip
def test_decode_cursor_that_we_did_not_write_is_refused(text: str) -> None:
    with pytest.raises(ApiError) as refused:
        decode(text)
    assert refused.value.fields[0].name == "cursor"


def test_decode_cursor_of_another_family_says_which() -> None:
    with pytest.raises(ApiError, match="a cursor of packet; this one is of option_print"):
        decode(encode_cursor(GOOD), family="packet")


def test_decode_cursor_of_another_filter_says_so() -> None:
    with pytest.raises(ApiError, match="same run and filters"):
        decode(encode_cursor(GOOD), filters=filter_digest(0, {"view": "signal"}))


def test_filter_digest_depends_on_run_and_filters_not_on_their_order() -> None:
    one = filter_digest(0, {"side": ["A"], "view": "raw"})

    assert one == filter_digest(0, {"view": "raw", "side": ["A"]})
    assert one != filter_digest(1, {"view": "raw", "side": ["A"]})
    assert one != filter_digest(0, {"view": "raw", "side": ["B"]})
