"""The socket on the real application: who gets in, what is sent, when it ends."""

import asyncio

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.test import Client

from flow.live import frames, gate
from islandflow.access import SOCKET, role_of
from tests.flow.live import tabs
from tests.flow.live.tabs import Tab, in_thread, live_rows, opened, trickle
from tests.support.evidence import fill, make_user, signed_in
from tests.support.workers import ingest_all

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("log_db", "quiet_hub")]
TAPE = "panels=tape&view=raw"


async def code_of(client: Client, query: str = TAPE) -> int:
    tab = Tab(client, query)
    assert await tab.open()
    code = await tab.close_code()
    await tab.close()
    await tabs.let_go()
    return code


async def test_nobody_is_told_to_sign_in() -> None:
    assert await code_of(Client()) == 4401


async def test_a_made_up_session_is_told_to_sign_in() -> None:
    client = Client()
    client.cookies["sessionid"] = "x" * 32
    assert await code_of(client) == 4401


async def test_an_account_without_a_role_is_told_to_sign_in() -> None:
    def without_role() -> Client:
        client = signed_in("viewer")
        get_user_model().objects.get(username="viewer").groups.clear()
        return client

    assert await code_of(await in_thread(without_role)) == 4401


async def test_the_socket_lets_in_whom_the_permission_table_lets_in() -> None:
    def verdicts() -> list[tuple[bool, bool]]:
        users = [make_user(role, name=role) for role in ("viewer", "analyst", "admin", "superuser")]
        nobody = make_user("viewer", name="nobody")
        nobody.groups.clear()
        off = make_user("admin", name="off")
        off.is_active = False
        return [(gate.may_watch(u), role_of(u) >= SOCKET) for u in [*users, nobody, off]]

    found = await in_thread(verdicts)
    await tabs.let_go()
    assert [ours for ours, _ in found] == [theirs for _, theirs in found]
    assert [ours for ours, _ in found] == [True, True, True, True, False, False]


async def test_a_page_of_another_site_is_refused_before_anything(live: Client) -> None:
    tab = Tab(live, TAPE, origin="http://evil.example")
    assert not await tab.open()


async def test_an_unknown_run_has_its_code(live: Client) -> None:
    assert await code_of(live, f"{TAPE}&run=nothing") == 4404


@pytest.mark.parametrize(
    "query",
    ["", "panels=", "panels=passwords", "panels=tape&view=all", "panels=tape&prem=abc",
     "panels=" + ",".join(["tape"] * 9)],
)  # fmt: skip
async def test_what_cannot_be_shown_has_its_code(live: Client, query: str) -> None:
    assert await code_of(live, query) == 4400


async def test_the_first_frame_is_the_page(live: Client) -> None:
    await in_thread(fill, 0, prints=5, alerts=0)
    async with opened(live, f"{TAPE}&panels=tape,status") as tab:
        frame = await tab.until(lambda: "tape" in tab.lanes)
        page = (await in_thread(live.get, "/options/?view=raw")).content.decode()
    assert frame["epoch"] == tab.frames[0]["epoch"]
    assert [f["n"] for f in tab.frames] == list(range(1, len(tab.frames) + 1))
    assert tab.lanes["tape"] == tabs.rows_of(page)
    assert len(tab.lanes["tape"]) == 5
    assert {"at", "state", "words", "age"} <= set(tab.frames[-1]["head"])


async def test_without_an_acknowledgement_nothing_more_is_sent(live: Client) -> None:
    async with opened(live, TAPE) as tab:
        await tab.until(lambda: "tape" in tab.lanes)
        await in_thread(ingest_all, live_rows(5))
        frame = await tab.receive()
        await in_thread(ingest_all, live_rows(8), resumes=False)
        assert await tab.socket.receive_nothing(timeout=1.0)
        await tab.say({"epoch": "other", "n": frame["n"]})
        await tab.say({"epoch": frame["epoch"], "n": frame["n"] + 1})
        await tab.say("no message of ours")
        assert await tab.socket.receive_nothing(timeout=0.5)
        await tab.acknowledge(frame)
        await tab.until(lambda: len(tab.lanes["tape"]) == 8)


