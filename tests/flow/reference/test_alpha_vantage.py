"""The refresh against a real HTTP server on loopback: refusals keep the table, no key anywhere."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from flow.models import ReferenceLoad, ScheduledEvent
from flow.reference.alpha_vantage import Account, fetch_earnings
from flow.reference.loads import LoadError
from flow.reference.refresh import Sources, is_due, refresh_calendar
from tests.support.reference import answer, earnings, revisions, utc

pytestmark = pytest.mark.usefixtures("log_db")
KEY = "SECRETKEY1234567"
MINUTE = 60 * 10**6
NOW = utc("2025-01-20T21:00")


class Fake(ThreadingHTTPServer):
    """Answers every request with what a test has set."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.body = 200, b""
        self.headers: dict[str, str] = {}
        self.asked: list[dict[str, list[str]]] = []

    def account(self, **changes: Any) -> Account:
        return Account(
            **({"address": f"http://127.0.0.1:{self.server_port}", "key": KEY} | changes)
        )


class _Handler(BaseHTTPRequestHandler):
    server: Fake

    def do_GET(self) -> None:
        fake = self.server
        address = urlsplit(self.path)
        fake.asked.append({"path": [address.path], **parse_qs(address.query)})
        self.send_response(fake.status)
        for name, value in ({"Content-Length": str(len(fake.body))} | fake.headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(fake.body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def fake() -> Iterator[Fake]:
    with running() as server:
        yield server


@contextmanager
def running() -> Iterator[Fake]:
    server = Fake()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def sources(fake: Fake, every: timedelta = timedelta(days=1), **changes: Any) -> Sources:
    return Sources(fake.account(**changes), None, every)


def test_a_request_names_what_is_wanted(fake: Fake) -> None:
    fake.body = answer(earnings())
    fetch_earnings(fake.account(horizon="12month", symbol="IBM"))
    fetch_earnings(fake.account())

    assert fake.asked == [
        {"path": ["/query"], "function": ["EARNINGS_CALENDAR"], "horizon": ["12month"],
         "symbol": ["IBM"], "apikey": [KEY]},
        {"path": ["/query"], "function": ["EARNINGS_CALENDAR"], "horizon": ["3month"],
         "apikey": [KEY]},
    ]  # fmt: skip


@pytest.mark.parametrize("row", [earnings(), earnings() + ",post-market"])
def test_six_and_seven_columns_are_stored(fake: Fake, row: str) -> None:
    seven = row.endswith("market")
    header = "symbol,name,reportDate,fiscalDateEnding,estimate,currency"
    fake.body = answer(row, header=header + (",timeOfTheDay" if seven else ""))

    (report,) = refresh_calendar(sources(fake), now_us=NOW)

    assert (report.accepted, report.origin) == (1, "alpha_vantage 3month")
    (event,) = revisions("AAPL")
    assert event.session == ("amc" if seven else "unknown")
    assert event.event_ts == utc("2025-01-31T21:05")


def test_a_second_refresh_keeps_the_first_known_from(fake: Fake) -> None:
    fake.body = answer(earnings())
    refresh_calendar(sources(fake), now_us=NOW)
    (report,) = refresh_calendar(sources(fake), now_us=NOW + 5 * 24 * 60 * MINUTE)

    assert report.changed == 0
    assert [event.announced_ts for event in revisions("AAPL")] == [NOW]


REFUSALS: list[tuple[int, bytes, str]] = [
    (
        200,
        b'{"Information": "Your key SECRETKEY1234567: 25 requests per day."}',
        "Your key ***: 25",
    ),
    (200, b'{"Note": "call frequency"}', "the provider refused: call frequency"),
    (200, b"Thank you for using Alpha Vantage!", "the provider refused: Thank you"),
    (200, answer(), "a header and no row"),
    (200, answer("I,n,f,o,r,m"), "another number of columns|expected a date"),
    (200, b"", "the answer starts with ''"),
    (429, b"slow down", "the provider answered with status 429"),
    (500, b"SECRETKEY1234567", "the provider answered with status 500"),
    (302, b"", "the provider answered with status 302"),
]


@pytest.mark.parametrize(("status", "body", "sentence"), REFUSALS)
def test_a_refusal_is_a_sentence_without_the_key_and_old_rows_stay(
    fake: Fake, status: int, body: bytes, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    fake.body = answer(earnings())
    refresh_calendar(sources(fake), now_us=NOW)
    fake.status, fake.body = status, body
    fake.headers = {"Location": "http://127.0.0.1:1/"} if status == 302 else {}

    with pytest.raises(LoadError, match=sentence.replace("***", r"\*\*\*")) as caught:
        refresh_calendar(sources(fake), now_us=NOW + 1, force=True)

    failed = ReferenceLoad.objects.get(ok=False)
    assert failed.detail == str(caught.value)
    assert KEY not in repr((caught.value, caught.value.__cause__, failed.detail, caplog.text))
    assert len(revisions("AAPL")) == 1


def test_a_provider_that_is_away_or_cut_off_is_a_sentence(fake: Fake) -> None:
    fake.body, fake.headers = answer(earnings()), {"Content-Length": "100000"}
    with pytest.raises(LoadError, match="the answer was cut short after 1") as cut:
        refresh_calendar(sources(fake), now_us=NOW)
    gone = Account(address="http://127.0.0.1:1", key=KEY)
    with pytest.raises(LoadError, match="cannot be reached: URLError") as away:
        refresh_calendar(Sources(gone, None, timedelta(0)), now_us=NOW)

    assert KEY not in f"{cut.value!r} {away.value!r} {gone!r}"
    assert not ScheduledEvent.objects.exists()


@pytest.mark.parametrize(
    ("every", "minutes", "is_asked"),
    [
        (timedelta(days=1), 24 * 60 - 31, False),
        (timedelta(days=1), 24 * 60 - 30, True),  # beat looks every hour
        (timedelta(hours=1), 29, False),
        (timedelta(hours=1), 30, True),
        (timedelta(0), 10**6, False),  # once
    ],
)
def test_the_provider_is_asked_again_when_it_is_time(
    fake: Fake, every: timedelta, minutes: int, is_asked: bool
) -> None:
    fake.body = answer(earnings())
    asked = sources(fake, every)
    assert is_due(asked, now_us=NOW)
    refresh_calendar(asked, now_us=NOW)

    refresh_calendar(asked, now_us=NOW + minutes * MINUTE)
    assert len(fake.asked) == 1 + is_asked


def test_a_failure_is_tried_again_and_another_symbol_is_another_answer(fake: Fake) -> None:
    fake.status = 500
    with pytest.raises(LoadError):
        refresh_calendar(sources(fake), now_us=NOW)
    fake.status, fake.body = 200, answer(earnings())

    assert refresh_calendar(sources(fake), now_us=NOW + 1)
    assert refresh_calendar(sources(fake, symbol="AAPL"), now_us=NOW + 2)
    assert ReferenceLoad.objects.filter(ok=True).count() == 2


def test_a_broken_provider_does_not_keep_the_file_out(fake: Fake, tmp_path: Path) -> None:
    fake.status = 500
    path = tmp_path / "events.json"
    path.write_text('[{"symbol": "OWN", "event_date": "2025-01-31"}]')
    both = Sources(fake.account(), path, timedelta(0))

    with pytest.raises(LoadError, match="status 500"):
        refresh_calendar(both, now_us=NOW)
    assert len(revisions("OWN")) == 1
    path.write_text("broken")
    with pytest.raises(LoadError, match=r"status 500; .*expected the columns"):
        refresh_calendar(both, now_us=NOW)
    assert ReferenceLoad.objects.filter(ok=False).count() == 3
