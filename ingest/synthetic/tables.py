"""How often each size, venue, condition and place comes: tables that one slice of a draw reads.

A table is a tuple of a power-of-two length in which each value stands as often as its share says.
"""

from collections.abc import Iterable
from typing import TypeVar

from flow.domain.sale_condition_table import SALE_CODES

T = TypeVar("T")


def table(shares: Iterable[tuple[T, float]], length: int = 1_024) -> tuple[T, ...]:
    """Return a table of values by their shares; rounding goes to the first one."""
    rows = list(shares)
    total = sum(share for _, share in rows)
    counts = [int(share / total * length + 0.5) for _, share in rows]
    counts[0] += length - sum(counts)
    return tuple(
        value for (value, _), count in zip(rows, counts, strict=True) for _ in range(count)
    )


# Contracts of an option order. Source: one-lot and small orders are most of OPRA's prints since
# retail trading grew (about half below 5 contracts; exchanges' volume reports; guess in detail).
OPTION_SIZES = table([
    (1, 38), (2, 14), (3, 7), (4, 4), (5, 8), (6, 2), (7, 1), (8, 1.5), (10, 9), (12, 1), (15, 2),
    (20, 3.6), (25, 1.5), (30, 1), (40, 0.8), (50, 1.8), (75, 0.4), (100, 0.9), (150, 0.2),
    (200, 0.15), (300, 0.05),
])  # fmt: skip
# What large orders are multiplied with where they are negotiated: the largest prints of a tape are
# crosses and packages (guess).
LARGE_CONTRACTS, LARGE_TIMES = 100, (1, 1, 2, 3, 5, 6, 8, 10)
# Codes of OPRA. Source: OPRA's own counts are not public; shares as traders report them: a third of
# volume is multi-leg, auctions and sweeps about a tenth each (guess). A word says how it is made.
OPTION_KINDS = table([
    ("I", 57), ("S", 12), ("a", 9), ("b", 1), ("f", 8), ("g", 4), ("j", 4), ("l", 2),
    ("c", 1.2), ("e", 0.5), ("n", 0.4), ("r", 0.2), ("k", 0.2),
])  # fmt: skip
NEGOTIATED_KINDS = frozenset("fgjlcenrk")  # their prints say little about who was eager
SPREAD_KINDS = frozenset("fg")  # two legs, printed at once
# Market shares of the option venues, 2025 (OCC's monthly exchange report, rounded).
OPTION_VENUES = table([
    (3, 15), (18, 10.5), (10, 11.5), (1, 6.5), (19, 5), (13, 4), (7, 6.5), (6, 3.5), (8, 3),
    (9, 6.5), (12, 5), (4, 3.5), (14, 1.5), (2, 6.5), (5, 4.5), (17, 2), (16, 4), (15, 0.5),
    (20, 0.5),
], 256)  # fmt: skip
# How one print of a mixed burst is placed.
MIXED_PLACES = table([("A", 38), ("B", 38), ("M", 24)], 16)
OPTION_PLACES = table([("A", 40), ("B", 40), ("M", 19), ("AA", 0.5), ("BB", 0.5)])
# An order swept over several venues at once: number of its prints.
SWEEP_PARTS = table([(2, 50), (3, 30), (4, 14), (5, 6)], 64)

# Expiries by their place in the list, for names with dailies, weeklies and neither: near dates
# trade most (exchanges' reports: over 40 % of index fund volume on the last day; guess in detail).
DAILY_EXPIRY = table([
    (0, 46), (1, 14), (2, 8), (3, 6), (4, 5), (5, 4), (6, 3), (8, 2), (10, 3), (12, 2), (14, 2),
    (16, 2), (20, 1),
], 256)  # fmt: skip
WEEKLY_EXPIRY = table([
    (0, 44), (1, 16), (2, 9), (3, 7), (4, 5), (5, 4), (7, 3), (8, 3), (9, 3), (11, 2), (13, 2),
    (18, 1), (20, 1),
], 256)  # fmt: skip
MONTHLY_EXPIRY = table([(0, 45), (1, 25), (2, 12), (3, 6), (5, 5), (8, 4), (12, 3)], 256)
# Distance from the money in standard deviations to expiry, positive out of the money (guess).
DISTANCES = table([
    (-1.5, 1), (-1.0, 2), (-0.6, 4), (-0.3, 8), (0.0, 16), (0.25, 16), (0.5, 15), (0.8, 13),
    (1.2, 11), (1.6, 7), (2.1, 5), (2.8, 2),
], 256)  # fmt: skip

