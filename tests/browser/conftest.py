"""A real Chromium on a real web process. Nothing is skipped here: a missing browser is a failure."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.browser.site import PASSWORD, WATCH, Site, faults
from tests.support.evidence import make_user

FLAGS = [
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright for one file: it keeps a loop in this thread, where other tests need their own."""
    with pytest.MonkeyPatch.context() as patch:
        # Playwright keeps a loop in this thread; the test's own database work is synchronous.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as running:
            yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = os.environ.get("ISLANDFLOW_CHROMIUM") or "/usr/bin/chromium"
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    started = playwright.chromium.launch(executable_path=path, args=flags)
    yield started
    started.close()


@pytest.fixture(scope="module")
def web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The web process of a file's tests, on the test database."""
    home: Path = tmp_path_factory.mktemp("home")
    site = Site(home, f"/{connection.settings_dict['NAME']}")
    site.collect_static()
    site.start()
    yield site
    site.close()


@pytest.fixture
def site(log_db: None, web: Site) -> Site:
    """The web process over an empty log, with one viewer."""
    ada = make_user("viewer", name="ada")
    # The suite hashes cheaply; the web process is the real one and would not take that.
    ada.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", 1_000)
    ada.save()
    return web


@pytest.fixture
def open_page(site: Site, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a signed-in page at an address; every page must end without a fault."""
    contexts: list[BrowserContext] = []
    pages: list[Page] = []

    def opened(address: str = "/", *, width: int = 1440, height: int = 900, **more: str) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            **more,  # type: ignore[arg-type]
        )
        contexts.append(context)
        context.add_init_script(WATCH)
        page = context.new_page()
        pages.append(page)
        page.goto(f"{site.address}/login/?next={address.replace('&', '%26')}")
        page.fill("#id_username", "ada")
        page.fill("#id_password", PASSWORD)
        page.click("button.primary")
        page.wait_for_selector('body[data-connection="open"]')
        return page

    yield opened
    found = [fault for page in pages if not page.is_closed() for fault in faults(page)]
    for context in contexts:
        context.close()
    assert found == []
