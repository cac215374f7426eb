"""Which alias may migrate: one owner for a server that two aliases reach."""

from typing import Any

from flow.storage.schemas import LIVE


class OneOwner:
    """Migrations run through `default` alone; both aliases see the tables they made."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return None if db == LIVE else False
