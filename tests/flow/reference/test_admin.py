"""Reference data in the admin: lists, exact search, details; nobody changes anything."""

from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from flow.domain.sale_condition_table import SALE_CODES, SALE_CONDITIONS
from flow.models import (
    CorporateAction,
    IndexMember,
    OptionAdjustment,
    OptionEod,
    ReferenceLoad,
    ScheduledEvent,
    SessionDay,
    Symbol,
    SymbolAlias,
    TradeCondition,
    Venue,
)
from flow.reference.actions import import_actions, import_adjustments
from flow.reference.eod_files import import_eod
from flow.reference.symbols import import_aliases, import_constituents
from tests.support.reference import import_rows, utc
from tests.support.users import client_of

pytestmark = pytest.mark.usefixtures("log_db")
NOW = utc("2026-11-21T12:00")
MODELS = (
    CorporateAction, IndexMember, OptionAdjustment, OptionEod, ReferenceLoad, ScheduledEvent,
    SessionDay, Symbol, SymbolAlias, TradeCondition, Venue,
)  # fmt: skip


@pytest.fixture
def filled(log_db: None, tmp_path: Path) -> None:
    """Fill every table with a row or two."""

    def write(text: str) -> Path:
        path = tmp_path / "rows.csv"
        path.write_text(text)
        return path

    rows = [{"symbol": symbol, "event_date": "2025-01-31"} for symbol in ("AAPL", "IBM")]
    import_rows(tmp_path / "events.json", rows, now="2025-01-20T00:00")
    import_constituents(
        write("Symbol,Security\nAAPL,<b>Apple</b>\n"), now_us=NOW, effective=date(2026, 1, 5)
    )
    import_aliases(write("alias,symbol\nFB,META\n"), now_us=NOW)
    import_actions(
        write("symbol,kind,effective_date,amount\nAAPL,dividend,2020-01-02,0.5\n"), now_us=NOW
    )
    import_adjustments(
        write("root,underlying,effective_date,multiplier\nA1,A,2020-01-02,10\n"), now_us=NOW
    )
    chain = tmp_path / "spy/20231115.csv"
    chain.parent.mkdir()
    head = "#expiry,strike,right,open,high,low,close,volume,open_interest"
    chain.write_text(f"{head}\n20231215,450,C,1,1,1,5.1,4,8\n")
    import_eod(chain, now_us=NOW)


def listing(model: type, query: str = "") -> str:
    return reverse(f"admin:flow_{model.__name__.lower()}_changelist") + query


@pytest.mark.usefixtures("filled")
def test_every_table_has_a_list_and_details() -> None:
    client = client_of("admin")
    for model in MODELS:
        row = model._default_manager.order_by("-pk")[0]
        page = client.get(listing(model))
        detail = client.get(reverse(f"admin:flow_{model.__name__.lower()}_change", args=[row.pk]))
        assert (page.status_code, detail.status_code) == (200, 200), model
        assert b"Older" in page.content or str(row.pk).encode() in page.content, model
        assert b"<b>Apple" not in page.content + detail.content


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("model", "found", "other"),
    [
        (ScheduledEvent, "AAPL", "IBM"),
        (Symbol, "AAPL", "SPY"),
        (OptionEod, "SPY-2023-12-15-450-C", "SPY-2023-12-15-450-P"),
    ],
)
def test_search_is_for_one_exact_text(model: type, found: str, other: str) -> None:
    client = client_of("admin")

    assert f">{found}<" in client.get(listing(model, f"?q={found.lower()}")).content.decode()
    assert "/change/" not in client.get(listing(model, f"?q={other}X")).content.decode()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("role", ["viewer", "analyst", "nobody", "anonymous"])
def test_only_administrators_look(role: str) -> None:
    client = client_of(role)

    assert {client.get(listing(model)).status_code for model in MODELS} <= {302, 403}


@pytest.mark.usefixtures("filled")
def test_nobody_adds_changes_or_deletes() -> None:
    client: Client = client_of("superuser")
    for model in MODELS:
        row = model._default_manager.order_by("-pk")[0]
        name = f"admin:flow_{model.__name__.lower()}"
        answers = [
            client.get(reverse(f"{name}_add")),
            client.post(reverse(f"{name}_change", args=[row.pk]), {"symbol": "X"}),
            client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}),
        ]
        assert {answer.status_code for answer in answers} == {403}, model


@pytest.mark.parametrize("model", [SessionDay, Venue, ScheduledEvent])
@pytest.mark.parametrize("key", ["x", "9" * 30, "2026-02-30", "%00"])
def test_a_hostile_key_is_no_error(model: type, key: str) -> None:
    client = client_of("admin")
    address = reverse(f"admin:flow_{model.__name__.lower()}_change", args=["KEY"])

    assert client.get(address.replace("KEY", key)).status_code in (302, 404)
    assert client.get(listing(model, f"?before={key}")).status_code in (200, 302)


def test_venues_and_conditions_are_those_of_the_code() -> None:
    from flow.domain.condition_table import CONDITIONS
    from flow.domain.venues import VENUES
    from flow.reference.market_tables import fill_market_tables

    Venue.objects.filter(mic="XCBO").update(name="changed")
    fill_market_tables()

    assert dict(Venue.objects.values_list("code", "mic")) == {
        code: venue.mic for code, venue in VENUES.items()
    }
    assert Venue.objects.get(mic="XCBO").name == "Cboe Options"
    options = TradeCondition.objects.filter(tape="opra")
    assert dict(options.values_list("code", "weight")) == {
        code: row.cond_w for code, row in CONDITIONS.items()
    }
    equities = TradeCondition.objects.filter(tape="equities")
    rule = ("updates_last", "updates_high_low", "counts_volume", "infers")
    assert {code: tuple(row) for code, *row in equities.values_list("code", *rule)} == {
        row.code: (row.updates_last, row.updates_high_low, row.updates_volume, row.infers)
        for row in SALE_CONDITIONS.values()
    }


def test_the_admin_shows_what_a_sale_condition_may_do_and_changes_nothing() -> None:
    client = client_of("admin")
    code = SALE_CODES["DerivativelyPriced"]  # high and low and volume, never last

    page = client.get(listing(TradeCondition)).content.decode()
    detail = client.get(f"{listing(TradeCondition)}{code}/change/").content.decode()

    assert all(name in page for name in ("DerivativelyPriced", "OddLot", "AveragePrice"))
    assert all(word in detail.lower() for word in ("updates last", "updates high low", "infers"))
    assert 'name="_save"' not in detail
    assert client.post(f"{listing(TradeCondition)}{code}/change/", {}).status_code == 403
