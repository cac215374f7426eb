"""Pages that show prints: right after a plain load, filtered as they say, honest about the rest."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from flow.live.tape import print_key
from flow.storage.pages import print_page
from tests.flow.live.tabs import live_rows, rows_of
from tests.support.evidence import signed_in
from tests.support.pages import body
from tests.support.workers import busy_items, derive_all, ingest_all, make_run

pytestmark = pytest.mark.usefixtures("log_db")
PAGES = ["/", "/options/", "/reads/"]


@pytest.fixture
def client(log_db: None) -> Client:
    return signed_in("viewer")


def keys_on(html: str) -> list[str]:
    return list(rows_of(html))


@pytest.mark.parametrize("address", PAGES)
def test_nobody_is_sent_to_sign_in_and_back(address: str) -> None:
    answer = Client().get(address + "?run=live")
    assert answer.status_code == 302
    assert answer["Location"] == f"/login/?next={address}%3Frun%3Dlive"


@pytest.mark.parametrize("address", PAGES)
def test_an_empty_log_is_an_empty_page_with_words(client: Client, address: str) -> None:
    html = body(client, address)
    assert "no feed" in html
    assert 'class="empty"' in html
    assert not keys_on(html)


def test_the_content_policy_allows_no_inline_code(client: Client) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_never_stored(client: Client, address: str) -> None:
    assert "no-store" in client.get(address)["Cache-Control"]


@pytest.mark.parametrize("address", PAGES)
def test_pages_only_answer_reading(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405


def test_the_tape_shows_the_newest_rows_in_order(client: Client) -> None:
    ingest_all(live_rows(80))
    rows = print_page("default", 0, limit=50)
    assert keys_on(body(client, "/options/?view=raw")) == [print_key(row) for row in rows]


def test_the_filter_keeps_its_values_and_marks_them(client: Client) -> None:
    html = body(client, "/options/?q=NVDA+SPY&view=raw&side=AA&prem=25k&type=call")
    assert 'value="NVDA SPY"' in html
    assert 'value="25k"' in html
    for value in ("raw", "AA", "call"):
        assert re.search(rf'value="{value}" checked', html)
    assert not re.search(r'value="(signal|put|BB)" checked', html)


def test_a_filter_that_cannot_be_read_shows_its_error_and_no_rows(client: Client) -> None:
    ingest_all(live_rows(5))
    html = body(client, "/options/?view=raw&prem=lots")
    assert "prem is &#x27;LOTS&#x27;; expected dollars such as 25000" in html
    assert not keys_on(html)
    assert "ws-connect=" not in html


def test_hostile_text_is_text(client: Client) -> None:
    html = body(client, "/options/?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in html.lower()


def test_older_rows_go_on_where_the_page_ends(client: Client) -> None:
    ingest_all(live_rows(250))
    page = body(client, "/options/?view=raw")
    gate = re.search(r'class="gate" href="([^"]+)"', page)
    assert gate is not None
    first = body(client, gate[1].replace("&amp;", "&"))
    second_gate = re.search(r'class="gate" href="([^"]+)"', first)
    assert second_gate is not None
    second = body(client, second_gate[1].replace("&amp;", "&"))

    rows = print_page("default", 0, limit=1_000)
    shown = keys_on(page) + keys_on(first) + keys_on(second)
    assert shown == [print_key(row) for row in rows]
    assert "The log begins here" in second


@pytest.mark.parametrize("query", ["before=zz", "before=", "prem=x&before=" + "0" * 30])
def test_older_rows_of_nonsense_are_refused_in_words(client: Client, query: str) -> None:
    assert "could not be read" in body(client, f"/options/rows/?{query}", status=400)


def test_what_the_signal_view_hides_is_counted_by_reason(client: Client) -> None:
    ingest_all(live_rows(40))
    every = print_page("default", 0, limit=1_000)
    hidden = [row for row in every if not row.label_passed]
    html = body(client, "/options/")
    assert f"{len(hidden)} hidden" in html
    assert "below the least premium" in html
    counted = re.search(r'data-panel="tape_counts">(.*?)<button', html, re.DOTALL)
    assert counted is not None
    assert sum(int(n) for n in re.findall(r"<dd>(\d+)</dd>", counted[1])) == len(hidden)


def test_what_my_own_filter_hides_is_counted_as_mine(client: Client) -> None:
    ingest_all(live_rows(40))
    every = print_page("default", 0, limit=1_000)
    others = [row for row in every if row.underlying != "NVDA"]
    html = body(client, "/options/?view=raw&q=NVDA")
    assert f"<dt>your own filter</dt><dd>{len(others)}</dd>" in html


def test_a_print_opens_beside_the_tape_and_as_a_link(client: Client) -> None:
    ingest_all(live_rows(5))
    row = print_page("default", 0, limit=1)[0]
    address = f"/options/?print={print_key(row)}"
    fragment = body(client, address, HX_Request="true")
    page = body(client, address)
    assert fragment.lstrip().startswith("<article")
    for html in (fragment, page):
        assert f"entry {row.seq}" in html
        assert str(row.source_uid) in html
    assert "<html" in page


@pytest.mark.parametrize("key", ["x", "0" * 30, "0645f7d1b2c3d4" + "0" * 10 + "9" + "00063"])
def test_a_print_that_is_not_there_is_not_found(client: Client, key: str) -> None:
    ingest_all(live_rows(5))
    body(client, f"/options/?print={key}", status=404)


def test_a_print_leads_to_its_packet(client: Client) -> None:
    ingest_all(live_rows(30))
    derive_all()
    row = print_page("default", 0, limit=30)[-1]
    html = body(client, f"/reads/rows/?of_print={print_key(row)}")
    link = re.search(r'href="(/packets/[^"]+)"', html)
    assert link is not None
    assert str(row.seq) in body(client, link[1]) or print_key(row) in body(client, link[1])


def test_the_header_names_the_run_and_offers_the_list(client: Client) -> None:
    run = make_run("old")
    ingest_all(live_rows(5), run=run.id)
    live, old = body(client, "/options/"), body(client, "/options/?run=old&view=raw")
    assert 'data-run-link="old"' in live
    assert '<span class="mode">LIVE</span>' in live
    assert '<span class="mode">RUN</span>' in old
    assert "list</b> finished" in old
    assert len(keys_on(old)) == 5
    assert "run=old" in re.search(r'ws-connect="([^"]+)"', old)[1]  # type: ignore[index]


def test_every_link_of_a_run_stays_in_the_run(client: Client) -> None:
    run = make_run("old days")
    ingest_all(busy_items(3_000), run=run.id)
    derive_all(run.id)
    html = body(client, "/?run=old+days")
    links = re.findall(r'href="(/(?:options|reads|packets)[^"]*)"', html)
    assert len(links) > 60
    for link in links:
        assert "run=old%20days" in link or "run=old+days" in link, link


def test_an_unknown_run_is_said_and_not_live(client: Client) -> None:
    html = body(client, "/options/?run=nothing", status=404)
    assert "no run has that name" in html


def test_signing_in_leads_back_to_the_page_that_was_asked_for() -> None:
    signed_in("viewer", name="ada")
    from tests.support.evidence import PASSWORD

    client = Client()
    answer = client.post(
        "/login/", {"username": "ada", "password": PASSWORD, "next": "/options/?view=raw"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/options/?view=raw")


def test_signing_in_never_leads_to_another_site() -> None:
    signed_in("viewer", name="ada")
    from tests.support.evidence import PASSWORD

    answer = Client().post(
        "/login/", {"username": "ada", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer["Location"] == "/"


def test_a_wrong_password_says_no_more_than_that() -> None:
    html = Client().post("/login/", {"username": "ada", "password": "x"}).content.decode()
    assert "do not match an active account" in html
    assert 'value="ada"' in html


def test_vendored_files_are_the_ones_that_were_recorded() -> None:
    import hashlib

    folder = Path(settings.BASE_DIR) / "static" / "vendor"
    sums = sorted(folder.glob("*/SHA256SUMS"))
    assert len(sums) == 2
    for listing in sums:
        lines = [line.split("  ") for line in listing.read_text().splitlines()]
        recorded = {name: digest for digest, name in lines}
        present = {p.name for p in listing.parent.iterdir()} - {"SHA256SUMS"}
        assert set(recorded) == present
        assert "LICENSE" in present
        for name, digest in recorded.items():
            assert hashlib.sha256((listing.parent / name).read_bytes()).hexdigest() == digest


def test_own_scripts_and_sheets_stay_short_and_load_nothing_from_elsewhere() -> None:
    for path in [*Path(settings.BASE_DIR, "static").glob("[cj]s*/*")]:
        text = path.read_text()
        assert len(text.splitlines()) <= 170, path.name
        assert not re.search(r"https?://|\beval\(|new Function", text), path.name
