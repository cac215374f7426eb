"""Filters of addresses: read exactly, or refused in a sentence; never quietly dropped."""

import pytest

from flow.live.filters import amount_of, choices_of, symbols_of, text_of
from flow.live.registry import FilterError
from flow.panels import choose_prints
from flow.storage.pages import PrintFilter


@pytest.mark.parametrize(
    ("text", "dollars"),
    [("25000", 25_000), ("25k", 25_000), ("$1.5m", 1_500_000), ("1,000", 1_000), ("2B", 2 * 10**9)],
)
def test_amounts_are_read_with_units(text: str, dollars: int) -> None:
    assert amount_of({"prem": [text]}, "prem") == dollars * 1_000_000


@pytest.mark.parametrize("text", ["abc", "-5", "1e9", "25kk", "٣", "1.2.3", "9" * 40])
def test_an_amount_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(FilterError, match="expected dollars such as 25000"):
        amount_of({"prem": [text]}, "prem")


def test_no_amount_is_no_filter() -> None:
    assert amount_of({}, "prem") is None
    assert amount_of({"prem": [" "]}, "prem") is None


def test_symbols_come_by_commas_or_spaces_and_in_one_order() -> None:
    assert symbols_of({"q": ["spy, nvda  SPY"]}) == ("NVDA", "SPY")
    assert symbols_of({"q": ["brk.b ^vix"[:5]]}) == ("BRK.B",)


@pytest.mark.parametrize("text", ["<script>", "A" * 20, "NVDA;DROP", "ä"])
def test_what_is_no_symbol_is_refused(text: str) -> None:
    with pytest.raises(FilterError, match="q is"):
        symbols_of({"q": [text]})


def test_a_list_of_symbols_has_an_end() -> None:
    with pytest.raises(FilterError, match="at most 50"):
        symbols_of({"q": [" ".join(f"A{n}" for n in range(51))]})


def test_choices_repeat_or_come_by_commas() -> None:
    known = {"AA": 1, "A": 2}
    assert choices_of({"side": ["A", "AA"]}, "side", known) == ("A", "AA")
    assert choices_of({"side": ["A,AA"]}, "side", known) == ("A", "AA")
    with pytest.raises(FilterError, match="one of AA, A"):
        choices_of({"side": ["up"]}, "side", known)


def test_the_last_of_several_values_counts() -> None:
    assert text_of({"view": ["raw", "signal"]}, "view") == "signal"


def test_the_tape_shows_the_signal_view_by_default() -> None:
    assert choose_prints({}) == PrintFilter(signal_only=True)
    assert choose_prints({"view": ["raw"]}) == PrintFilter()


def test_the_tape_filter_reads_every_parameter() -> None:
    chosen = choose_prints(
        {"q": ["NVDA"], "view": ["raw"], "type": ["put"], "side": ["?", "AA"], "prem": ["50k"]}
    )
    assert chosen == PrintFilter(
        underlyings=("NVDA",), rights=("P",), sides=(0, 1, 6), min_premium_micros=50_000_000_000
    )


def test_an_unknown_view_is_refused() -> None:
    with pytest.raises(FilterError, match="signal or raw"):
        choose_prints({"view": ["everything"]})
