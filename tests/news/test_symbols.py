"""Which symbols a story names: the golden of platform.md 14 (G11), each method, each doubt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.sanitize import anchor_texts, clean_body
from news.symbols import (
    CONFIDENCE,
    MAX_SYMBOLS,
    RESOLVED_AT,
    WORD_CONFIDENCE,
    Symbols,
    canonical,
    find_symbols,
)

GOLDEN_BODY = (
    '<p>NYSE: IBM and NASDAQ:TSLA and $GME, <a href="https://x.example/q"> NVDA </a>, $BRK.B'
    " (NYSEAMERICAN:XYZ)</p>"
)
LISTED = frozenset({"AAPL", "BRK.B", "IBM", "TSLA", "GME", "NVDA", "XYZ"})


def found(
    text: str = "", *, provider: tuple[str, ...] = (), known: frozenset[str] = LISTED
) -> Symbols:
    body = clean_body(text)
    return find_symbols(
        provider=provider,
        texts=(body.text,),
        anchors=anchor_texts(body.html),
        is_known=known.__contains__,
    )


def ways(text: str, known: frozenset[str] = LISTED) -> dict[str, str]:
    """Return the surest method of each symbol of a text."""
    return {each.symbol: each.method for each in found(text, known=known).found}


def test_golden_g11() -> None:
    story = found(GOLDEN_BODY, provider=("aapl", "BRK.B", "BTCUSD"))

    assert story.provider == ("AAPL", "BRK.B")
    assert set(story.resolved) == {"AAPL", "NVDA", "TSLA", "XYZ", "GME", "IBM", "BRK.B"}
    assert story.resolved[:2] == ("AAPL", "BRK.B")
    assert story.resolution == "mixed"
    assert not story.is_cut


def test_each_symbol_keeps_its_methods_and_the_surest_one_decides() -> None:
    by_name = {each.symbol: each for each in found(GOLDEN_BODY, provider=("BRK.B", "IBM")).found}

    assert by_name["IBM"].methods == ("provider", "exchange_prefix")
    assert by_name["IBM"].method == "provider"
    assert by_name["BRK.B"].methods == ("provider", "cashtag")
    assert (by_name["NVDA"].method, by_name["NVDA"].confidence) == ("anchor", 0.6)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("aapl", "AAPL"), (" AAPL ", "AAPL"), ("BRK.B", "BRK.B"), ("brk/b", "BRK.B"),
        ("BRK-B", "BRK.B"), ("A", "A"), ("GOOGL", "GOOGL"),
        ("BTCUSD", None), ("BTC/USD", None), ("", None), ("BRK.BB", None), ("AAPL1", None),
        ("BRK B", None), (".B", None), ("\uff21\uff21", None), ("\u017fpy", None), ("../etc", None),
    ],
)  # fmt: skip
def test_canonical_symbol(text: str, symbol: str | None) -> None:
    assert canonical(text) == symbol


@pytest.mark.parametrize(
    ("text", "methods"),
    [
        ("NYSE: IBM", {"IBM": "exchange_prefix"}),
        ("(NYSE:IBM)", {"IBM": "exchange_prefix"}),
        ("Nasdaq: TSLA.", {"TSLA": "exchange_prefix"}),
        ("NYSE American: XYZ", {"XYZ": "exchange_prefix"}),
        ("NYSE:$IBM", {"IBM": "exchange_prefix"}),
        ('(NYSE:<a href="https://x.example">IBM</a>)', {"IBM": "exchange_prefix"}),
        ("NYSE: BRK.B, up", {"BRK.B": "exchange_prefix"}),
        ("NYSE: Ibm and NYSE:ibm", {}),
        ("NYSE rose. IBM too", {}),
        ("xNYSE:IBM", {}),
        ("NYSE: ABCDEFG", {}),
        ("$GME and $BRK/B", {"GME": "cashtag", "BRK.B": "cashtag"}),
        ("US$GME $gme $5M $GME1 a$GME $$GME", {}),
        ("$GME.", {"GME": "cashtag"}),
        ('<a href="https://x.example">IBM</a>', {"IBM": "anchor"}),
        ('<a href="https://x.example">IBM news</a> <b>IBM</b>', {}),
        ("<a>ibm</a>", {}),
    ],
)
def test_where_a_text_names_a_symbol(text: str, methods: dict[str, str]) -> None:
    assert ways(text) == methods


def test_a_link_text_in_capitals_is_a_symbol_only_where_reference_data_know_it() -> None:
    text = 'Click <a href="https://x.example">HERE</a> or <a href="https://x.example">ZZYX</a>'

    assert ways(text) == {}
    assert ways(text, LISTED | {"ZZYX"}) == {"ZZYX": "anchor"}


@pytest.mark.parametrize("word", ["HERE", "ALL", "IT", "A"])
def test_a_word_that_is_also_a_ticker_is_a_candidate_and_no_more(word: str) -> None:
    known = LISTED | {word}
    story = found(f'<a href="https://x.example">{word}</a> ${word}', known=known)

    assert [each.confidence for each in story.found] == [WORD_CONFIDENCE]
    assert story.resolved == ()
    assert story.resolution == "none"


@pytest.mark.parametrize("text", ["NYSE: ALL", "(NYSE:A)"])
def test_an_exchange_before_it_makes_a_word_a_symbol(text: str) -> None:
    assert len(found(text, known=LISTED | {"ALL", "A"}).resolved) == 1


@pytest.mark.parametrize(
    ("text", "provider", "resolution"),
    [
        ("plain", ("IBM",), "provider"),
        ("NYSE: TSLA", ("IBM",), "mixed"),
        ("NYSE: IBM", ("IBM",), "mixed"),
        ("NYSE: IBM", (), "derived"),
        ("plain", ("BTCUSD",), "none"),
        ("plain", (), "none"),
    ],
)
def test_how_symbols_were_resolved(text: str, provider: tuple[str, ...], resolution: str) -> None:
    assert found(text, provider=provider).resolution == resolution


def test_what_reference_data_do_not_know_is_less_sure_and_says_so() -> None:
    story = found("NYSE: ZZZ and $YYY", provider=("CWAN",), known=frozenset())

    assert {each.symbol: each.confidence for each in story.found} == {
        "CWAN": 0.80, "ZZZ": 0.60, "YYY": 0.50,
    }  # fmt: skip
    assert not any(each.is_known for each in story.found)
    assert story.resolved == ("CWAN", "ZZZ", "YYY")


def test_confidences_fall_from_tags_to_link_texts_and_from_known_to_unknown() -> None:
    known = [pair[0] for pair in CONFIDENCE.values()]

    assert known == sorted(known, reverse=True)
    assert all(unknown is None or unknown < sure for sure, unknown in CONFIDENCE.values())
    assert WORD_CONFIDENCE < RESOLVED_AT <= min(known)


def test_five_thousand_tags_are_cut_and_said_to_be() -> None:
    tags = tuple(f"{chr(65 + n // 676 % 26)}{chr(65 + n // 26 % 26)}{chr(65 + n % 26)}"
                 for n in range(5_000))  # fmt: skip
    story = found(provider=tags)

    assert len(story.found) == len(story.provider) == MAX_SYMBOLS
    assert story.is_cut


@given(st.lists(st.text(max_size=8), max_size=20), st.text(max_size=200), st.lists(st.text()))
def test_whatever_comes_every_symbol_has_the_form_of_one_and_stands_once(
    provider: list[str], text: str, anchors: list[str]
) -> None:
    story = find_symbols(
        provider=provider, texts=(text,), anchors=anchors, is_known=lambda symbol: True
    )
    names = [each.symbol for each in story.found]

    assert len(names) == len(set(names))
    assert all(canonical(name) == name for name in names)
    assert set(story.resolved) <= set(names)
    assert set(story.provider) <= set(names)
    assert all(0 < each.confidence <= 1 and each.method in each.methods for each in story.found)


@given(
    st.from_regex(r"[A-Z]{1,5}(\.[A-Z])?", fullmatch=True),
    st.sampled_from(["NYSE: {}", "(NASDAQ:{})", "${}", "said $ {}"]),
    st.sampled_from(["", " up", ", up", ").", "\n"]),
)
def test_a_symbol_is_found_whole_or_not_at_all(name: str, form: str, tail: str) -> None:
    story = find_symbols(
        provider=(), texts=(form.format(name) + tail,), anchors=(), is_known=lambda symbol: True
    )

    assert [each.symbol for each in story.found] == ([] if "$ " in form else [name])


@given(st.text(max_size=80), st.text(max_size=80))
def test_knowing_more_symbols_never_loses_one(before: str, after: str) -> None:
    texts = (f"{before} NYSE: IBM $GME {after}",)
    anchors = [before, after]
    few = find_symbols(provider=(), texts=texts, anchors=anchors, is_known=lambda symbol: False)
    all_ = find_symbols(provider=(), texts=texts, anchors=anchors, is_known=lambda symbol: True)

    assert set(few.resolved) <= {each.symbol for each in all_.found}
