"""A trade date that is no session (the synthetic market at a weekend) knows open interest, too."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION public.oi_as_of(wanted_contract bigint, trade_date date)
RETURNS TABLE (as_of_date date, open_interest integer, source text, known_from timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT e.as_of_date, e.open_interest, e.source::text, e.known_from
    FROM public.option_eod e
    LEFT JOIN public.session_day s ON s.date = trade_date
    WHERE e.contract_id = wanted_contract
      AND e.open_interest IS NOT NULL
      AND e.as_of_date < trade_date AND e.as_of_date >= trade_date - 10
      AND e.known_from <= coalesce({opens})
    ORDER BY e.as_of_date DESC, e.known_from DESC, e.source
    LIMIT 1
$$"""
AT_HALF_PAST_NINE = "(trade_date + time '09:30') AT TIME ZONE 'America/New_York'"


class Migration(migrations.Migration):
    dependencies = [("flow", "0012_feed_rates")]
    operations = [
        migrations.RunSQL(
            FUNCTION.format(opens=f"s.open_at, {AT_HALF_PAST_NINE}"),
            FUNCTION.format(opens="s.open_at"),
        ),
    ]
