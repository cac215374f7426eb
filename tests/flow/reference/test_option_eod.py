"""Open interest as of a trade date: never from the future, never of the day itself."""

import zipfile
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flow.domain.option_eod import EodRow
from flow.domain.sessions import at_new_york
from flow.models import Contract, OptionEod, Quarantine, ReferenceLoad
from flow.reference.eod_files import FolderProvider, import_eod
from flow.reference.loads import LoadError, Report, loading
from flow.reference.option_eod import Interest, completeness, oi_as_of, store_eod
from flow.reference.session_days import market_calendar
from tests.support.database import empty_database
from tests.support.market import CALL, PUT, rows
from tests.support.reference import utc

pytestmark = [pytest.mark.usefixtures("log_db"), pytest.mark.long]
NOW = utc("2026-11-21T12:00")
WED, THU, FRI, SAT, MON = (date(2023, 11, day) for day in (15, 16, 17, 18, 20))
HOUR = 3600 * 10**6


def row(as_of: date, interest: int | None, *, hour: float = 30.5, contract: str = CALL) -> EodRow:
    """Return a snapshot; `hour` counts from New York midnight of its day, 30.5 = 06:30 later."""
    midnight = at_new_york(as_of.toordinal(), time.min)
    return EodRow(
        contract=contract, as_of_date=as_of.toordinal(), open_interest=interest,
        known_from=midnight + round(hour * HOUR),
    )  # fmt: skip


def store(*told: EodRow, source: str = "test") -> int:
    report = Report("option_eod", "test")
    with loading(report, now_us=NOW):
        return store_eod(told, source=source, fetched_us=NOW).added


def on(day: date, contract: str = CALL) -> int | None:
    found = oi_as_of(contract, day)
    return None if found is None else found.open_interest


def test_the_newest_snapshot_before_the_trade_date_counts() -> None:
    store(row(WED, 100), row(THU, 200))

    assert [on(day) for day in (WED, THU, FRI, MON)] == [None, 100, 200, 200]
    assert oi_as_of(CALL, FRI) == Interest(THU, 200, "test")
    assert oi_as_of(PUT, FRI) is None


def test_a_trade_date_without_a_session_knows_what_half_past_nine_would() -> None:
    """Only the synthetic market trades on a Saturday."""
    monday = 72 + 6.5
    store(row(THU, 200), row(FRI, 300, hour=monday), row(FRI, 400, hour=24 + 9.5, contract=PUT))

    assert (on(SAT), on(MON)) == (200, 300)
    assert on(SAT, PUT) == 400


def test_a_snapshot_that_came_after_the_open_is_for_the_next_day() -> None:
    store(row(WED, 100), row(THU, 200, hour=24 + 9.5), row(FRI, 300, hour=72 + 9.5 + 1e-3))

    assert on(FRI) == 200  # known with the opening bell
    assert on(MON) == 200  # Friday's came a moment after Monday's
    assert on(date(2023, 11, 21)) == 300


def test_missing_open_interest_is_passed_over_and_zero_is_a_number() -> None:
    store(row(WED, 100), row(THU, None), row(FRI, 0))

    assert [on(FRI), on(MON)] == [100, 0]


def test_an_old_snapshot_is_none() -> None:
    store(row(WED, 100))

    assert on(date(2023, 11, 24)) == 100  # nine days, over a holiday
    assert on(date(2023, 11, 27)) is None


def test_a_correction_is_known_from_its_own_instant_on() -> None:
    assert store(row(WED, 100), row(WED, 110, hour=40)) == 2
    assert store(row(WED, 100), row(WED, 110, hour=50)) == 0

    assert [on(THU), on(FRI)] == [100, 110]
    assert OptionEod.objects.count() == 2


def test_telling_the_same_later_keeps_the_first_known_from() -> None:
    store(row(WED, 100))
    assert store(row(WED, 100, hour=60)) == 0

    assert on(THU) == 100
    assert OptionEod.objects.count() == 1


