import json
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from flow.domain.events import (
    EquityPrint,
    EquityQuote,
    Malformed,
    OptionPrint,
    OptionQuote,
    QuoteMode,
)
from ingest.feeds import FeedItem, ImportFormatError
from ingest.lean import LeanImport, import_files

TRADES = "20131007_aig_Trade_Tick"
QUOTES = "20131007_aig_Quote_Tick"
OPTION_TRADE = "20140605_twx_minute_trade_american_call_650000_20141018"
OPTION_QUOTE = "20140605_twx_minute_quote_american_call_650000_20141018"
MakeZip = Callable[..., Path]


def read_all(feed: LeanImport, limit: int = 1_000) -> list[FeedItem]:
    items: list[FeedItem] = []
    while not feed.finished:
        items += feed.read(limit, 0)
    return items


def events_of(*paths: Path) -> list[FeedItem]:
    feed = import_files(*paths)
    feed.open(None)
    return read_all(feed)


@pytest.fixture
def ticks(make_zip: MakeZip) -> Path:
    make_zip("aig/20131007_trade.zip", **{TRADES: "10,100,5,P,1,0\n20,100,5,P,1,0\n"})
    rows = "5,90,1,0,0,P,1,0\n10,0,0,110,1,P,1,0\n30,95,1,0,0,P,1,0"
    return make_zip("aig/20131007_quote.zip", **{QUOTES: rows}).parent


@pytest.fixture
def bars(make_zip: MakeZip) -> Path:
    make_zip("twx/20140605_trade_american.zip", **{OPTION_TRADE: "100,7,8,6,7,9\n"})
    make_zip(
        "twx/20140605_openinterest_american.zip",
        **{OPTION_TRADE.replace("trade", "openinterest"): "1,5"},
    )
    rows = "100,6,6,6,6,1,9,9,9,9,1\n"
    return make_zip("twx/20140605_quote_american.zip", **{OPTION_QUOTE: rows}).parent


