"""What kind of thing an underlying is, from a fixed table, and how long its options trade."""

from typing import Literal

SecurityType = Literal["stock", "etf", "index"]

# Source: options-engine.md 5.2 step 5 ("SPX, NDX, RUT, VIX, XSP, DJX, OEX, ...") and the
# AM/PM-settled roots of errata 22; canonical underlyings, not roots.
BROAD_INDEXES = frozenset(
    {
        "SPX", "NDX", "RUT", "VIX", "XSP", "DJX", "OEX", "XEO", "XND", "MRUT", "NANOS", "NQX",
        "RUI", "RLV", "RLG", "MXEA", "MXEF",
    }
)  # fmt: skip
# Indexes of one sector: their options trade with the stocks' (SEC release 34-53247).
SECTOR_INDEXES = frozenset({"SOX", "XAU", "OSX", "BKX", "HGX", "UTY"})
INDEX_UNDERLYINGS = BROAD_INDEXES | SECTOR_INDEXES

# Source: options-engine.md 5.2 step 5, the seeds' default set.
DEFAULT_ETFS = (
    "SPY", "QQQ", "IWM", "DIA", "TLT", "GLD", "SLV", "XLF", "XLE", "XLV", "XLI", "XLP", "XLU",
    "XLY", "SMH", "ARKK",
)  # fmt: skip

# ETFs and notes whose options trade to 16:15 New York, as the stocks' options do to 16:00. Broad
# index options do too. Source: the lists of three brokers (IG, Firstrade, Terry's Tips), read
# 2026-11-21; a name stands here if at least two of them have it. No exchange publishes one list.
LATE_CLOSE_FUNDS = frozenset(
    {
        "DBA", "DBB", "DBC", "DBO", "DIA", "EEM", "EFA", "GAZ", "IWM", "IWN", "IWO", "IWV", "JJC",
        "KBE", "KRE", "MDY", "MLPN", "MOO", "OEF", "OIL", "QQQ", "SLX", "SPY", "SVXY", "UNG",
        "UUP", "UVIX", "UVXY", "VIIX", "VIXM", "VIXY", "VXX", "VXZ", "XHB", "XLB", "XLE", "XLF",
        "XLI", "XLK", "XLP", "XLU", "XLV", "XLY", "XME", "XRT",
    }
)  # fmt: skip


def closes_late(underlying: str) -> bool:
    """Return whether options of a canonical underlying trade a quarter of an hour longer."""
    return underlying in LATE_CLOSE_FUNDS or underlying in BROAD_INDEXES


def security_type(
    underlying: str, etf_underlyings: frozenset[str] = frozenset(DEFAULT_ETFS)
) -> SecurityType:
    """Return stock, etf or index for a canonical underlying; what no table names is a stock."""
    if underlying in INDEX_UNDERLYINGS:
        return "index"
    return "etf" if underlying in etf_underlyings else "stock"
