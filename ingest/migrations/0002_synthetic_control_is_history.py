"""The database itself refuses to rewrite what was saved: the stream is reproducible from it."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION refuse_control_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'synthetic control % is history; save another one',
        OLD.id USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
TRIGGER = """
CREATE TRIGGER synthetic_control_is_history BEFORE UPDATE OR DELETE ON synthetic_control
FOR EACH ROW EXECUTE FUNCTION refuse_control_rewrite()
"""


class Migration(migrations.Migration):
    dependencies = [("ingest", "0001_synthetic_control")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION refuse_control_rewrite()"),
        migrations.RunSQL(
            TRIGGER, "DROP TRIGGER synthetic_control_is_history ON synthetic_control"
        ),
    ]
