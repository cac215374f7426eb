"""Lines for people: New York time, the last state, what an hour had."""

from islandflow.tickproof.episodes import Told, lines_of

OPEN = 1_381_152_600_000_000  # 2013-10-07, 09:30 in New York
DAY = 86_400_000_000
BUYS = Told(
    OPEN + 5_000_000, OPEN, OPEN + 60_000_000, "stealth_accumulation", "closed", 0.75, 12,
    4_700_000_000, 48_924_300, -3.14, ["window_empty"],
)  # fmt: skip


def test_a_line_says_when_what_how_sure_and_how_much() -> None:
    assert BUYS.line.split() == [
        "09:30:00", "09:31:00", "stealth_accumulation", "closed", "0.750", "12", "prints", "4,700",
        "shares", "at", "48.9243", "-3.1", "bps", "window_empty",
    ]  # fmt: skip
    assert BUYS._replace(impact_bps=None, reasons=[]).line.endswith("at 48.9243")


def test_hours_and_rates_are_of_a_day() -> None:
    later = [
        BUYS._replace(ts=OPEN + DAY, state="abstained"),
        BUYS._replace(ts=OPEN + DAY, kind="absorbed_block", state="confirmed"),
    ]

    assert list(lines_of([BUYS, *later]))[3:] == [
        "09:00 absorbed_block       block       1",
        "09:00 stealth_accumulation abstained   1",
        "09:00 stealth_accumulation episode     1",
        "an hour of the regular session: 0.1 abstained, 0.1 block, 0.1 episode",
    ]


def test_a_day_without_events_says_so() -> None:
    assert list(lines_of([])) == ["an hour of the regular session: nothing"]