async def test_a_quiet_socket_has_a_heartbeat_that_costs_credit(
    live: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "HEARTBEAT_S", 0.3)
    async with opened(live, TAPE) as tab:
        for _ in range(4):
            frame = await tab.turn()
        assert frame["parts"] == []
        await tab.receive()
        assert await tab.socket.receive_nothing(timeout=1.0)


async def test_a_page_that_lost_the_thread_gets_a_snapshot(live: Client) -> None:
    await in_thread(fill, 0, prints=5, alerts=0)
    async with opened(live, TAPE) as tab:
        frame = await tab.until(lambda: "tape" in tab.lanes)
        tab.lanes.clear()
        await tab.say({"epoch": frame["epoch"], "ask": "snapshot"})
        frame = await tab.until(lambda: "tape" in tab.lanes)
    assert frame["parts"][0]["mode"] == "replace"
    assert len(tab.lanes["tape"]) == 5


async def test_a_frozen_browser_is_closed_and_forgotten(
    live: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flow.live.hub import hub

    monkeypatch.setattr(frames, "ACK_PATIENCE_S", 0.4)
    async with opened(live, TAPE) as tab:
        await tab.receive()
        assert await tab.close_code() == 4013
        assert not hub._tickets


async def test_signing_out_ends_the_socket(live: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flow.consumers.RECHECK_S", 0.3)
    async with opened(live, TAPE) as tab:
        await tab.turn()
        await in_thread(Session.objects.all().delete)
        assert await tab.close_code() == 4401


async def test_a_switched_off_account_ends_the_socket(
    live: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flow.consumers.RECHECK_S", 0.3)
    async with opened(live, TAPE) as tab:
        await tab.turn()
        await in_thread(tabs.switch_off, "superuser")
        assert await tab.close_code() == 4401


async def test_a_flood_of_messages_ends_the_socket(live: Client) -> None:
    async with opened(live, TAPE) as tab:
        for _ in range(30):
            await tab.say({})
        assert await tab.close_code() == 4008


@pytest.mark.parametrize("message", [{"text_data": "x" * 9_000}, {"bytes_data": b"x"}])
async def test_a_message_too_big_ends_the_socket(
    live: Client, message: dict[str, str | bytes]
) -> None:
    async with opened(live, TAPE) as tab:
        await tab.socket.send_to(**message)
        assert await tab.close_code() == 4009


async def test_the_seventh_page_of_a_user_takes_the_place_of_the_first(live: Client) -> None:
    open_tabs = [Tab(live, TAPE) for _ in range(7)]
    for tab in open_tabs:
        assert await tab.open()
    assert await open_tabs[0].close_code() == 4429
    frame = await open_tabs[6].turn()
    assert frame["n"] == 1
    for tab in open_tabs:
        await tab.close()


async def test_the_hub_ends_when_nobody_watches(live: Client) -> None:
    from flow.live.hub import hub

    async with opened(live, TAPE) as tab:
        await tab.turn()
        assert hub._thread is not None
    await in_thread(hub.close)
    assert hub._thread is None
    turns = hub.turns
    await asyncio.sleep(0.5)
    assert hub.turns == turns


async def test_no_more_than_eight_frames_a_second(live: Client) -> None:
    loop = asyncio.get_running_loop()
    async with opened(live, "panels=tape,tape_counts&view=raw") as tab:
        await tab.turn()
        began, count = loop.time(), len(tab.frames)
        with trickle(live_rows(200)) as step:  # each commit of fifty events has a print
            for _ in range(20):
                assert await in_thread(step)
                await tab.turn()
        elapsed = loop.time() - began
    assert len(tab.frames) - count <= elapsed / frames.FRAME_GAP_S + 1
