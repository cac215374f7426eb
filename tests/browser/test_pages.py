"""Pages in a real browser: they load, update live, survive a dropped connection, and stay still."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from playwright.sync_api import Page, expect

from flow.domain.events import OptionPrint
from ingest.feeds import FeedItem
from tests.browser.site import Site, eventually, fetched_lane, lane, wait_for_rows
from tests.flow.live.tabs import live_rows, trickle
from tests.support.workers import derive_all, ingest_all, make_run, seed_items

pytestmark = [pytest.mark.browser, pytest.mark.long]
Open = Callable[..., Page]
RAW = "/options/?view=raw"


def test_prints_arrive_without_a_reload(site: Site, open_page: Open) -> None:
    page = open_page(RAW)
    page.evaluate("window.isSame = true")
    with trickle(live_rows(30)) as step:
        while step():
            pass
        wait_for_rows(page, "tape", 30)

    assert page.evaluate("window.isSame")
    assert lane(page, "tape") == fetched_lane(page, "tape")


def test_alerts_arrive_beside_the_tape(site: Site, open_page: Open) -> None:
    page = open_page("/")
    ingest_all(seed_items(2_000))
    derive_all()
    page.wait_for_selector('tape-lane[data-panel="alerts"] tbody tr')
    eventually(lambda: lane(page, "alerts") == fetched_lane(page, "alerts"))


def test_a_cut_connection_is_said_and_mended_and_the_page_is_whole(
    site: Site, open_page: Open
) -> None:
    items = live_rows(50)
    page = open_page(RAW)
    with trickle(items, chunk=len(items) // 3) as step:
        step()
        page.wait_for_selector("tape-lane tbody tr")
        site.kill()
        expect(page.locator("#connection")).to_contain_text("Disconnected", timeout=15_000)
        step()
        site.start()
        page.wait_for_selector('body[data-connection="open"]')
        while step():
            pass

    wait_for_rows(page, "tape", 50)
    eventually(lambda: lane(page, "tape") == fetched_lane(page, "tape"))


def test_a_page_that_is_signed_out_says_so_and_leads_back(site: Site, open_page: Open) -> None:
    page = open_page(RAW)
    Session.objects.all().delete()
    site.kill()
    site.start()
    link = page.locator("#notice a")
    expect(link).to_have_text("Sign in again", timeout=20_000)
    assert link.get_attribute("href") == "/login/?next=%2Foptions%2F%3Fview%3Draw"


def test_a_frozen_tab_wakes_to_a_whole_page(site: Site, open_page: Open) -> None:
    items = live_rows(40)
    page = open_page(RAW)
    with trickle(items, chunk=len(items) // 2) as step:
        step()
        page.wait_for_selector("tape-lane tbody tr")
        session = page.context.new_cdp_session(page)
        session.send("Page.setWebLifecycleState", {"state": "frozen"})
        while step():
            pass
        session.send("Page.setWebLifecycleState", {"state": "active"})
    wait_for_rows(page, "tape", 40)
    assert lane(page, "tape") == fetched_lane(page, "tape")


def test_a_lane_holds_while_a_row_has_the_focus_and_counts_what_comes(
    site: Site, open_page: Open
) -> None:
    page = open_page(RAW)
    slot = page.locator('[data-hold="tape"]')
    items = live_rows(20)
    with trickle(items, chunk=len(items) // 2) as step:
        step()
        page.wait_for_selector("tape-lane tbody tr")
        page.keyboard.press("j")
        before = lane(page, "tape")
        while step():
            pass
        expect(slot).to_contain_text("new from")
        assert lane(page, "tape") == before
        page.keyboard.press(".")
    wait_for_rows(page, "tape", 20)
    expect(slot).to_have_text("following")


def test_a_lane_scrolled_down_does_not_move(site: Site, open_page: Open) -> None:
    page = open_page(RAW)
    items = live_rows(100)
    with trickle(items, chunk=len(items) // 2) as step:
        step()
        wait_for_rows(page, "tape", min(50, len(prints_in(items[: len(items) // 2]))))
        page.evaluate("document.querySelector('tape-lane').scrollTop = 200")
        before = lane(page, "tape")
        while step():
            pass
        expect(page.locator('[data-hold="tape"]')).to_contain_text("new from")
        assert lane(page, "tape") == before
        page.locator('[data-hold="tape"]').click()
    wait_for_rows(page, "tape", 50)
    eventually(lambda: lane(page, "tape") == fetched_lane(page, "tape"))


def prints_in(items: list[FeedItem]) -> list[FeedItem]:
    """Return the option prints among some items."""
    return [item for item in items if isinstance(item, OptionPrint)]


def test_older_rows_load_below_and_the_first_page_stays(site: Site, open_page: Open) -> None:
    ingest_all(live_rows(200))
    page = open_page(RAW)
    first = lane(page, "tape")
    page.locator("tape-lane .gate").click()
    wait_for_rows(page, "tape", 150)
    page.locator("tape-lane .gate").click()
    wait_for_rows(page, "tape", 200)
    rows = lane(page, "tape")
    assert rows[:50] == first
    assert rows == sorted(rows, key=lambda row: row[:30], reverse=True)


def test_the_keys_do_what_the_help_says(site: Site, open_page: Open) -> None:
    ingest_all(live_rows(20))
    page = open_page(RAW)
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("tape-lane tbody tr").nth(1)
    expect(second).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer article")).to_have_count(0)
    expect(second).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#f-q")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/reads/")


@pytest.mark.realdata
def test_an_alert_of_an_import_leads_to_its_prints_and_their_quotes(
    site: Site, open_page: Open, shared_data: Path
) -> None:
    folder = str(shared_data / "option_bars" / "twx")
    call_command("import_market_data", folder, format="lean", run="twx", no_progress=True)
    page = open_page("/reads/")
    page.click(".runs summary")
    page.click('[data-run-link="twx"]')
    page.wait_for_selector('body.is-run[data-connection="open"]')
    expect(page.locator(".mode")).to_have_text("RUN")

    row = page.locator('tape-lane[data-panel="alerts"] tbody tr', has_text="2,200")
    expect(row).to_contain_text("TWX 18OCT14 65C")
    row.click()
    drawer = page.locator("#drawer")
    expect(drawer.locator(".fact").first).to_contain_text("2,200 contracts")
    member = drawer.locator(
        "section", has=page.get_by_role("heading", name="Member prints")
    ).locator("tbody tr")
    expect(member).to_have_count(1)
    expect(member).to_contain_text("7.10")
    expect(member).to_contain_text("7.30")
    expect(member).to_contain_text("in the log")
    member.locator("a").click()
    expect(drawer).to_contain_text("One print: 2,200 at")
    expect(drawer.locator("a", has_text="Evidence of the packet")).to_be_visible()
    drawer.locator("a", has_text="Evidence of the packet").click()
    expect(drawer.locator(".fact").first).to_contain_text("2,200 contracts")


def test_a_burst_moves_nothing_and_paints_the_newest(site: Site, open_page: Open) -> None:
    page = open_page("/?view=raw")
    with trickle(seed_items(12_000), chunk=600) as step:
        while step():
            pass
    eventually(lambda: lane(page, "tape") == fetched_lane(page, "tape"))
    assert page.evaluate("window.shift") < 0.02


@pytest.mark.parametrize("width", [390, 720, 1024, 1440, 2560])
@pytest.mark.parametrize("address", ["/", "/options/", "/reads/"])
def test_no_page_scrolls_sideways(site: Site, open_page: Open, address: str, width: int) -> None:
    run = make_run("a-run-with-quite-a-long-name-2014-06-05")
    ingest_all(seed_items(2_000), run=run.id)
    derive_all(run.id)
    page = open_page(f"{address}?run={run.name}", width=width)
    page.wait_for_selector("tape-lane tbody tr")
    wide = page.evaluate(
        """[...document.querySelectorAll('body, main, .panel, .panel-head, tape-lane, .strip')]
           .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className + e.localName)"""
    )
    cut = page.evaluate(
        """[...document.querySelectorAll('tape-lane tbody tr')].slice(0, 5).flatMap(r => [...r.cells])
           .filter(c => !c.matches('.g, .r') && c.offsetParent && c.scrollWidth > c.clientWidth + 1)
           .map(c => c.className + ': ' + c.innerText)"""
    )
    assert (wide, cut) == ([], [])


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_text_is_readable_in_both_themes(site: Site, open_page: Open, scheme: str) -> None:
    ingest_all(live_rows(10))
    page = open_page(RAW, color_scheme=scheme)
    page.wait_for_selector("tape-lane tbody tr")
    worst = page.evaluate(CONTRAST)
    assert worst >= 4.5
    page.click('[data-action="theme"]')
    assert page.evaluate(CONTRAST) >= 4.5
    other = "day" if scheme == "dark" else "night"
    assert page.locator("html").get_attribute("data-theme") == other
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == other


CONTRAST = """() => {
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (c) => { probe.fillStyle = c; probe.fillRect(0, 0, 1, 1); return probe.getImageData(0, 0, 1, 1).data; };
  const light = (c) => [...rgb(c)].slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (c !== 'rgba(0, 0, 0, 0)') return c; } return '#000'; };
  return Math.min(...[...document.querySelectorAll('td, th, td i, td b, .counts span, .status span, h2, label, a')]
    .filter((e) => e.offsetParent && e.innerText.trim())
    .map((e) => { const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
      return (a + .05) / (b + .05); }));
}"""
