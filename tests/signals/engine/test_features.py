"""What is stored of features: the bytes follow from the values alone."""

import msgspec

from flow.domain.contracts import parse_contract
from signals.engine.features import Features, share_zeros
from signals.engine.measures import measure
from signals.engine.params import Params
from signals.engine.tally import tally_members
from tests.support.engine_builders import COMPLEX, SPY_CALL, ms, stamped, unquoted


def test_bytes_do_not_hang_on_how_a_zero_was_made() -> None:
    made = Features(coverage=float("0"), imbalance=-1.0 * 0.0, buy_raw=0.25)

    share_zeros(made)

    assert msgspec.json.encode(made) == b'{"buy_raw":0.25}'


def test_a_share_that_rounds_to_nothing_is_not_stored() -> None:
    # one contract of 30,001 is quoted, special, and part of a package: less than half of 0.0001
    members = [
        stamped(size=1, conditions=(COMPLEX,)),
        unquoted(seq=2, ts=ms(1), size=30_000),
    ]

    found = measure(
        members, parse_contract(SPY_CALL), tally_members(members, "SPY", Params()), Params()
    )

    stored = msgspec.json.decode(msgspec.json.encode(found))
    assert (found.covered_size, found.complex_count, found.missing_ratio) == (1, 1, 1.0)
    assert not stored.keys() & {
        "coverage", "quote_quality", "special_size_ratio", "complex_size_ratio", "buy_raw",
        "buy_share", "signed_share", "stale_ratio",
    }  # fmt: skip
