"""Security types (options-engine.md 5.2)."""

import pytest

from flow.domain.securities import closes_late, security_type


@pytest.mark.parametrize(
    ("underlying", "kind"),
    [
        ("SPX", "index"),
        ("NDX", "index"),
        ("SOX", "index"),
        ("MXEA", "index"),
        ("RUI", "index"),
        ("SPY", "etf"),
        ("AAPL", "stock"),
        ("BRK.B", "stock"),
    ],
)
def test_kind_of_underlying(underlying: str, kind: str) -> None:
    assert security_type(underlying) == kind


def test_tuned_list_decides_what_is_an_etf() -> None:
    assert security_type("SPY", frozenset()) == "stock"
    assert security_type("KWEB", frozenset({"KWEB"})) == "etf"


@pytest.mark.parametrize(
    ("underlying", "late"),
    [
        ("SPY", True),
        ("QQQ", True),
        ("SPX", True),
        ("VIX", True),
        ("NQX", True),
        ("SOX", False),
        ("AAPL", False),
        ("TLT", False),
    ],
)
def test_which_options_trade_to_a_quarter_past_four(underlying: str, late: bool) -> None:
    assert closes_late(underlying) is late
