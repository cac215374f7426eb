"""Markup of strangers: nothing that acts survives, no text is lost in silence."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.sanitize import (
    LINK_REL,
    MAX_TAGS,
    TAGS,
    anchor_texts,
    clean_body,
    clean_line,
    clean_text,
    clean_url,
    line_of,
    paragraph,
    text_of,
)

# Source: OWASP cheat sheet of XSS filter evasion, and reliability-security.md row 25.
HOSTILE = (
    "<script>alert(1)</script>", "<ScRiPt src=//evil></sCrIpT>",
    "<scr<script>ipt>alert(1)</script>",
    "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<svg><script>alert(1)</script></svg>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>", "<base href='//evil/'>",
    "<a href='javascript:alert(1)'>x</a>", "<a href='JaVa&#10;Script:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>", "<a href='//evil.example'>x</a>",
    "<a href='/relative'>x</a>", "<a href='https:evil'>x</a>", "<a href='http://plain.example'>x</a>",
    "<a href='https://ok.example/' onclick='alert(1)' style='x' id=y hx-get='/z'>x</a>",
    "<p hx-on:click='alert(1)' data-hx-get='/x'>x</p>", "<iframe src=//evil></iframe>",
    "<object data=//evil></object><embed src=//evil>", "<form action=//evil><input name=q></form>",
    "<style>@import '//evil'</style>", "<link rel=stylesheet href=//evil>",
    "<meta http-equiv=refresh content='0;url=//evil'>", "<noscript><p title='</noscript><img "
    "src=x onerror=alert(1)>'></noscript>", "<template><script>alert(1)</script></template>",
    "<textarea><script>alert(1)</script></textarea>",
    "<!--<img src=--><img src=x onerror=alert(1)>",
    "<a href='https://ok.example/?a>b<c'>x</a>", "<b <script>alert(1)</script>>x</b>",
    "<table><td background=//evil>x</table>", "<details open ontoggle=alert(1)>x</details>",
)  # fmt: skip


class Parsed(HTMLParser):
    """Collects what a second, unrelated parser sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment", {}))

    def handle_decl(self, decl: str) -> None:
        self.tags.append(("declaration", {}))


def assert_harmless(html: str) -> None:
    for tag, attributes in Parsed(html).tags:
        assert tag in TAGS
        assert set(attributes) <= ({"href", "rel"} if tag == "a" else set())
        if "href" in attributes:
            assert re.match(r"https://[^/]", attributes["href"] or "")
        if tag == "a":
            assert attributes["rel"] == LINK_REL


@pytest.mark.parametrize("raw", HOSTILE)
def test_nothing_hostile_survives(raw: str) -> None:
    html = clean_body(f"before {raw} after").html

    assert_harmless(html)
    assert not re.search(r"<script|onerror=[^&]*>|javascript:[^<]*\"", html, re.IGNORECASE)


def test_a_checked_link_stays_and_tells_nobody_where_it_came_from() -> None:
    body = clean_body('<a href="https://ok.example/a?b=1&amp;c=2" title="t">see</a>')

    assert body.html == (f'<a href="https://ok.example/a?b=1&amp;c=2" rel="{LINK_REL}">see</a>')


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("<ul><li>One</li><li>Two</li></ul>", "One\nTwo"),
        ("<h2>One</h2>Two<br>Three", "One\nTwo\nThree"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("no markup,\r\n two lines", "no markup, two lines"),
        ("<p>x<script>alert(1)</script>y</p>", "xy"),
        ("a&#x202e;b\u200bc\x00d\x1be", "abcde"),
        ("\ud800 lone", "lone"),
    ],
)
def test_text_of_a_body(raw: str, text: str) -> None:
    body = clean_body(raw)

    assert body.text == text
    assert not body.is_emptied


@pytest.mark.parametrize("raw", ["<script>alert(1)</script>", "<img src=x>", "<!-- x -->", "\x00"])
def test_a_body_of_which_no_text_is_left_says_so(raw: str) -> None:
    assert clean_body(raw) == ("", "", True)


