"""Pages as a signed-in client gets them, and what they ask of the database."""

from django.test import Client

from tests.support.sql import statements


def body(client: Client, address: str, *, status: int = 200, **headers: str) -> str:
    """Return the text of a page that answers with this status."""
    answer = client.get(address, headers=headers)
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


def statements_of(client: Client, address: str, alias: str = "default") -> list[str]:
    """Return the statements on one alias for which a page asks."""
    return statements(lambda: body(client, address), alias)
