"""Lean option files: minute bars, one csv per contract, many in a zip of one underlying and day.

Source: QuantConnect/Lean Data/option/readme; AlgoSeek data as PROVENANCE.md section 2 describes it.
"""

import re
from collections.abc import Iterator

from flow.domain.contracts import ContractError, parse_contract
from flow.domain.events import Malformed, OptionPrint, OptionQuote
from flow.domain.units import MINUTE_US, micros_to_text
from ingest.feeds import FeedItem, ImportFormatError
from ingest.lean_equity import (
    BAR_FLAGS,
    BAR_PRINT_ORDER,
    BAR_QUOTE_ORDER,
    PRICE_UNIT,
    QUOTE_BAR,
    TRADE_BAR,
    broken_trade_bar,
    closing_side,
)
from ingest.lean_zip import Identity, midnight_us, row_ts, rows_in_order

MEMBER = re.compile(
    r"(?P<day>\d{8})_(?P<symbol>[A-Za-z0-9.\-]+)_minute_(?P<what>trade|quote|openinterest)"
    r"_(?:american|european)_(?P<right>call|put)_(?P<strike>\d+)_(?P<expiry>\d{8})\.csv"
)


def contract_of(member: str) -> str:
    """Return the canonical contract of a csv's name; its strike is in 1e-4 dollars.

    Errors: ImportFormatError when the name tells no contract.
    """
    match = MEMBER.fullmatch(member)
    if match is None:
        raise _unreadable(member)
    expiry = match["expiry"]
    dashed = (
        f"{match['symbol'].upper()}-{expiry[:4]}-{expiry[4:6]}-{expiry[6:]}"
        f"-{micros_to_text(int(match['strike']) * PRICE_UNIT)}-{match['right'][0].upper()}"
    )
    try:
        return parse_contract(dashed).canonical
    except ContractError as error:
        raise _unreadable(member) from error


def _unreadable(member: str) -> ImportFormatError:
    return ImportFormatError(
        "a file in an option zip names no contract",
        received=f"'{member}'",
        expected="DAY_SYMBOL_minute_trade_american_call_STRIKE_EXPIRY.csv",
    )


def read_trade_bars(
    lines: Iterator[bytes], contract: str, day: str, where: str
) -> Iterator[FeedItem]:
    """Yield one OptionPrint per bar: close price, all contracts, at the END of the bar.

    The bar knows neither venue nor condition, and the flags say so.
    """
    identity = Identity("option_print", contract, day)
    end = midnight_us(day) + MINUTE_US
    for row in rows_in_order(lines, TRADE_BAR, where):
        if isinstance(row, Malformed):
            yield row
        elif bad := broken_trade_bar(row, where):
            yield bad
        else:
            yield OptionPrint(
                ts=row_ts(end, row.ms),
                uid=identity.uid(row.ms, row.line),
                contract=contract,
                price_micros=int(row.cells[4]) * PRICE_UNIT,
                size=int(row.cells[5]),
                order=BAR_PRINT_ORDER,
                flags=BAR_FLAGS,
            )


def read_quote_bars(
    lines: Iterator[bytes], contract: str, day: str, where: str
) -> Iterator[FeedItem]:
    """Yield one OptionQuote per bar: closing bid and ask, at the END of the bar.

    Missing: an empty side stays None. The last bar's side is not carried on: of the prints whose
    bar lacks a side, the carried quote held the price in 73 % only (GOOG 2015-12-23), against
    99 % where the bar has both.
    """
    identity = Identity("option_quote", contract, day)
    end = midnight_us(day) + MINUTE_US
    for row in rows_in_order(lines, QUOTE_BAR, where):
        if isinstance(row, Malformed):
            yield row
            continue
        bid, bid_size = closing_side(row, 4)
        ask, ask_size = closing_side(row, 9)
        yield OptionQuote(
            ts=row_ts(end, row.ms),
            uid=identity.uid(row.ms, row.line),
            contract=contract,
            bid_micros=bid,
            ask_micros=ask,
            bid_size=bid_size,
            ask_size=ask_size,
            order=BAR_QUOTE_ORDER,
        )
