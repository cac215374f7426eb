"""Answers of the earnings calendar: rows by header, refusals as one sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow.domain.earnings_answer import COLUMNS, AnswerError, read_answer
from tests.support.reference import HEADER, answer, earnings

SEVEN = HEADER + ",timeOfTheDay"


def test_six_columns_are_read_by_name() -> None:
    (row,) = read_answer(answer(earnings()))

    assert row == {
        "symbol": "AAPL", "name": "Company, of AAPL", "reportDate": "2025-01-31",
        "fiscalDateEnding": "2024-12-31", "estimate": "1.25", "currency": "USD",
    }  # fmt: skip


def test_seven_columns_and_another_order_are_read_by_name() -> None:
    shuffled = "timeOfTheDay,currency,estimate,fiscalDateEnding,reportDate,name,symbol"
    (one,) = read_answer(answer(earnings() + ",post-market", header=SEVEN))
    (other,) = read_answer(
        answer("post-market,USD,1.25,2024-12-31,2025-01-31,Ä & Co,AAPL", header=shuffled)
    )

    assert (one["timeOfTheDay"], one["symbol"]) == ("post-market", "AAPL")
    assert (other["timeOfTheDay"], other["symbol"], other["name"]) == (
        "post-market", "AAPL", "Ä & Co",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"Information": "Our rate limit is 25 requests"}', "refused: Our rate limit is 25"),
        (b'{"Note": "Thank you"}', "refused: Thank you"),
        (b'{"Error Message": "Invalid API call"}', "refused: Invalid API call"),
        (b"\xef\xbb\xbf  {broken", "refused: {broken"),
        (b"{}", "refused: {}"),
        (b"Thank you for using Alpha Vantage! 5 calls", "refused: Thank you for using"),
        (b"<html>502</html>", "starts with '<html>502</html>'; expected the columns symbol,name"),
        (b"", "starts with ''"),
        (answer(), "a header and no row"),
        (answer("I,n,f,o,r,m,a", header=SEVEN), "line 2 has reportDate 'f'; expected a date"),
        (answer("I,n,f,o,r,m,a"), "another number of columns: Infor"),
        (answer(earnings(), "AAPL,x,2025-01-31"), "line 3 has another number"),
        (answer('AAPL,"' + "x" * 140_000), "the answer is no CSV: field larger"),
        (answer(earnings(day="2025-02-30")), "line 2 has reportDate '2025-02-30'"),
    ],
)
def test_what_is_no_calendar_is_one_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(AnswerError) as caught:
        read_answer(body)

    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@given(st.binary(max_size=200) | st.text(max_size=200).map(answer))
def test_any_bytes_give_rows_or_a_sentence(body: bytes) -> None:
    try:
        rows = read_answer(body)
    except AnswerError:
        return
    assert all(set(COLUMNS) <= set(row) for row in rows)
