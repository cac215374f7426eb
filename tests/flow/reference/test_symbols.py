"""Symbols, aliases and memberships on a day; corporate actions and adjusted roots."""

from datetime import date
from pathlib import Path

import pytest

from flow.models import IndexMember, Symbol
from flow.reference.actions import (
    actions_until,
    adjustments_on,
    import_actions,
    import_adjustments,
)
from flow.reference.loads import LoadError
from flow.reference.symbols import (
    SP500,
    import_aliases,
    import_constituents,
    import_symbols,
    members_on,
    symbol_on,
)
from flow.storage.reference import load_multipliers
from tests.support.reference import utc

pytestmark = pytest.mark.usefixtures("log_db")
NOW = utc("2026-11-21T12:00")
HEADER = "Symbol,Security,GICS Sector,GICS Sub-Industry,Date added\n"
FIRST, SECOND = date(2026, 1, 5), date(2026, 6, 1)


def constituents(folder: Path, *rows: str, on: date = FIRST) -> int:
    path = folder / "list.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n")
    return import_constituents(path, now_us=NOW, effective=on).changed


def write(folder: Path, text: str) -> Path:
    path = folder / "rows.csv"
    path.write_text(text)
    return path


def test_members_join_on_their_date_and_leave_with_the_list(tmp_path: Path) -> None:
    old = ("A,Agilent,Health Care,Tools,2000-06-05", "BRKB,Berkshire,Financials,,2010-02-16")
    constituents(tmp_path, *old)
    assert constituents(tmp_path, *old) == 0
    constituents(tmp_path, old[0], "NEW,New,Energy,,", on=SECOND)

    assert members_on(SP500, date(2000, 6, 4)) == []
    assert members_on(SP500, date(2026, 5, 31)) == ["A", "BRK.B"]
    assert members_on(SP500, SECOND) == ["A", "NEW"]
    symbol = Symbol.objects.get(name="A")
    assert (symbol.title, symbol.sector, symbol.security_type) == (
        "Agilent", "Health Care", "stock",
    )  # fmt: skip


def test_a_company_that_returns_has_two_memberships(tmp_path: Path) -> None:
    constituents(tmp_path, "A,a,S,,2000-01-03", "B,b,S,,2000-01-03")
    constituents(tmp_path, "A,a,S,,2000-01-03", on=SECOND)
    constituents(tmp_path, "A,a,S,,2000-01-03", "B,b,S,,2026-09-01", on=date(2026, 9, 1))

    assert IndexMember.objects.filter(symbol="B").count() == 2
    assert [len(members_on(SP500, date(2026, month, 2))) for month in (5, 6, 9)] == [2, 1, 2]


def test_a_company_that_returns_with_its_first_date_was_still_out_between(tmp_path: Path) -> None:
    both = ("A,a,S,,2000-01-03", "B,b,S,,2000-01-03")
    constituents(tmp_path, *both)
    constituents(tmp_path, both[0], on=SECOND)
    constituents(tmp_path, *both, on=date(2026, 9, 1))

    months = (1, 5, 6, 8, 9)
    assert [len(members_on(SP500, date(2026, month, 2))) for month in months] == [2, 2, 1, 1, 2]


def test_a_list_of_the_same_day_puts_an_exit_right(tmp_path: Path) -> None:
    both = ("A,a,S,,2000-01-03", "B,b,S,,2000-01-03")
    constituents(tmp_path, *both)
    constituents(tmp_path, both[0], on=SECOND)
    constituents(tmp_path, *both, on=SECOND)

    assert IndexMember.objects.filter(symbol="B").count() == 1
    assert members_on(SP500, SECOND) == ["A", "B"]


def test_half_a_list_is_refused(tmp_path: Path) -> None:
    constituents(tmp_path, *(f"S{n},s,T,," for n in range(10)))

    with pytest.raises(LoadError, match="has 4 companies, the index 10"):
        constituents(tmp_path, *(f"S{n},s,T,," for n in range(4)), on=SECOND)
    assert len(members_on(SP500, SECOND)) == 10


