"""What kind of thing an underlying is, from a fixed table; reference data refines it in step 3."""

from typing import Literal

SecurityType = Literal["stock", "etf", "index"]

# Source: options-engine.md 5.2 step 5 ("SPX, NDX, RUT, VIX, XSP, DJX, OEX, ...") and the
# AM/PM-settled roots of errata 22; canonical underlyings, not roots.
INDEX_UNDERLYINGS = frozenset(
    {"SPX", "NDX", "RUT", "VIX", "XSP", "DJX", "OEX", "XEO", "XND", "MRUT", "NANOS"}
)

# Source: options-engine.md 5.2 step 5, the seeds' default set.
DEFAULT_ETFS = (
    "SPY", "QQQ", "IWM", "DIA", "TLT", "GLD", "SLV", "XLF", "XLE", "XLV", "XLI", "XLP", "XLU",
    "XLY", "SMH", "ARKK",
)  # fmt: skip


def security_type(
    underlying: str, etf_underlyings: frozenset[str] = frozenset(DEFAULT_ETFS)
) -> SecurityType:
    """Return stock, etf or index for a canonical underlying; what no table names is a stock."""
    if underlying in INDEX_UNDERLYINGS:
        return "index"
    return "etf" if underlying in etf_underlyings else "stock"
