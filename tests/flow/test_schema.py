"""The models of the log agree with the columns that SQL made, in both schemas."""

import pytest
from django.apps import apps
from django.db import connection, models

from flow.storage.kinds import SPECS as RAW_SPECS
from flow.storage.schemas import CHUNK, SCHEMA_OF, alias_of
from signals.storage.rows import SPECS as DERIVED_SPECS

pytestmark = pytest.mark.usefixtures("log_db")

HYPERTABLES = {*RAW_SPECS, "control", *(spec.name for spec in DERIVED_SPECS.values())}


def columns_of(schema: str, table: str) -> dict[str, bool]:
    """Return column: may be null."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT column_name, is_nullable = 'YES' FROM information_schema.columns
               WHERE table_schema = %s AND table_name = %s""",
            [schema, table],
        )
        return dict(cursor.fetchall())


def log_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if not model._meta.managed
        and (
            model._meta.db_table == "evidence_link"
            or not model._meta.db_table.startswith("evidence_")
        )
    ]


@pytest.mark.parametrize("schema", list(SCHEMA_OF.values()))
def test_models_have_the_columns_of_their_tables(schema: str) -> None:
    assert len(log_models()) >= 14
    for model in log_models():
        columns = columns_of(schema, model._meta.db_table)
        fields = {field.column: field.null for field in model._meta.concrete_fields if field.column}
        assert fields.items() <= columns.items(), model
        assert columns.keys() == fields.keys(), model


def test_every_event_table_is_a_hypertable_in_both_schemas() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hypertable_schema, hypertable_name FROM timescaledb_information.hypertables"
        )
        found = set(cursor.fetchall())
    assert found == {(schema, table) for schema in CHUNK for table in HYPERTABLES}


@pytest.mark.parametrize("spec", [*RAW_SPECS.values(), *DERIVED_SPECS.values()])
def test_copy_names_every_column_of_its_table(spec: object) -> None:
    name, columns = spec.name, spec.columns  # type: ignore[attr-defined]
    assert set(columns) == columns_of("live", name).keys()
    assert columns_of("live", name) == columns_of("runs", name)


def test_derived_tables_are_keyed_by_run_and_revision() -> None:
    for spec in DERIVED_SPECS.values():
        assert {"run", "ts", "uid", "rev"} <= set(spec.columns)


@pytest.mark.parametrize(("schema", "run"), [("live", 1), ("runs", 0)])
def test_a_schema_refuses_the_runs_of_the_other(schema: str, run: int) -> None:
    with connection.cursor() as cursor, pytest.raises(Exception, match="violates check"):
        cursor.execute(
            f"INSERT INTO {schema}.stream (run, source, kind, name) VALUES ({run}, 's', 'k', 'n')"
        )


def test_run_zero_is_live_and_all_others_are_not() -> None:
    assert alias_of(0) == "default"
    assert alias_of(7) == "runs"
