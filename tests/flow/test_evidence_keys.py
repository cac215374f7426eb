"""Keys of evidence: to text and back, and nothing else is a key."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.units import to_datetime
from flow.evidence_keys import derived_key, parse_derived, parse_raw, raw_key

TIMES = st.integers(0, 4_102_444_800_000_000).map(to_datetime)


@given(stream=st.integers(0, 2**31 - 1), ts=TIMES, seq=st.integers(0, 2**63 - 1))
def test_raw_key_reads_back(stream: int, ts: object, seq: int) -> None:
    assert parse_raw(raw_key(stream, ts, seq)) == (ts, seq, stream)  # type: ignore[arg-type]


@given(run=st.integers(0, 2**31 - 1), ts=TIMES, uid=st.uuids(), rev=st.integers(0, 2**15 - 1))
def test_derived_key_reads_back(run: int, ts: object, uid: UUID, rev: int) -> None:
    assert parse_derived(derived_key(run, ts, uid, rev)) == (ts, uid, rev, run)  # type: ignore[arg-type]


@given(st.text(max_size=60))
def test_any_text_is_a_key_or_none(text: str) -> None:
    parse_raw(text)
    parse_derived(text)


@pytest.mark.parametrize(
    "text",
    ["", "1-2", "1-2-3-4", "a-2-3", "-1-2-3", "1-2-3 ", "2147483648-1-1", "1-999999999999999999-1",
     "1-1-9223372036854775808", "\N{ARABIC-INDIC DIGIT ONE}-1-1"],
)  # fmt: skip
def test_parse_raw_refuses_what_no_row_can_have(text: str) -> None:
    assert parse_raw(text) is None


@pytest.mark.parametrize(
    "text", ["", "0-1-zz-0", "0-1-" + "A" * 32 + "-0", "0-1-" + "a" * 32 + "-40000", "0-1-2-3"]
)
def test_parse_derived_refuses_what_no_row_can_have(text: str) -> None:
    assert parse_derived(text) is None
