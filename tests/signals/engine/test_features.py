"""What is stored of features: the bytes follow from the values alone."""

import msgspec

from signals.engine.features import Features, share_zeros


def test_bytes_do_not_hang_on_how_a_zero_was_made() -> None:
    made = Features(coverage=float("0"), imbalance=-1.0 * 0.0, buy_raw=0.25)

    share_zeros(made)

    assert msgspec.json.encode(made) == b'{"buy_raw":0.25}'
