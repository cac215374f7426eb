"""What each kind of text accepts, and that it gives back what it was given."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from islandflow.env_register.kinds import (
    DAY_OR_INSTANT,
    PROJECT,
    TICKERS,
    Address,
    Choice,
    Credential,
    Failpoint,
    FailpointKind,
    Kind,
    Number,
    Place,
    Switch,
    Text,
    Whole,
    Words,
)

SWITCH_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
KINDS: list[Kind] = [
    Switch(),
    Whole(-5, 5),
    Number(0, 1),
    Choice(("a", "b"), {"c": "a"}),
    Text(),
    TICKERS,
    DAY_OR_INSTANT,
    Address(("https",)),
    Address(("postgresql",), needs_host=False, example="postgresql://h/n", needs_path=True),
    Credential(8),
    Place(),
    FailpointKind(),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
@given(text=st.text())
def test_any_text_gives_a_value_or_a_value_error_and_nothing_else(kind: Kind, text: str) -> None:
    with contextlib.suppress(ValueError):
        kind.read(text)


@pytest.mark.parametrize(("text", "value"), SWITCH_WORDS.items())
def test_switch_takes_its_six_words_in_any_case(text: str, value: bool) -> None:
    assert Switch().read(text) is value
    assert Switch().read(text.upper()) is value
    assert Switch().read(text.title()) is value


def test_switch_reads_the_word_false_as_false() -> None:
    # The reference turned the string "false" into true and reset its consumers on every start.
    assert Switch().read("false") is False


@pytest.mark.parametrize("text", ["", "on", "off", "t", "y", "2", "-1", "truee", "fal se", "None"])
def test_switch_refuses_everything_else(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the caller names the variable
        Switch().read(text)


@given(st.text().filter(lambda text: text.lower() not in SWITCH_WORDS))
def test_switch_refuses_any_other_text(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Switch().read(text)


@given(st.integers(-1_000, 1_000))
def test_whole_gives_back_numbers_of_its_range_and_refuses_the_rest(number: int) -> None:
    kind = Whole(-10, 500)
    if -10 <= number <= 500:
        assert kind.read(str(number)) == number
    else:
        with pytest.raises(ValueError):  # noqa: PT011
            kind.read(str(number))


@pytest.mark.parametrize("text", ["1_000", "1.0", "1e3", "0x10", "", "+", "٣", "²", "9" * 5_000])
def test_whole_refuses_what_python_alone_might_take(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Whole(0, 10**17).read(text)


def test_whole_accepts_its_bounds_and_a_sign() -> None:
    assert Whole(-5, 5).read("-5") == -5
    assert Whole(-5, 5).read("+5") == 5
    assert Whole(-5, 5).expected == "a whole number from -5 to 5"


@given(st.floats(0, 1))
def test_number_gives_back_numbers_of_its_range(number: float) -> None:
    assert Number(0, 1).read(repr(number)) == number


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999", "1,5", "1_0", "", ".", "e5", "2"])
def test_number_refuses_what_is_no_number_of_its_range(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Number(0, 1).read(text)


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0.0), ("1", 1.0), (".5", 0.5), ("0.5", 0.5), ("5e-1", 0.5)]
)
def test_number_reads_the_usual_ways_of_writing(text: str, value: float) -> None:
    assert Number(0, 1).read(text) == value


def test_number_says_its_range() -> None:
    assert Number(0.001, 1_000).expected == "a number from 0.001 to 1000"


def test_choice_takes_any_case_and_older_words() -> None:
    kind = Choice(("smart-money", "all"), {"smart-flow": "smart-money"})
    assert kind.read("ALL") == "all"
    assert kind.read("Smart-Flow") == "smart-money"
    assert kind.expected == "one of smart-money, all; smart-flow means smart-money"


@pytest.mark.parametrize("text", ["", "smart", "al", "all "])
def test_choice_refuses_other_words(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Choice(("smart-money", "all")).read(text)


def test_choice_keeps_the_spelling_of_its_option() -> None:
    assert Choice(("C", "P")).read("c") == "C"


@pytest.mark.parametrize("text", ["", "two\nlines", "tab\there", "bell\x07", "end\n"])
def test_text_refuses_control_characters(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Text().read(text)


def test_text_with_a_pattern_wants_all_of_it() -> None:
    assert Text("a day", r"\d{8}").read("20270115") == "20270115"
    with pytest.raises(ValueError):  # noqa: PT011
        Text("a day", r"\d{8}").read("20270115x")


@given(st.lists(st.from_regex(r"[A-Z]{1,5}", fullmatch=True), min_size=1))
def test_words_keep_order_and_drop_doubles(tickers: list[str]) -> None:
    assert TICKERS.read(" , ".join(tickers)) == tuple(dict.fromkeys(tickers))


@given(st.lists(st.from_regex(r"[A-Z]{1,5}", fullmatch=True), min_size=1))
def test_words_read_again_are_the_same(tickers: list[str]) -> None:
    once = TICKERS.read(",".join(tickers))
    assert TICKERS.read(",".join(once)) == once


def test_tickers_are_upper_cased_and_keep_their_class() -> None:
    assert TICKERS.read("spy,brk.b") == ("SPY", "BRK.B")


@pytest.mark.parametrize("text", ["SPY,,QQQ", ",", "SPY,", "S P Y", "SPY;QQQ", "1SPY"])
def test_tickers_refuse_gaps_and_strange_signs(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        TICKERS.read(text)


def test_words_without_upper_keep_their_case() -> None:
    assert Words("hosts", r"[a-zA-Z]+").read("a,B") == ("a", "B")
    assert Words("hosts", r"[a-z]+").expected == "hosts, separated by commas"


@pytest.mark.parametrize(
    "text", ["https://a.example", "https://a.example:8443/path", "https://[::1]:9/"]
)
def test_address_takes_urls_of_its_schemes(text: str) -> None:
    assert Address(("https",)).read(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.example",
        "http://a.example",
        "https:a.example",
        "https:/a.example",
        "https://",
        "https://a.example:99999",
        "https://a.example:port",
        "https://a.ex ample",
        "https://a.example\n",
        "https://[::1",
    ],
)
def test_address_refuses_what_is_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Address(("https",)).read(text)


def test_address_of_a_database_may_leave_out_the_host_but_not_the_name() -> None:
    kind = Address(("postgresql",), needs_host=False, needs_path=True, example="postgresql://h/n")
    assert kind.read("postgresql:///flow?host=/run/pg") == "postgresql:///flow?host=/run/pg"
    assert kind.expected == "an address such as postgresql://h/n"
    for text in ("postgresql://host", "postgresql://host/", "postgresql://"):
        with pytest.raises(ValueError):  # noqa: PT011
            kind.read(text)


def test_credential_counts_characters() -> None:
    assert Credential(4).read("abcd") == "abcd"
    assert Credential(4).expected == "at least 4 printable characters"
    assert Credential().expected == "printable characters"
    for text in ("abc", "abc\n", "ab\x00cd"):
        with pytest.raises(ValueError):  # noqa: PT011
            Credential(4).read(text)


def test_place_counts_from_the_project() -> None:
    assert Place().read("var") == PROJECT / "var"
    assert Place().read("/srv/flow") == Path("/srv/flow")
    assert Place().read("../shared/data") == PROJECT.parent / "shared/data"
    assert Place().read("~").is_absolute()


@pytest.mark.parametrize("text", ["a\x00b", "~no-such-user-here/x"])
def test_place_refuses_what_no_path_can_be(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Place().read(text)


def test_project_is_the_folder_of_manage_py() -> None:
    assert (PROJECT / "manage.py").is_file()


@given(st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True), st.integers(1, 10**8))
def test_failpoint_gives_back_name_and_pass(name: str, k: int) -> None:
    assert FailpointKind().read(f"{name}:{k}") == Failpoint(name, k)


@pytest.mark.parametrize("text", ["", "commit", "commit:0", "commit:-1", ":1", "A:1", "a:1:2"])
def test_failpoint_refuses_half_of_it(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        FailpointKind().read(text)


@pytest.mark.parametrize(
    "text", ["2025-01-17", "2025-01-17T14:30Z", "2025-01-17T14:30:00.123456789+00:00"]
)
def test_day_or_instant_takes_both(text: str) -> None:
    assert DAY_OR_INSTANT.read(text) == text


@pytest.mark.parametrize("text", ["17.01.2025", "2025-1-7", "today", "2025-01-17 14:30"])
def test_day_or_instant_refuses_other_forms(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        DAY_OR_INSTANT.read(text)
