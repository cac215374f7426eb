"""The record of an `open_interest` control entry: there and back, and nothing else."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flow.domain.open_interest import OpenInterest, open_interest_payload, read_open_interest

RECORDS = st.builds(
    OpenInterest,
    contract=st.text(min_size=1, max_size=64),
    session_date=st.integers(739_000, 740_000),
    open_interest=st.integers(0, 2**31 - 1),
    as_of_date=st.integers(730_000, 738_999),
    source=st.text(max_size=40),
)
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
FIELDS = st.sampled_from(OpenInterest.__struct_fields__)


@given(RECORDS)
def test_a_payload_reads_back_as_the_record(record: OpenInterest) -> None:
    assert read_open_interest(open_interest_payload(record)) == record


@given(RECORDS, st.dictionaries(FIELDS, ANYTHING))
def test_any_payload_is_a_record_of_the_past_or_none(
    record: OpenInterest, changes: dict[str, Any]
) -> None:
    found = read_open_interest(open_interest_payload(record) | changes)

    assert found is None or found.as_of_date < found.session_date
