"""Venues and conditions as tables for people and SQL. The constants of flow.domain decide."""

from flow.domain.condition_table import CONDITIONS
from flow.domain.sale_condition_table import SALE_CONDITIONS
from flow.domain.venues import VENUES
from flow.models import TradeCondition, Venue


def fill_market_tables() -> None:
    """Bring both tables to what this version knows; codes are permanent, so none ever goes."""
    Venue.objects.bulk_create(
        [
            Venue(
                code=venue.code,
                mic=venue.mic,
                letter=venue.letter,
                name=venue.name,
                asset=venue.asset,
                off_exchange=venue.off_exchange,
            )
            for venue in VENUES.values()
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["mic", "letter", "name", "asset", "off_exchange"],
    )
    TradeCondition.objects.bulk_create(
        _conditions(),
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[
            "tape", "letter", "mnemonic", "name", "family", "weight", "counts_volume",
            "updates_last", "updates_high_low", "infers",
        ],
    )  # fmt: skip


def _conditions() -> list[TradeCondition]:
    options = [
        TradeCondition(
            code=row.code,
            tape="opra",
            letter=row.letter or None,
            mnemonic=row.mnemonic or None,
            name=row.name,
            family=row.family.name.lower(),
            weight=row.cond_w,
            counts_volume=row.volume,
        )
        for row in CONDITIONS.values()
    ]
    equities = [
        TradeCondition(
            code=row.code,
            tape="equities",
            name=row.name,
            counts_volume=row.updates_volume,
            updates_last=row.updates_last,
            updates_high_low=row.updates_high_low,
            infers=row.infers,
        )
        for row in SALE_CONDITIONS.values()
    ]
    return options + equities
