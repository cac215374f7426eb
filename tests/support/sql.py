"""What a page asks of the database, and whether each statement is bounded."""

import re
from collections.abc import Callable

from django.db import connections
from django.test.utils import CaptureQueriesContext

LOG = (
    "option_print", "option_quote", "equity_print", "equity_quote", "packet", "alert",
    "smart_money_event", "classifier_hit", "quarantine", "gap", "control_request",
)  # fmt: skip
_READS_LOG = re.compile(rf'FROM\s+"?(?:evidence_)?(?:{"|".join(LOG)})"?\b', re.IGNORECASE)


def statements(act: Callable[[], object], alias: str = "default") -> list[str]:
    """Return the statements of one act on one alias."""
    with CaptureQueriesContext(connections[alias]) as captured:
        act()
    return [query["sql"] for query in captured]


def of_log(sqls: list[str]) -> list[str]:
    """Return the statements that read rows of the log."""
    return [sql for sql in sqls if _READS_LOG.search(sql)]


def unbounded(sqls: list[str]) -> list[str]:
    """Return the statements that count, skip by offset, or read the log without a LIMIT."""
    return [
        sql
        for sql in sqls
        if re.search(r"\bCOUNT\s*\(|\bOFFSET\b", sql, re.IGNORECASE)
        or (_READS_LOG.search(sql) and "LIMIT" not in sql)
    ]


def assert_bounded_evidence(sqls: list[str]) -> None:
    """No count, and every read of evidence has a LIMIT or a time bound on both sides."""
    assert sqls
    for sql in sqls:
        assert "COUNT(" not in sql.upper(), sql
        if "pg_class" not in sql and re.search("evidence_|_print|_quote", sql):
            is_between = '"ts" >=' in sql and '"ts" <' in sql
            assert "LIMIT" in sql or is_between, sql
            assert '"key" =' not in sql, sql
        if "ORDER BY" in sql:
            assert '"key"' not in sql.split("ORDER BY")[1], sql
