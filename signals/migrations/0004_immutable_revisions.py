"""The database itself refuses to rewrite a tuning revision that was ever in force.

Every derived row names its revision; a changed one would make the evidence untrue. Only the
state may go on: draft to active, active to retired.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION refuse_tuning_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'tuning revision % is %; it cannot be deleted, evidence refers to it',
            OLD.id, OLD.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.id, NEW.values, NEW.digest, NEW.reason, NEW.author_id, NEW.created_at)
        IS DISTINCT FROM
       (OLD.id, OLD.values, OLD.digest, OLD.reason, OLD.author_id, OLD.created_at)
       OR (OLD.state = 'active' AND NEW.state NOT IN ('active', 'retired'))
       OR (OLD.state = 'retired' AND NEW.state <> 'retired')
       OR (NEW.activated_at IS DISTINCT FROM OLD.activated_at) THEN
        RAISE EXCEPTION 'tuning revision % is %; it cannot be changed, draft its values again',
            OLD.id, OLD.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER tuning_revision_is_history BEFORE UPDATE OR DELETE ON tuning_revision
FOR EACH ROW EXECUTE FUNCTION refuse_tuning_rewrite()
"""


class Migration(migrations.Migration):
    dependencies = [("signals", "0003_evidence_views")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION refuse_tuning_rewrite()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER tuning_revision_is_history ON tuning_revision"),
    ]
