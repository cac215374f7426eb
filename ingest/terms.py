"""What stamping needs to know of a contract, read once from its text."""

import msgspec

from flow.domain.contracts import ContractError, parse_contract
from flow.domain.events import PrintFlag
from flow.domain.securities import BROAD_INDEXES, closes_late


class Terms(msgspec.Struct, frozen=True, gc=False):
    """Facts of one contract; none where its text cannot be read, with the reason in `flags`."""

    underlying: str  # empty where unreadable
    expiry: int | None  # proleptic ordinal
    multiplier: int | None  # unless reference data say otherwise on the trade date
    is_index: bool  # of a broad index: trades the overnight hours
    late_close: bool  # trades to 16:15
    root: str  # empty where unreadable
    flags: int


_UNREADABLE = Terms(
    "",
    None,
    None,
    is_index=False,
    late_close=False,
    root="",
    flags=int(PrintFlag.PARSE_ERROR),
)


def read_terms(text: str) -> Terms:
    """Return the terms of a contract text.

    Missing: an unreadable text has no fields and PARSE_ERROR; an adjusted contract has no
    multiplier and ADJUSTED (options-engine.md 5.2 step 3).
    """
    try:
        contract = parse_contract(text)
    except ContractError:
        return _UNREADABLE
    return Terms(
        underlying=contract.underlying,
        expiry=contract.expiry,
        multiplier=contract.multiplier,
        is_index=contract.underlying in BROAD_INDEXES,
        late_close=closes_late(contract.underlying),
        root=contract.root,
        flags=int(PrintFlag.ADJUSTED) if contract.adjusted else 0,
    )