# Shares of an equity print. Source: odd lots are more than half of all prints (SIP statistics of
# 2024/25), 100 the most frequent round size; compared with the real days by `synthetic stats`.
STOCK_SIZES = table([
    (1, 9), (2, 3), (3, 2), (5, 4), (7, 2), (10, 6), (15, 3), (20, 4), (25, 3), (33, 2), (40, 3),
    (50, 5), (60, 2), (75, 2.5), (90, 1.5), (100, 29), (120, 1), (150, 1.5), (200, 6), (300, 3.5),
    (400, 2), (500, 2), (700, 0.8), (1_000, 1.2), (1_500, 0.3), (2_000, 0.4), (3_000, 0.15),
    (5_000, 0.15),
])  # fmt: skip
# The largest orders by their multiple. Source: lit prints of 15,000 shares and more are 0.02 % of
# AIG's ($49) and 0.3 % of BAC's ($14) on 2013-10-07.
LARGEST, LARGEST_TIMES = 5_000, (1, 1, 1, 1, 1, 2, 3, 5)
# Market shares of the stock venues without the listing venue's own (Cboe's market statistics).
STOCK_VENUES = table([
    (110, 30), (109, 15), (108, 12), (106, 11), (116, 9), (118, 7), (112, 6), (105, 3), (115, 3),
    (117, 3), (114, 1), (102, 1), (101, 1), (107, 1),
], 256)  # fmt: skip
OFF_EXCHANGE_VENUES = table([(151, 78), (153, 21), (152, 1)], 64)
LIT_PLACES = table([("A", 45), ("B", 45), ("M", 9), ("I", 1)])
# Off exchange: at the quote, improved by less than a cent, at the middle.
OFF_PLACES = table([("A", 20), ("B", 20), ("SA", 19), ("SB", 19), ("M", 22)])
# Microseconds from an off-exchange execution to its report, and to that of the slow ones; each is
# up to twice as long. Source: FINRA rule 6380A (as soon as practicable, ten seconds at most); most
# come within milliseconds (guess).
REPORT_DELAYS = table([
    (400, 26), (1_500, 21), (4_000, 16), (9_000, 13), (25_000, 11), (80_000, 8), (250_000, 5),
], 256)  # fmt: skip
SLOW_REPORTS = table([
    (500_000, 40), (900_000, 32), (3_000_000, 18), (8_000_000, 7), (20_000_000, 3),
], 256)  # fmt: skip
# What a feed does to the messages of one order in sixteen. Nobody publishes these rates: about one
# print in a thousand late, one in a thousand options and 1,600 stocks cancelled (guess).
FATED = 16
STOCK_FATES = table([
    ("", 36), ("slow", 60), ("late", 1.6), ("twice", 0.4), ("cancel", 1), ("correct", 1),
])  # fmt: skip
OPTION_FATES = table([("", 92), ("late", 2.4), ("twice", 0.4), ("cancel", 1.6), ("unquoted", 3.6)])
# Microseconds on the wire of a late message, and until a message is repeated or taken back; each
# is up to twice as long (guess).
WIRE_DELAYS = table([
    (20_000, 40), (60_000, 24), (150_000, 12), (1_000_000, 6), (4_000_000, 4), (8_000_000, 8),
    (15_000_000, 6),
], 256)  # fmt: skip
ECHO_DELAYS = table([
    (200_000, 20), (500_000, 20), (1_000_000, 30), (2_000_000, 20), (3_000_000, 10),
], 256)  # fmt: skip
# The longest of all these, and of the reports that are not slow: what a beat still sends later.
LATEST_US, SOON_US = 40_000_000, 500_000
REGULAR = (SALE_CODES["Regular"],)
ODD_LOT = (SALE_CODES["OddLot"],)
SWEPT = (SALE_CODES["IntermarketSweep"],)
SWEPT_ODD = (*SWEPT, *ODD_LOT)
AVERAGE = (SALE_CODES["AveragePrice"],)
CONTINGENT = (SALE_CODES["QualifiedContingent"],)
EXTENDED = (SALE_CODES["ExtendedHours"],)  # letter T of both SIPs


def delay_of(delays: tuple[int, ...], bits: int) -> int:
    """Return a delay of a table of 256, up to twice as long as it stands there, by 15 bits."""
    delay = delays[bits & 255]
    return delay + delay * (bits >> 8 & 127) // 128