def test_folder_of_ticks_is_merged_quotes_first(ticks: Path) -> None:
    found = [
        (type(e).__name__, e.ts % 1_000_000 // 1_000)
        for e in events_of(ticks)
        if not isinstance(e, Malformed)
    ]
    assert found == [
        ("EquityQuote", 5),
        ("EquityQuote", 10),
        ("EquityPrint", 10),
        ("EquityPrint", 20),
        ("EquityQuote", 30),
    ]


def test_single_zip_is_enough(ticks: Path) -> None:
    assert [type(e) for e in events_of(ticks / "20131007_trade.zip")] == [EquityPrint] * 2


def test_same_zip_named_twice_is_read_once(ticks: Path) -> None:
    assert len(events_of(ticks, ticks / "20131007_trade.zip", ticks)) == 5


def test_option_bars_leave_open_interest_aside(bars: Path) -> None:
    feed = import_files(bars)
    assert feed.notes == (
        "20140605_openinterest_american.zip is left aside: "
        "open interest is reference data, not an event.",
    )
    feed.open(None)
    quote, print_ = read_all(feed)
    assert isinstance(quote, OptionQuote)
    assert isinstance(print_, OptionPrint)
    assert quote.ts == print_.ts
    assert (quote.order, print_.order) == (1, 2)


def test_days_come_one_after_the_other(make_zip: MakeZip) -> None:
    for day in ("20131008", "20131007"):
        rows = {f"{day}_aig_Trade_Tick": "10,100,5,P,1,0\n"}
        folder = make_zip(f"aig/{day}_trade.zip", **rows).parent
    times = [e.ts for e in events_of(folder) if not isinstance(e, Malformed)]
    assert times == sorted(times)
    assert import_files(folder).name == "aig-2013-10-07..2013-10-08"


@pytest.mark.parametrize(
    ("kinds", "options", "equities", "granularity"),
    [
        (["ticks"], QuoteMode.NONE, QuoteMode.CHANGE, "tick"),
        (["bars"], QuoteMode.SAMPLED, QuoteMode.NONE, "minute"),
        (["bars", "ticks"], QuoteMode.SAMPLED, QuoteMode.CHANGE, "minute"),
    ],
)
def test_capabilities_follow_the_files(
    request: pytest.FixtureRequest,
    kinds: list[str],
    options: QuoteMode,
    equities: QuoteMode,
    granularity: str,
) -> None:
    found = import_files(*(request.getfixturevalue(kind) for kind in kinds)).capabilities
    assert (found.quote_mode_options, found.quote_mode_equities) == (options, equities)
    assert found.granularity == granularity
    assert found.conditions_known == ("bars" not in kinds)


def test_minute_bars_of_equities_make_the_quotes_sampled(ticks: Path, make_zip: MakeZip) -> None:
    rows = {"20140605_twx_minute_quote": "100,6,6,6,6,1,9,9,9,9,1"}
    underlying = make_zip("under/20140605_quote.zip", **rows)
    assert import_files(underlying, ticks).capabilities.quote_mode_equities is QuoteMode.SAMPLED


def test_name_of_the_run(ticks: Path) -> None:
    assert import_files(ticks).name == "aig-2013-10-07"


def test_resume_gives_the_rest(ticks: Path) -> None:
    whole = events_of(ticks)
    for cut in range(len(whole) + 1):
        first = import_files(ticks)
        first.open(None)
        taken = first.read(cut, 0)
        saved = json.loads(json.dumps(first.cursor()))
        first.close()
        again = import_files(ticks)
        again.open(saved)
        assert taken + read_all(again) == whole


def test_mended_files_start_from_the_beginning(ticks: Path, make_zip: MakeZip) -> None:
    feed = import_files(ticks)
    feed.open(None)
    feed.read(3, 0)
    make_zip(
        "aig/20131007_trade.zip", **{TRADES: "10,100,5,P,1,0\n15,100,5,P,1,0\n20,100,5,P,1,0\n"}
    )
    mended = import_files(ticks)
    mended.open(feed.cursor())
    assert len(read_all(mended)) == 6


def test_batch_size_changes_nothing(ticks: Path) -> None:
    feed = import_files(ticks)
    feed.open(None)
    assert read_all(feed, 1) == events_of(ticks)
    assert feed.progress.done == feed.progress.total > 0


def test_broken_rows_tell_where(make_zip: MakeZip) -> None:
    path = make_zip("20131007_trade.zip", **{TRADES: "10,100,5,P,1,0\nbroken\n20,100,5,P,1,0\n"})
    bad = [item for item in events_of(path) if isinstance(item, Malformed)]
    assert [item.where for item in bad] == [f"20131007_trade.zip:{TRADES}.csv:2"]


def test_truncated_zip_stops_before_any_event(ticks: Path) -> None:
    path = ticks / "20131007_quote.zip"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ImportFormatError, match=r"20131007_quote\.zip cannot be read"):
        import_files(ticks)


@pytest.mark.parametrize(
    ("name", "members", "sentence"),
    [
        ("notes.txt", None, "is no Lean file: received a file named 'notes.txt'"),
        ("20131307_trade.zip", {}, "names no day: received '20131307'"),
        ("20131007_trade.zip", {}, "is empty: received no file in it"),
        ("20131007_trade.zip", {"whatever": "1"}, "unknown name: received 'whatever.csv'"),
        ("20131008_trade.zip", {TRADES: "1"}, "another day or kind: received '20131007_aig_Trade"),
        ("20131007_quote.zip", {TRADES: "1"}, "another day or kind"),
        ("20140605_quote_american.zip", {OPTION_TRADE: "1"}, "another day or kind"),
        ("20140605_trade_american.zip", {TRADES: "1"}, "names no contract"),
    ],
)
def test_wrong_files_end_in_one_sentence(
    tmp_path: Path, make_zip: MakeZip, name: str, members: dict[str, str] | None, sentence: str
) -> None:
    if members is None:
        (tmp_path / name).write_text("hello")
    else:
        make_zip(name, **members)
    with pytest.raises(ImportFormatError, match=sentence.replace("(", r"\(")):
        import_files(tmp_path / name)


