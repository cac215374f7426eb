"""Whatever a client does to a cursor, it goes on at exactly that place or is refused."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flow.api.cursors import (
    MAX_LENGTH,
    MAX_SEQ,
    MAX_TS,
    Cursor,
    decode_cursor,
    encode_cursor,
    filter_digest,
)
from flow.api.errors import ApiError
from flow.api.places import NEWEST, read_place

DIGEST = filter_digest(0, {})
REFUSAL = ("invalid_cursor", ["cursor"])
LETTERS = string.ascii_letters + string.digits + "-_"
RAW_CURSORS = st.builds(
    Cursor,
    family=st.just("option_print"),
    direction=st.sampled_from("<>"),
    ts=st.integers(0, MAX_TS),
    seq=st.integers(0, MAX_SEQ),
    stream=st.integers(0, 2**31 - 1),
    filters=st.just(DIGEST),
)
DERIVED_CURSORS = st.builds(
    Cursor,
    family=st.just("alert"),
    direction=st.sampled_from("<>"),
    ts=st.integers(0, MAX_TS),
    seq=st.uuids().map(lambda uid: uid.hex),
    stream=st.integers(0, 2**31 - 1),
    filters=st.just(DIGEST),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=8,
)
FILTERS = st.dictionaries(
    st.sampled_from(["view", "side", "type", "min_notional", "underlying_id"]),
    st.one_of(st.text(max_size=6), st.lists(st.text(max_size=6), max_size=3)),
)


def decoded(text: str, *, family: str = "option_print", filters: str = DIGEST) -> Cursor | None:
    """Return the cursor, or None where it is refused as a cursor."""
    try:
        return decode_cursor(text, family=family, filters=filters)
    except ApiError as refused:
        if (refused.code, [field.name for field in refused.fields]) != REFUSAL:
            raise
        return None


@given(st.one_of(RAW_CURSORS, DERIVED_CURSORS))
def test_encoded_cursor_needs_no_escaping_and_is_short(cursor: Cursor) -> None:
    text = encode_cursor(cursor)

    assert set(text) <= set(LETTERS)
    assert len(text) <= MAX_LENGTH


@given(cursor=RAW_CURSORS, place=st.integers(0, 1_000), letter=st.sampled_from(LETTERS))
def test_cursor_with_one_letter_changed_is_refused_or_another_valid_place(
    cursor: Cursor, place: int, letter: str
) -> None:
    text = encode_cursor(cursor)
    at = place % len(text)
    changed = text[:at] + letter + text[at + 1 :]
    assume(changed != text)

    found = decoded(changed)

    assert found is None or (found != cursor and encode_cursor(found) == changed)


@given(cursor=RAW_CURSORS, length=st.integers(0, 200))
def test_cursor_cut_anywhere_is_refused(cursor: Cursor, length: int) -> None:
    text = encode_cursor(cursor)
    assume(length < len(text))

    assert decoded(text[:length]) is None


@given(cursor=RAW_CURSORS, tail=st.text(LETTERS + "=\n ", min_size=1, max_size=8))
def test_cursor_with_a_tail_is_refused(cursor: Cursor, tail: str) -> None:
    assert decoded(encode_cursor(cursor) + tail) is None


@given(one=RAW_CURSORS, other=RAW_CURSORS)
def test_two_places_never_share_a_cursor(one: Cursor, other: Cursor) -> None:
    assert (encode_cursor(one) == encode_cursor(other)) == (one == other)


@given(RAW_CURSORS)
def test_cursor_is_bound_to_its_family_and_filters(cursor: Cursor) -> None:
    text = encode_cursor(cursor)

    assert decoded(text) == cursor
    assert decoded(text, family="packet") is None
    assert decoded(text, filters=filter_digest(1, {})) is None


@given(RAW_CURSORS)
def test_place_of_a_raw_cursor_is_that_cursor_and_never_the_newest(cursor: Cursor) -> None:
    place = read_place(
        {"cursor": encode_cursor(cursor)}, family="option_print", filters=DIGEST, seq_type=int
    )

    assert place == (cursor.direction == ">", cursor.ts, cursor.seq, cursor.stream, False)
    assert place != NEWEST


@pytest.mark.parametrize(
    ("family", "seq", "seq_type"), [("option_print", "0" * 32, int), ("alert", 7, str)]
)
def test_place_of_a_cursor_whose_seq_is_of_the_other_kind_is_refused_not_guessed(
    family: str, seq: int | str, seq_type: type
) -> None:
    text = encode_cursor(Cursor(family, "<", 5, seq, 1, DIGEST))

    with pytest.raises(ApiError, match="cursor cannot be used"):
        read_place({"cursor": text}, family=family, filters=DIGEST, seq_type=seq_type)


@given(run=st.integers(0, 9), applied=FILTERS)
def test_filter_digest_does_not_depend_on_the_order_of_filters(
    run: int, applied: dict[str, object]
) -> None:
    turned = dict(reversed(list(applied.items())))

    assert filter_digest(run, applied) == filter_digest(run, turned)


@given(one=FILTERS, other=FILTERS)
def test_filter_digest_differs_where_filters_differ(
    one: dict[str, object], other: dict[str, object]
) -> None:
    assert (filter_digest(0, one) == filter_digest(0, other)) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"side": ["A", "BB"]}, {"side": ["ABB"]}),
        ({"side": ["A"]}, {"type": ["A"]}),
        ({"view": "raw"}, {"view": ["raw"]}),
        ({"min_notional": "1"}, {"min_notional": "10"}),
        ({}, {"view": ""}),
    ],
)
def test_filter_digest_tells_lookalikes_apart(
    one: dict[str, object], other: dict[str, object]
) -> None:
    assert filter_digest(0, one) != filter_digest(0, other)


def test_refused_cursor_is_echoed_in_part_only() -> None:
    with pytest.raises(ApiError) as refused:
        decode_cursor("x" * 5_000, family="alert", filters=DIGEST)

    assert refused.value.fields[0].received == "x" * 100
    assert len(refused.value.message) < 200
