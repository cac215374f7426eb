"""The one rule of which open interest a trade date may know, for the web, ingest and SQL alike."""

from django.db import migrations

# Source: platform.md 11 ("the snapshot dated before the trade date"). Known by the open, so that a
# file that came late never reaches back. Ten days: longer than any holiday, and no stale number.
FUNCTION = """
CREATE FUNCTION public.oi_as_of(wanted_contract bigint, trade_date date)
RETURNS TABLE (as_of_date date, open_interest integer, source text, known_from timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT e.as_of_date, e.open_interest, e.source::text, e.known_from
    FROM public.option_eod e
    JOIN public.session_day s ON s.date = trade_date
    WHERE e.contract_id = wanted_contract
      AND e.open_interest IS NOT NULL
      AND e.as_of_date < trade_date AND e.as_of_date >= trade_date - 10
      AND e.known_from <= s.open_at
    ORDER BY e.as_of_date DESC, e.known_from DESC, e.source
    LIMIT 1
$$"""


class Migration(migrations.Migration):
    dependencies = [("flow", "0006_reference_tables")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION public.oi_as_of(bigint, date)"),
    ]
