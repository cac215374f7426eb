"""Emptying the real test database between tests, without what migrations seeded."""

from django.db import connection

from flow.storage.schemas import SCHEMA_OF

LOG_TABLES = (
    "batch", "control", "feed_cursor", "gap", "quarantine", "lease", "stream", "option_print",
    "option_quote", "equity_print", "equity_quote", "news", "news_story", "news_revision",
    "news_change_head", "packet", "smart_money_event",
    "classifier_hit", "alert", "evidence_link", "dark_event", "candle",
    "step_ledger", "operator_state",
)  # fmt: skip

REFERENCE_TABLES = (
    "synthetic_control", "examination",
    "calendar_event", "corporate_action", "index_member", "option_adjustment", "option_eod",
    "symbol_alias", "reference_load",
)  # fmt: skip

# A truncate of an empty hypertable costs as much as one of a full table; most are empty.
EMPTY_THE_FULL = """
DO $$
DECLARE name text; full_table boolean;
BEGIN
    FOREACH name IN ARRAY %s::text[] LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %%s)', name) INTO full_table;
        IF full_table THEN
            EXECUTE format('TRUNCATE %%s RESTART IDENTITY CASCADE', name);
        END IF;
    END LOOP;
END $$"""


def empty_database() -> None:
    """Empty the log in both schemas and remove users, runs, instruments and drafts."""
    names = [f"{schema}.{table}" for schema in SCHEMA_OF.values() for table in LOG_TABLES]
    names += [f"public.{table}" for table in REFERENCE_TABLES]
    array = "ARRAY[" + ", ".join(f"'{name}'" for name in names) + "]"
    with connection.cursor() as cursor:
        cursor.execute(EMPTY_THE_FULL.replace("%s::text[]", array).replace("%%", "%"))
        cursor.execute("TRUNCATE contract, symbol RESTART IDENTITY CASCADE")
        cursor.execute("DELETE FROM run WHERE id > 0")
        cursor.execute("DELETE FROM django_session")
        cursor.execute("DELETE FROM knox_authtoken")
        cursor.execute("DELETE FROM django_admin_log")
        cursor.execute("DELETE FROM auth_user_groups")
        cursor.execute("DELETE FROM control_request WHERE id > 1")
        _restore_first_revision()
        cursor.execute("DELETE FROM auth_user")


def _restore_first_revision() -> None:
    """Bring revision 1 back into force; the trigger that guards history is off for this."""
    from signals.models import TuningRevision

    if not TuningRevision.objects.exclude(pk=1).exists():
        return
    with connection.cursor() as own:
        own.execute("ALTER TABLE tuning_revision DISABLE TRIGGER USER")
        own.execute("DELETE FROM tuning_revision WHERE id > 1")
        own.execute("UPDATE tuning_revision SET state = 'active' WHERE id = 1")
        own.execute("ALTER TABLE tuning_revision ENABLE TRIGGER USER")