@pytest.mark.parametrize("raw", ["", " ", "\n\t"])
def test_an_empty_body_is_only_empty(raw: str) -> None:
    assert clean_body(raw) == ("", "", False)


@pytest.mark.parametrize("tag", ["<div>", "<x>", "<span>", "<b>", "<!--", "<div ", "<a href='"])
def test_a_bomb_of_tags_keeps_its_text(tag: str) -> None:
    body = clean_body("before " + tag * (MAX_TAGS + 1) + ">after")

    assert_harmless(body.html)
    assert "before" in body.text


def test_a_headline_resolves_its_entities_and_is_never_lost() -> None:
    assert line_of("Waymo&#39;s  co-CEOs\n<b>leave</b>") == "Waymo's co-CEOs leave"
    assert line_of("<script>x</script>") == "<script>x</script>"
    assert line_of("  ") == ""


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("Q3 EPS<Estimates, revenue beats $GME", "Q3 EPS<Estimates, revenue beats $GME"),
        ("A <B, <b>bold</b>", "A <B, bold"),
        ("1 < 2", "1 < 2"),
    ],
)
def test_a_sign_that_no_tag_ends_loses_nothing(raw: str, line: str) -> None:
    assert line_of(raw) == line


def test_a_line_has_no_line_ends_and_nothing_that_hides() -> None:
    assert clean_line("a\r\nb\u2066c\u00add\u200d ") == "a bcd"


def test_a_paragraph_is_escaped() -> None:
    assert paragraph("1 < 2 & <b>") == ("<p>1 &lt; 2 &amp; &lt;b&gt;</p>", "1 < 2 & <b>", False)
    assert paragraph("  ") == ("", "", False)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://www.example.com/a-b?c=1#d", True), ("http://example.com", True),
        ("https://", False), ("", False), ("//evil.example", False), ("javascript:alert(1)", False),
        ("https://exa mple.com", False), ('https://x.example/"><b>', False), ("ftp://x", False),
        ("https://[::1", False), ("https://x.example:99999/", False), ("https:///x", False),
    ],
)  # fmt: skip
def test_an_address_is_absolute_http_or_nothing(url: str, kept: bool) -> None:
    assert clean_url(url) == (url if kept else "")


def test_anchor_texts_in_their_order() -> None:
    html = clean_body('<a href="https://x.example"> NVDA </a><a>A &amp; B</a><b>IBM</b>').html

    assert anchor_texts(html) == ["NVDA", "A & B"]


PIECES = st.sampled_from([
    *HOSTILE, "<p>", "</p>", "<b>", "</b>", "<a href='https://x.example'>", "</a>", "<", ">", "&",
    "&lt;", "&#60;", "&#x202e;", "&amp;lt;", "'", '"', "<!--", "-->", "<![CDATA[", "<br/>", "<div>",
    "\u202e", "\x00", "\ud800", " ", "words", "<script>", "</script>", "<svg>", "<title>", "<td>",
])  # fmt: skip
MARKUP = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=25).map("".join)


@given(MARKUP)
def test_whatever_comes_only_allowed_tags_and_attributes_survive(raw: str) -> None:
    body = clean_body(raw)

    assert_harmless(body.html)
    assert clean_text(body.html) == body.html


@given(MARKUP)
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    body = clean_body(raw)
    again = clean_body(body.html)

    assert again.html == body.html
    assert again.text == body.text == text_of(body.html)


@given(MARKUP)
def test_text_never_empties_in_silence(raw: str) -> None:
    body = clean_body(raw)

    assert bool(body.html) == bool(body.text)
    assert body.is_emptied == (bool(raw.strip()) and not body.text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zs", "Zl", "Zp"]), min_size=1))
def test_plain_text_survives_whole(raw: str) -> None:
    plain = raw.replace("<", "\u2039").replace("&", "+")

    assert clean_body(plain).text == plain
    assert clean_body(f"<div><p>{plain}</div>").text == plain


@given(st.text())
def test_lines_can_always_be_stored_and_logged(raw: str) -> None:
    line = line_of(raw)

    line.encode()
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", line)
