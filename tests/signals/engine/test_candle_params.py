"""Tuning's two keys of candles are the ones that the candles obey (errata 22, 30)."""

import pytest

from flow.domain.candles.state import CandleParams
from signals.engine.params import PARAMETERS, Params

KEYS = ("candle_lateness_ms", "candle_revision_horizon_ms")


def test_keys_and_defaults_are_those_that_candles_read() -> None:
    values = Params().values()

    assert CandleParams.__struct_fields__ == KEYS
    assert CandleParams(*(int(values[key]) for key in KEYS)) == CandleParams(5_000, 900_000)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("edge", ["minimum", "maximum"])
def test_candles_take_what_tuning_takes_and_no_more(key: str, edge: str) -> None:
    (parameter,) = [each for each in PARAMETERS if each.key == key]
    bound = int(getattr(parameter, edge))

    assert getattr(CandleParams(**{key: bound}), key) == bound
    with pytest.raises(
        ValueError, match=rf"{key} is {bound - 1 if edge == 'minimum' else bound + 1}"
    ):
        CandleParams(**{key: bound - 1 if edge == "minimum" else bound + 1})