def test_a_contract_never_seen_is_made_with_its_terms() -> None:
    store(row(WED, 1, contract="AAPL7-2015-01-17-92.86-C"))

    made = Contract.objects.select_related("symbol").get()
    assert (made.symbol.name, made.multiplier, made.strike_micros) == ("AAPL", None, 92_860_000)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.builds(
            row,
            st.integers(0, 6).map(lambda n: WED + timedelta(n)),
            st.none() | st.integers(0, 5),
            hour=st.integers(0, 140),
        ),
        max_size=8,
    ),
)
def test_a_trade_date_sees_what_an_oracle_sees_and_no_more(told: list[EodRow]) -> None:
    empty_database()
    unique = list({(each.as_of_date, each.known_from): each for each in told}.values())
    for each in sorted(unique, key=lambda one: one.known_from):
        store(each)

    calendar = market_calendar()
    for day in (WED + timedelta(n) for n in range(10)):
        opens = calendar.open_of(day.toordinal()) or at_new_york(day.toordinal(), time(9, 30))
        able = [
            each
            for each in unique
            if each.open_interest is not None
            and each.known_from <= opens
            and each.as_of_date < day.toordinal()
        ]
        best = max(able, key=lambda each: (each.as_of_date, each.known_from), default=None)
        assert on(day) == (None if best is None else best.open_interest)


# Completeness against the chain


def test_completeness_names_what_is_missing_of_the_living_chain() -> None:
    store(row(WED, 5), row(FRI, 5, contract=PUT), row(WED, 1, contract="QQQ-2023-11-15-380-C"))

    (spy,) = completeness(THU)
    assert (spy.symbol, spy.expected, spy.present, spy.missing) == ("SPY", 2, 1, (PUT,))
    assert spy.line() == f"SPY: 1 of 2 contracts; missing {PUT}"
    assert [each.symbol for each in completeness(WED)] == ["QQQ", "SPY"]
    assert completeness(THU, ["QQQ"]) == []
    assert completeness(MON)[0].missing == ()


# Files

MEMBER = "20231116_spy_minute_openinterest_american_call_4500000_20231215.csv"
CHAIN = "#expiry,strike,right,open,high,low,close,volume,open_interest,implied_volatility"


