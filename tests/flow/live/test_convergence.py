"""The page after any frames equals a fresh fetch: per panel, under drops, pauses and reconnects.

Real application, real database, data by the real workers; what a tab shows is compared as HTML
with what the page's own view answers.
"""

import random
import re

import pytest
from django.test import Client

from flow.live import frames
from ingest.feeds import FeedItem
from signals.compute import ComputeWorker
from tests.flow.live import tabs
from tests.flow.live.tabs import Tab, in_thread, trickle
from tests.support.workers import derive_all, ingest_all, make_run, seed_items

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("log_db", "quiet_hub"), pytest.mark.long]

PANEL = {
    "tape": re.compile(r'<tape-lane[^>]*data-panel="tape".*?<tbody>(.*?)</tbody>', re.DOTALL),
    "alerts": re.compile(r'<tape-lane[^>]*data-panel="alerts".*?<tbody>(.*?)</tbody>', re.DOTALL),
    "tape_counts": re.compile(r'data-panel="tape_counts">(.*?)</div>\n<button', re.DOTALL),
    "engine": re.compile(r'data-panel="engine">(.*?)</div>\n<button', re.DOTALL),
    "status": re.compile(r'data-panel="status">(.*?)</div>\n<button', re.DOTALL),
}


@pytest.fixture(autouse=True)
def short_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn without news then costs a moment, not five seconds."""
    monkeypatch.setattr(frames, "HEARTBEAT_S", 0.3)


def fetched(client: Client, address: str, panel: str) -> str:
    """Return what the page answers for a panel."""
    html = client.get(address).content.decode()
    match = PANEL[panel].search(html)
    assert match is not None, f"{address} has no panel {panel}"
    return match[1]


async def agrees(tab: Tab, client: Client, address: str, panel: str) -> bool:
    """Take frames until the tab shows what the page answers, as long as frames bring news."""
    for _ in range(12):
        if tab.page(panel) == await in_thread(fetched, client, address, panel):
            return True
        await tab.turn()
    return False


class Stutter:
    """A tab that drops, pauses, asks and comes back at random while a feed is written."""

    def __init__(self, tab: Tab, seed: int) -> None:
        self.tab = tab
        self.chance = random.Random(seed)

    def size(self) -> int:
        """Return how many events the next commit has: mostly few, sometimes a burst."""
        return self.chance.choice([3, 5, 10, 20, 40, 400])

    async def move(self) -> None:
        """Do one thing that a browser may do."""
        what = self.chance.choice(["turn", "turn", "turn", "pause", "ask", "reconnect"])
        if what == "turn":
            await self.tab.turn()
        elif what == "ask":
            frame = await self.tab.turn()
            await self.tab.say({"epoch": frame["epoch"], "ask": "snapshot"})
        elif what == "reconnect":
            self.tab = await reconnected(self.tab)


async def reconnected(tab: Tab) -> Tab:
    """Cut the connection and come back with the page as it stands."""
    await tab.close()
    again = Tab(tab.client, tab.query)
    again.lanes, again.blocks = tab.lanes, tab.blocks
    assert await again.open()
    return again


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    "query",
    [
        "view=raw",
        "",
        "view=raw&type=put",
        "view=raw&q=NVDA+SPY",
        "view=raw&side=A&side=AA&prem=20k",
    ],
)
async def test_the_tape_converges_under_any_filter(live: Client, query: str, seed: int) -> None:
    address = f"/options/?{query}"
    items = seed_items(1_500)
    await in_thread(ingest_all, items[:300])
    tab = Tab(live, f"panels=tape,tape_counts&{query}")
    assert await tab.open()
    stutter, steps = Stutter(tab, seed), 0
    with trickle(items, sizes=stutter.size) as step:
        while await in_thread(step):
            steps += 1
            if steps % 4:
                await stutter.move()
            else:
                assert await agrees(stutter.tab, live, address, "tape"), f"after {steps} commits"

    assert await agrees(stutter.tab, live, address, "tape")
    assert await agrees(stutter.tab, live, address, "tape_counts")
    assert len(stutter.tab.lanes["tape"]) > 2
    assert steps > 10
    await stutter.tab.close()


async def test_a_burst_beyond_the_ring_converges_through_a_snapshot(live: Client) -> None:
    items: list[FeedItem] = seed_items(9_000)
    await in_thread(ingest_all, items[:300])
    tab = Tab(live, "panels=tape&view=raw")
    assert await tab.open()
    await tab.until(lambda: "tape" in tab.lanes)
    await in_thread(ingest_all, items, chunk=5_000, resumes=False)

    assert await agrees(tab, live, "/options/?view=raw", "tape")
    await tab.close()


async def test_alerts_converge_step_by_step(live: Client) -> None:
    items = seed_items(6_000)
    tab = Tab(live, "panels=alerts,engine")
    assert await tab.open()
    with trickle(items, chunk=400) as step:
        worker = await in_thread(ComputeWorker, run=0)
        assert await in_thread(worker.take_over)
        try:
            while await in_thread(step):
                await in_thread(worker.step)
                await tab.turn()
                if len(tab.frames) % 5 == 0:
                    tab = await reconnected(tab)
            while await in_thread(worker.step):
                pass
        finally:
            await in_thread(worker.close)

    assert await agrees(tab, live, "/", "alerts")
    assert len(tab.lanes["alerts"]) > 3
    assert await agrees(tab, live, "/", "engine")
    await tab.close()


@pytest.mark.parametrize("panel", ["tape", "alerts", "status", "engine", "tape_counts"])
async def test_every_panel_of_an_import_is_its_page(live: Client, panel: str) -> None:
    def filled() -> None:
        run = make_run("old")
        ingest_all(seed_items(3_000), run=run.id)
        derive_all(run.id)

    await in_thread(filled)
    tab = Tab(live, f"panels={panel}&run=old")
    assert await tab.open()
    await tab.until(lambda: panel in tab.lanes or panel in tab.blocks)

    assert await agrees(tab, live, "/?run=old", panel)
    await tab.close()


async def test_every_panel_has_a_convergence_test() -> None:
    from flow.live import registry

    registry.panel_of("tape")
    assert set(registry._panels) == set(PANEL)


async def test_the_rows_of_another_run_never_reach_a_tab(live: Client) -> None:
    def made() -> int:
        return make_run("other").id

    other = await in_thread(made)
    tab = Tab(live, "panels=tape&view=raw")
    assert await tab.open()
    await tab.until(lambda: "tape" in tab.lanes)
    await in_thread(ingest_all, seed_items(500), run=other)
    await tab.turn()

    assert tab.lanes["tape"] == {}
    await tab.close()
    await tabs.let_go()
