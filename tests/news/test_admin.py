"""News in the admin: looking only, escaped, bounded, in the run that was asked for."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from news.models import NewsRevision, NewsStory
from tests.support.evidence import signed_in
from tests.support.news import MINUTE, SECOND, item, store, updated
from tests.support.sql import statements, unbounded

pytestmark = pytest.mark.usefixtures("log_db")
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def client(log_db: None) -> Client:
    first = item(1, 0, symbols=["BRK/B"])
    store(first, item(2, SECOND, headline=HOSTILE, source=HOSTILE, content=f"<p>x{HOSTILE}</p>"),
          updated(first, MINUTE, headline="Correction: less"))  # fmt: skip
    return signed_in("admin")


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def listing(model: str, query: str = "") -> str:
    return reverse(f"admin:news_{model}_changelist") + query


@pytest.mark.parametrize(
    ("model", "query", "found"),
    [
        ("newsstory", "", 2),
        ("newsrevision", "", 3),
        ("newsstory", "?q=brk-b", 1),
        ("newsrevision", "?q=BRK.B", 2),
        ("newsstory", "?q=ZZZ", 0),
        ("newsstory", "?q=%3Cscript%3E", 0),
    ],
)
def test_lists_and_their_exact_search(client: Client, model: str, query: str, found: int) -> None:
    html = page(client, listing(model, query))

    assert len(set(re.findall(rf'href="/admin/news/{model}/(\d+)/change/', html))) == found
    assert HOSTILE not in html


def test_a_story_is_listed_by_its_newest_headline(client: Client) -> None:
    html = unescape(page(client, listing("newsstory")))

    assert ">Correction: less</a>" in html
    assert "Story number 1" not in html


def test_a_story_shows_its_revisions_newest_first(client: Client) -> None:
    story = NewsStory.objects.get(story_id=1)
    html = unescape(page(client, reverse("admin:news_newsstory_change", args=[story.pk])))

    assert html.index("corrected") < html.index("Story number 1")
    assert len(set(re.findall(r"/admin/news/newsrevision/\d+/change/", html))) == 2


def test_a_revision_shows_text_as_text_and_how_symbols_were_found(client: Client) -> None:
    hostile = NewsRevision.objects.get(story_id=2)
    html = page(client, reverse("admin:news_newsrevision_change", args=[hostile.pk]))

    assert HOSTILE not in html
    assert HOSTILE in unescape(html)
    assert "&lt;p&gt;x&lt;/p&gt;" in html
    assert '"method": "provider"' in unescape(html)


@pytest.mark.parametrize("model", ["newsstory", "newsrevision"])
def test_reads_are_bounded(client: Client, model: str) -> None:
    asked = statements(lambda: page(client, listing(model)))

    assert unbounded([sql for sql in asked if "news_" in sql]) == []
    assert len(asked) <= 20


@pytest.mark.parametrize("model", ["newsstory", "newsrevision"])
def test_nobody_may_change_anything(model: str) -> None:
    store(item(1, 0))
    client = signed_in("superuser")
    pk = (NewsStory if model == "newsstory" else NewsRevision).objects.get().pk

    for action, args in (("add", []), ("change", [pk]), ("delete", [pk])):
        answer = client.post(reverse(f"admin:news_{model}_{action}", args=args), {})
        assert answer.status_code == 403
    assert NewsRevision.objects.count() == 1
