"""Live tests share the process's one hub; each starts and ends with nobody watching."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from django.test import Client

from flow.live.hub import hub
from tests.flow.live import tabs


@pytest.fixture
def quiet_hub() -> Iterator[None]:
    """The hub with no views, before and after."""
    hub.close()
    yield
    hub.close()


@pytest.fixture
def client(log_db: None) -> Client:
    """A signed-in superuser."""
    return tabs.sign_in()


@pytest_asyncio.fixture
async def live(quiet_hub: None, client: Client) -> AsyncIterator[Client]:
    """A signed-in client for sockets; the worker thread's connections end with the test."""
    yield client
    await tabs.let_go()
