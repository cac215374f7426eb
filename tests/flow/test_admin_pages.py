"""Every list and detail of the admin: statements, who may look, runs and hostile addresses."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from flow.evidence_admin import contract_ids
from tests.support.evidence import signed_in
from tests.support.filled import IMPORT, filled_database
from tests.support.sql import of_log, statements, unbounded

pytestmark = pytest.mark.usefixtures("filled")
RAW = ("flow_optionprintevidence", "flow_optionquoteevidence", "flow_equityprintevidence")
STORED = ("flow_feedcursorevidence", "flow_quarantine", "flow_gap", "flow_controlrequest")
DERIVED = (
    "signals_packetevidence", "signals_smartmoneyeventevidence", "signals_classifierhitevidence",
    "signals_alertevidence",
)  # fmt: skip
EVIDENCE = (*RAW, *DERIVED)
HOSTILE = (
    "<script>x</script>",
    '"><b>',
    "'; DROP TABLE alert; --",
    "%00",
    "\N{SNOWMAN}",
    "a" * 300,
)
OF_IMPORT = "?" + urlencode({"run": IMPORT})


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with filled_database(django_db_blocker, prints=300, alerts=40):
        yield


@pytest.fixture(scope="module")
def client(filled: None) -> Client:
    return signed_in("superuser", name="owner")


def listing(model: str, query: str = "") -> str:
    return reverse(f"admin:{model}_changelist") + query


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return str(answer.content.decode())


def links(html: str) -> list[str]:
    """Return the addresses of details that a page leads to."""
    found = re.findall(r'href="(/admin/[a-z]+/[a-z]+/[^"/]+/change/[^"]*)"', html)
    return [unescape(address) for address in dict.fromkeys(found)]


@pytest.mark.parametrize("model", EVIDENCE)
def test_list_and_detail_read_bounded_in_a_handful_of_statements(
    client: Client, model: str
) -> None:
    lists = statements(lambda: page(client, listing(model)))
    address = links(page(client, listing(model)))[0]
    detail = statements(lambda: page(client, address))

    assert unbounded(lists) == unbounded(detail) == []
    assert of_log(lists)
    assert of_log(detail)
    assert len(lists) <= 20
    assert len(detail) <= 20


@pytest.mark.parametrize("model", [*EVIDENCE, *STORED])
def test_list_of_an_import_reads_its_schema_and_its_links_lead_back_to_it(
    client: Client, model: str
) -> None:
    address = listing(model, OF_IMPORT)
    html = page(client, address)

    assert "<b>new</b>" not in html
    for link in links(html):
        assert parse_qs(urlsplit(link).query)["run"] == [IMPORT]
    if model in EVIDENCE:
        assert of_log(statements(lambda: page(client, address), "runs"))
        assert of_log(statements(lambda: page(client, address))) == []


@pytest.mark.parametrize("model", DERIVED)
def test_detail_of_an_import_leads_to_prints_and_neighbours_of_the_import(
    client: Client, model: str
) -> None:
    html = page(client, links(page(client, listing(model, OF_IMPORT)))[0])

    found = [link for link in links(html) if "evidence/" in link]
    prints = [link for link in found if "optionprintevidence" in link]
    assert prints
    assert {parse_qs(urlsplit(link).query)["run"][0] for link in found} == {IMPORT}
    for link in (prints[0], found[0], found[-1]):
        if "optionquote" not in link:
            assert "<h1>" in page(client, link)


@pytest.mark.parametrize("model", EVIDENCE)
@pytest.mark.parametrize("parameter", ["q", "day", "before", "stream", "run"])
def test_list_with_hostile_values_is_a_page_or_a_refusal_and_never_markup(
    client: Client, model: str, parameter: str
) -> None:
    for hostile in HOSTILE:
        answer = client.get(listing(model, "?" + urlencode({parameter: hostile})))
        text = answer.content.decode()
        assert answer.status_code in {200, 302, 400, 404}, hostile
        assert "<script>x" not in text
        assert '"><b>' not in text


@pytest.mark.parametrize("model", [*EVIDENCE, *STORED])
def test_detail_of_hostile_keys_goes_to_the_index(client: Client, model: str) -> None:
    for hostile in (
        "0",
        "-1",
        "x",
        "1-1-1-1-1",
        "9" * 40,
        "_3Cscript_3E",
        "0-1-" + "z" * 32 + "-0",
    ):
        answer = client.get(reverse(f"admin:{model}_change", args=[hostile]))
        assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index")), hostile


@pytest.mark.parametrize(
    ("role", "status"),
    [("anonymous", 302), ("viewer", 403), ("analyst", 403), ("admin", 200), ("superuser", 200)],
)
def test_lists_and_details_open_for_admins_only(client: Client, role: str, status: int) -> None:
    reader = Client() if role == "anonymous" else signed_in(role, name=f"{role} of cells")

    for model in EVIDENCE:
        detail = links(page(client, listing(model)))[0]
        assert reader.get(listing(model)).status_code == status
        assert reader.get(detail).status_code == status


def test_admin_by_role_without_the_staff_flag_does_not_enter() -> None:
    reader = signed_in("admin", name="no staff", is_staff=False)

    assert reader.get(listing("signals_alertevidence")).status_code in {302, 403}


@pytest.mark.parametrize("model", RAW)
def test_raw_list_is_of_one_source_and_one_day_newest_first(client: Client, model: str) -> None:
    keys = [
        [int(part) for part in link.split("/")[4].split("-")]
        for link in links(page(client, listing(model)))
    ]

    assert len({stream for stream, _, _ in keys}) == 1
    assert keys == sorted(keys, key=lambda key: (key[1], key[2]), reverse=True)
    assert keys[0][1] - keys[-1][1] < 86_400_000_000


@pytest.mark.parametrize(
    ("query", "count"),
    [("?day=2014-06-02", 60), ("?day=newest", 60), ("?day=", 60), ("?day=2014-06-07", 0),
     ("?day=1999-12-31", 0), ("?day=9998-12-31", 0)],
)  # fmt: skip
def test_list_of_a_day_shows_that_day(client: Client, query: str, count: int) -> None:
    assert len(links(page(client, listing(RAW[0], query)))) == count


@pytest.mark.parametrize("day", ["9999-12-31", "2014-6-2", "20140602x", "2014-06-31"])
def test_list_of_a_day_that_is_none_goes_back(client: Client, day: str) -> None:
    assert client.get(listing(RAW[0], f"?day={day}")).status_code == 302


def test_list_of_a_day_in_the_middle_offers_its_neighbours_and_the_newest(client: Client) -> None:
    html = page(client, listing(RAW[0], "?day=2014-06-04"))

    offered = re.findall(r"day=(2014-06-[0-9]{2})", html)
    assert set(offered) == {"2014-06-03", "2014-06-04", "2014-06-05", "2014-06-06"}


def test_choice_of_another_run_drops_what_belongs_to_this_one(client: Client) -> None:
    html = page(client, listing(RAW[0], "?day=2014-06-04&q=QAX"))

    (link,) = set(re.findall(r'href="(\?[^"]*run=old[^"]*)"', html))
    assert parse_qs(unescape(link)[1:]) == {"run": [IMPORT]}


def test_search_keeps_the_run_and_the_day(client: Client) -> None:
    query = "?" + urlencode({"run": IMPORT, "day": "2014-06-04"})

    html = page(client, listing(RAW[0], query))

    assert '<input type="hidden" name="day" value="2014-06-04">' in html
    assert 'name="run" value="old &amp; &lt;b&gt;new&lt;/b&gt;"' in html


@pytest.mark.parametrize(
    ("name", "is_known"),
    [("QAX", True), ("QAX-2014-06-20-50-C", True), ("QA", False), ("qax", False), ("", False),
     ("%", False), ("Q_X", False)],
)  # fmt: skip
def test_contract_ids_are_of_exact_names_only(name: str, is_known: bool) -> None:
    assert bool(contract_ids("default", name)) == is_known


def test_symbol_means_all_its_contracts_and_a_contract_itself() -> None:
    of_symbol = contract_ids("default", "QAX")

    assert set(contract_ids("default", "QAX-2014-06-20-50-C")) < set(of_symbol)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(name) FROM contract WHERE id = ANY(%s)", [sorted(of_symbol)]
        )
        assert all(name.startswith("QAX-") for name in cursor.fetchone()[0])


def test_control_requests_are_of_no_run_and_open_from_any(client: Client) -> None:
    for query in ("", "?run=live", OF_IMPORT):
        assert links(page(client, listing("flow_controlrequest", query)))


@pytest.mark.parametrize("model", [*EVIDENCE, *STORED])
def test_no_page_offers_to_add_change_or_delete(client: Client, model: str) -> None:
    html = page(client, listing(model))
    details = "".join(page(client, link) for link in links(html)[:1])

    assert "/add/" not in re.sub(r"(?s)<nav.*?</nav>", "", html)
    assert "deletelink" not in details
    assert 'name="_save"' not in details
    assert 'name="action"' not in html
