"""Markup of strangers made harmless: an allow-list over a browser's own parser, and plain text.

Nothing here decides what a story means. The cleaned form is stored with the version of the rules
that made it, because rules grow and stored stories stay.
"""

import re
import unicodedata
from functools import cache
from html import escape, unescape
from typing import NamedTuple
from urllib.parse import urlsplit

import nh3

# Grows with every change of a rule below; stored beside each cleaned body.
SANITIZER_VERSION = 1
# Source: reliability-security.md 6.5 (tags, https only, no attribute but a checked href).
TAGS = frozenset({"a", "b", "i", "em", "strong", "p", "br"})
LINK_REL = "noopener noreferrer nofollow"
# nh3 needs time quadratic in nested tags that it unwraps: 100,000 took 50 s, 4,000 take 0.1 s
# (nh3 0.3.7, tried). A body with more is shown as text. A guess; long articles have some hundreds.
MAX_TAGS = 4_000

_KEPT_CONTROLS = frozenset("\t\n\r")
# What a browser sets on lines of its own, and cells: without this their words would run together.
_BLOCK = re.compile(
    r"</?(?:address|article|aside|blockquote|dd|div|dl|dt|figcaption|figure|footer|form|h[1-6]|"
    r"header|hr|li|main|nav|ol|option|pre|section|table|tbody|tfoot|thead|title|tr|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_CELL = re.compile(r"</?(?:td|th|caption|col|img)\b[^<>]*>", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_BREAKS = re.compile(r" ?<br>(?: ?<br>)+ ?")
_OUTER_BREAKS = re.compile(r"^(?: ?<br>)+ ?|(?: ?<br>)+ ?$")
_LINE_ENDS = re.compile(r" ?(?:<br>|</p>|<p>) ?")
_LONE = re.compile(r"<(?![^<]*>)")
_ANY_TAG = re.compile(r"<[^<>]*>")
_ANCHOR = re.compile(r"<a [^<>]*>(.*?)</a>", re.DOTALL)


class Body(NamedTuple):
    """One cleaned body.

    `is_emptied`: the provider sent something, and no text of it is left (a script and nothing
    else, for example). Said aloud, so that an empty story never looks like one without a body.
    """

    html: str
    text: str
    is_emptied: bool


def clean_text(text: str) -> str:
    """Return text without controls, invisible and direction-changing characters and surrogates.

    Tabs and line ends stay. Removed are the Unicode categories Cc, Cf and Cs: they hide text, turn
    its direction, forge lines of a log, or cannot be stored at all (NUL, a lone surrogate).
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_kept, text))


def clean_line(text: str) -> str:
    """Return text on one line: cleaned, every run of white space one blank, none at the ends."""
    return _SPACES.sub(" ", clean_text(text)).strip()


def clean_body(raw: str) -> Body:
    """Return a body with nothing in it but allowed tags, and its text.

    Shape: tags a, b, i, em, strong, p, br; the only attributes are an absolute https `href` and our
    `rel`. Text is never cut. Content of script and style is no text. Deterministic; cleaning twice
    changes nothing.
    """
    plain = clean_text(raw)
    if plain.count("<") > MAX_TAGS:
        html = _as_paragraph(_ANY_TAG.sub(" ", plain))
    else:
        html = _tidied(_clean(_CELL.sub(" ", _BLOCK.sub("<br>", plain))))
    text = text_of(html)
    return Body(html if text else "", text, is_emptied=bool(raw.strip()) and not text)


def line_of(raw: str) -> str:
    """Return a headline or summary as one line of plain text, its entities and tags resolved.

    Providers send these with entities (Waymo&#39;s) and now and then with tags. A text that is
    nothing but markup comes back as it was sent, cleaned: pages escape it, and it is not lost. A
    sign that no tag ends is a sign: "EPS<Estimates" loses nothing.
    """
    return clean_body(_LONE.sub("&lt;", raw)).text.replace("\n", " ") or clean_line(raw)


def paragraph(text: str) -> Body:
    """Return plain text as a body of one paragraph; blank text as an empty body."""
    line = clean_line(text)
    return Body(_as_paragraph(line), line, is_emptied=False)


def text_of(html: str) -> str:
    """Return the text of a cleaned body, a line per paragraph or line break."""
    lines = _ANY_TAG.sub("", _LINE_ENDS.sub("\n", html)).split("\n")
    found = (clean_line(unescape(line)) for line in lines)
    return "\n".join(line for line in found if line)


def anchor_texts(html: str) -> list[str]:
    """Return the texts of the links of a cleaned body, in their order."""
    return [clean_line(unescape(_ANY_TAG.sub("", found))) for found in _ANCHOR.findall(html)]


def clean_url(url: str) -> str:
    """Return an absolute http or https address, or an empty text for anything else."""
    found = clean_line(url)
    if not found.isascii() or re.search(r"[\s<>\"'`\\]", found):
        return ""
    return found if _has_host(found, ("https", "http")) else ""


def _clean(html: str) -> str:
    cleaned = nh3.clean(
        html,
        tags=set(TAGS),
        attributes={"a": {"href"}},
        attribute_filter=_checked_link,
        url_schemes={"https"},
        link_rel=LINK_REL,
    )
    # Entities such as &#x202e; are characters only now.
    return clean_text(cleaned)


def _checked_link(tag: str, attribute: str, value: str) -> str | None:
    """Keep an absolute https address alone: nh3 by itself lets `//host` through (tried)."""
    if attribute == "rel":
        return value  # ours: a provider's own is not among the attributes
    link = value.strip()
    if not _has_host(link, ("https",)) or clean_text(link) != link:
        return None
    # The serializer leaves these in attributes, and then a tag would not end at its first `>`.
    return link.replace("<", "%3C").replace(">", "%3E")


def _has_host(url: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _tidied(html: str) -> str:
    """Return HTML with single blanks, at most two line breaks in a row, none at the ends."""
    spaced = _SPACES.sub(" ", html).strip()
    return _OUTER_BREAKS.sub("", _BREAKS.sub("<br><br>", spaced)).strip()


def _as_paragraph(text: str) -> str:
    line = clean_line(unescape(text))
    return f"<p>{escape(line, quote=False)}</p>" if line else ""


@cache
def _kept(letter: str) -> str:
    if letter in _KEPT_CONTROLS or unicodedata.category(letter) not in {"Cc", "Cf", "Cs"}:
        return letter
    return ""