def write_zip(path: Path, **members: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in (members or {MEMBER: "23400000,77\n"}).items():
            archive.writestr(name, body)
    return path


def test_a_zip_tells_of_the_day_before_its_own(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "spy/20231116_openinterest_american.zip")
    report = import_eod(path, now_us=NOW)

    assert report is not None
    assert (report.origin, report.changed) == ("spy/20231116_openinterest_american.zip", 1)
    assert oi_as_of(CALL, THU) == Interest(WED, 77, "lean_open_interest")


def test_a_mended_file_of_the_same_instant_says_that_the_first_number_stays(
    tmp_path: Path,
) -> None:
    path = tmp_path / "spy/20231116_openinterest_american.zip"
    import_eod(write_zip(path), now_us=NOW)
    report = import_eod(write_zip(path, **{MEMBER: "23400000,78\n"}), now_us=NOW)

    assert report is not None
    assert (report.rows, report.accepted, report.changed) == (1, 0, 0)
    assert report.skipped == {"conflict": 1}
    assert on(THU) == 77
    assert CALL in Quarantine.objects.get().detail


def test_a_chain_tells_of_its_own_day_and_bad_rows_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "spy/20231115.csv"
    path.parent.mkdir()
    path.write_text(
        f"{CHAIN}\n,,,1,1,1,450.00,5,,\n20231215,450,C,1,1,1,5.10,40,88,0.2\n20231215,450,X,1\n"
    )
    report = import_eod(path, now_us=NOW)

    assert report is not None
    assert (report.rows, report.accepted, report.skipped) == (2, 1, {"bad_contract": 1})
    eod = OptionEod.objects.get()
    assert (eod.volume, eod.close_micros, eod.as_of_date) == (40, 5_100_000, WED)
    assert on(THU) == 88
    assert Quarantine.objects.get().source == "reference:option_eod"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("20231116_openinterest_american.zip", b"PK", "is no complete zip"),
        ("20231116_trade_american.zip", b"PK", "is no end-of-day file"),
        ("20231116.csv", b"a,b\n", "starts with"),
        ("20231116.csv", b"", "starts with"),
        ("20231116.csv", CHAIN.encode(), "can be used: it is empty"),
        ("20231199.csv", CHAIN.encode(), "names no day"),
        ("20231118.csv", f"{CHAIN}\n20231215,450,C,1,1,1,5,4,8,".encode(), "{'bad_day': 1}"),
        ("20231116.csv", b'"' + b"x" * 140_000, "is no CSV"),
    ],
)
def test_a_file_that_is_none_is_one_sentence(
    tmp_path: Path, name: str, data: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(data)

    with pytest.raises(LoadError) as caught:
        import_eod(tmp_path / name, now_us=NOW)
    assert sentence in str(caught.value)
    assert not OptionEod.objects.exists()


def test_a_watched_folder_is_read_once_and_a_broken_file_holds_nothing_up(tmp_path: Path) -> None:
    write_zip(tmp_path / "spy/20231116_openinterest_american.zip")
    (tmp_path / "spy/20231117_openinterest_american.zip").write_bytes(b"cut")
    provider = FolderProvider(tmp_path)

    for _ in range(2):
        with pytest.raises(LoadError, match=r"20231117.* is no complete zip"):
            provider.load(now_us=NOW)
    assert on(THU) == 77
    write_zip(tmp_path / "spy/20231117_openinterest_american.zip")
    assert [report.rows for report in provider.load(now_us=NOW)] == [1]
    assert provider.load(now_us=NOW) == []
    assert ReferenceLoad.objects.count() == 2


def test_a_folder_that_is_none_says_so(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="is no folder"):
        FolderProvider(tmp_path / "none").load(now_us=NOW)


# The real files


@pytest.mark.realdata
def test_the_real_open_interest_and_chains_agree(shared_data: Path) -> None:
    bars = shared_data / "option_bars"
    zips = sorted(bars.glob("*/*_openinterest_american.zip"))
    reports = [import_eod(path, now_us=NOW) for path in zips]
    chain = import_eod(bars / "universes/twx/20140605.csv", now_us=NOW)

    assert [(r.rows, r.accepted) for r in reports if r] == [
        (2_322, 2_322), (118, 118), (184, 184), (184, 184),
    ]  # fmt: skip
    assert chain is not None
    assert (chain.rows, chain.accepted) == (184, 184)
    # The chain of the 5th and the zip that the 6th began with are the same day's end.
    agree = rows(
        """SELECT count(*), count(*) FILTER (WHERE a.open_interest = b.open_interest)
           FROM option_eod a JOIN option_eod b
             ON b.contract_id = a.contract_id AND b.as_of_date = a.as_of_date
           WHERE a.source = 'lean_universe' AND b.source = 'lean_open_interest'
             AND a.open_interest IS NOT NULL"""
    )
    assert agree == [(151, 147)]
    (twx,) = completeness(date(2014, 6, 6), ["TWX"])
    assert (twx.expected, twx.present) == (184, 184)
    assert completeness(date(2014, 6, 5), ["TWX"])[0].present == 184
    assert completeness(date(2014, 6, 4), ["TWX"])[0].present == 0


@pytest.mark.realdata
def test_every_real_chain_imports(shared_data: Path) -> None:
    reports = FolderProvider(shared_data / "option_bars/universes").load(now_us=NOW)

    assert len(reports) == 12
    assert sum(report.accepted for report in reports) == 13_334 - 2 * 12
    assert sum(len(report.refused) for report in reports) == 0