def test_missing_path_folder_in_folder_and_empty_folder(tmp_path: Path, bars: Path) -> None:
    with pytest.raises(ImportFormatError, match="no such file or folder"):
        import_files(tmp_path / "nothing")
    with pytest.raises(ImportFormatError, match="received a folder"):
        import_files(bars.parent)
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".hidden").write_text("ignored")
    with pytest.raises(ImportFormatError, match="holds nothing to import: received no zip"):
        import_files(tmp_path / "empty")
    with pytest.raises(
        ImportFormatError, match=r"received 20140605_openinterest_american\.zip is left"
    ):
        import_files(bars / "20140605_openinterest_american.zip")


def rows_by_hand(*paths: Path) -> Counter[str]:
    """Count rows without the reader: names say the kind, non-empty lines are rows."""
    counts: Counter[str] = Counter()
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                rows = [line for line in archive.read(name).split(b"\n") if line.strip()]
                counts["trade" if "trade" in name.lower() else "quote"] += len(rows)
    return counts


def counted(items: list[FeedItem]) -> Counter[str]:
    return Counter(type(item).__name__ for item in items)


@pytest.mark.realdata
def test_goog_has_its_rows(shared_data: Path) -> None:
    folder = shared_data / "option_bars" / "goog"
    items = events_of(folder)
    assert counted(items) == {"OptionPrint": 581, "OptionQuote": 28_932}
    by_hand = rows_by_hand(*folder.glob("*_trade_*"), *folder.glob("*_quote_*"))
    assert by_hand == {"trade": 581, "quote": 28_932}
    assert len({item.uid for item in items if not isinstance(item, Malformed)}) == 29_513


@pytest.mark.realdata
def test_aig_has_its_rows(shared_data: Path) -> None:
    folder = shared_data / "equity_ticks" / "aig"
    paths = [folder / "20131007_trade.zip", folder / "20131007_quote.zip"]
    items = events_of(*paths)
    by_hand = rows_by_hand(*paths)
    assert by_hand["trade"] == 25_351
    assert counted(items) == {"EquityPrint": 25_351, "EquityQuote": by_hand["quote"]}
    assert len({item.uid for item in items if not isinstance(item, Malformed)}) == len(items)
    two_sided = [q for q in items if isinstance(q, EquityQuote) and q.bid_micros and q.ask_micros]
    regular = [q for q in two_sided if 48_600 <= q.ts // 1_000_000 % 86_400 < 72_000]
    crossed = sum(q.bid_micros > q.ask_micros for q in regular if q.bid_micros and q.ask_micros)
    assert crossed / len(regular) < 0.0005  # PROVENANCE.md section 3: 0.00 to 0.04 %


@pytest.mark.realdata
def test_twx_holds_the_large_prints(shared_data: Path) -> None:
    folder = shared_data / "option_bars"
    items = events_of(folder / "twx", folder / "underlying_minute" / "twx")
    prints = [item for item in items if isinstance(item, OptionPrint)]
    large = sorted((p.size, p.contract) for p in prints if p.size > 1_000)
    assert large == [(1_462, "TWX-2014-10-18-65-C"), (2_200, "TWX-2014-10-18-65-C")]
    assert counted(items)["OptionQuote"] == 56_995
    assert len(prints) == 150
    assert counted(items)["Malformed"] == 0


@pytest.mark.realdata
def test_three_percent_broken_then_mended_adds_only_the_rest(
    shared_data: Path, tmp_path: Path
) -> None:
    source = shared_data / "option_bars" / "goog" / "20151223_quote_american.zip"
    broken = tmp_path / source.name
    with zipfile.ZipFile(source) as good, zipfile.ZipFile(broken, "w") as bad:
        for name in good.namelist():
            lines = good.read(name).split(b"\n")
            cut = [line[:9] if n % 33 == 0 and line else line for n, line in enumerate(lines)]
            bad.writestr(name, b"\n".join(cut))
    first = {e.uid for e in events_of(broken) if not isinstance(e, Malformed)}
    shutil.copy(source, broken)
    mended = [e for e in events_of(broken) if not isinstance(e, Malformed)]
    assert first < {e.uid for e in mended}
    assert len(mended) == 28_932