def test_an_older_list_after_a_newer_one_is_refused(tmp_path: Path) -> None:
    constituents(tmp_path, "A,a,S,,2000-01-03", "NEW,n,S,,2026-05-20", on=SECOND)

    with pytest.raises(LoadError, match="index of 2026-01-05, and a change of 2026-05-20 is known"):
        constituents(tmp_path, "A,a,S,,2000-01-03", "GONE,g,S,,2000-01-03", on=FIRST)
    assert members_on(SP500, SECOND) == ["A", "NEW"]


@pytest.mark.realdata
def test_the_real_list_imports(shared_data: Path) -> None:
    path = shared_data / "reference/sp500_constituents_datasets_repo.csv"
    report = import_constituents(path, now_us=NOW, effective=date(2026, 8, 8))

    assert (report.rows, report.accepted) == (503, 503)
    members = members_on(SP500, date(2026, 8, 8))
    assert len(members) == 503
    assert {"BRK.B", "BF.B", "AAPL"} <= set(members)
    assert Symbol.objects.values("sector").distinct().count() == 11


def test_a_text_means_what_it_meant_on_the_day(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "alias,symbol,valid_from,valid_to\nFB,META,,2022-06-09\nFB,NEWFUND,2025-01-02,\n"
        "GOOGLE,GOOGL,,\n",
    )
    assert import_aliases(path, now_us=NOW).changed == 3
    assert import_aliases(path, now_us=NOW).changed == 0

    days = (date(2022, 6, 8), date(2022, 6, 9), date(2025, 1, 2))
    assert [symbol_on("fb", day) for day in days] == ["META", "FB", "NEWFUND"]
    assert symbol_on("GOOGLE", days[0]) == "GOOGL"
    assert [symbol_on(text, days[0]) for text in ("BRK/B", "SPXW", "IBM")] == [
        "BRK.B", "SPX", "IBM",
    ]  # fmt: skip


def test_kinds_of_symbols_come_by_file_and_keep_what_a_row_does_not_tell(tmp_path: Path) -> None:
    import_symbols(write(tmp_path, "symbol,name,kind,sector\nSPY,SPDR,etf,Broad\n"), now_us=NOW)
    import_symbols(write(tmp_path, "symbol,name,kind\nSPY,SPDR S&P 500,etf\n"), now_us=NOW)

    spy = Symbol.objects.get()
    assert (spy.title, spy.security_type, spy.sector) == ("SPDR S&P 500", "etf", "Broad")


def test_actions_and_adjustments_take_effect_on_their_date(tmp_path: Path) -> None:
    actions = write(
        tmp_path,
        "symbol,kind,effective_date,numerator,denominator,amount\n"
        "AAPL,split,2014-06-09,7,1,\nAAPL,dividend,2014-05-08,,,3.29\nAAPL,split,soon,7,1,\n",
    )
    report = import_actions(actions, now_us=NOW)
    assert (report.changed, report.skipped) == (2, {"bad_date": 1})
    assert import_actions(actions, now_us=NOW).changed == 0
    roots = write(
        tmp_path,
        "root,underlying,effective_date,multiplier\nAAPL7,AAPL,2014-06-09,10\n"
        "AAPL7,AAPL,2015-01-02,20\n",
    )
    import_adjustments(roots, now_us=NOW)

    assert [len(actions_until("AAPL", date(2014, 6, day))) for day in (8, 9)] == [1, 2]
    found = [adjustments_on("AAPL", date(year, 6, 9)) for year in (2013, 2014, 2015)]
    assert [[each.multiplier for each in on] for on in found] == [[], [10], [20]]


def test_ingest_reads_the_multipliers(tmp_path: Path) -> None:
    from flow.storage.db import connect

    import_adjustments(
        write(tmp_path, "root,underlying,effective_date,multiplier\nX1,X,2015-01-02,20\n"),
        now_us=NOW,
    )
    with connect("default", "test") as conn:
        known = load_multipliers(conn)

    day = date(2015, 1, 2).toordinal()
    assert [known.of("X1", each) for each in (day - 1, day)] == [None, 20]


def test_a_file_without_a_usable_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"no row of rows.csv can be used: \{'bad_date': 1\}"):
        import_adjustments(write(tmp_path, "root,underlying\nX,X\n"), now_us=NOW)
