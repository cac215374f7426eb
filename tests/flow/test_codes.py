"""The texts of codes that `signals` writes are the engine's own, although flow cannot import it."""

import pytest

from flow.codes import (
    LABEL_REASONS,
    OPTION_SIDES,
    SIDE_CODES,
    SIDES,
    condition_letter,
    flag_names,
    label_reasons,
    quote_mode_name,
    session_name,
    side_name,
)
from flow.domain.events import PrintFlag, QuoteMode
from flow.domain.sessions import Session
from signals.engine.equities.placement import EquitySide
from signals.engine.labels import Reason, reason_texts
from signals.engine.placement import Side


def test_sides_are_the_engines_numbers() -> None:
    assert {side.name: int(side) for side in EquitySide} == SIDE_CODES
    assert [side_name(side) for side in EquitySide] == list(SIDES)
    assert [side_name(side) for side in Side] == list(OPTION_SIDES)


@pytest.mark.parametrize("reason", list(Reason))
def test_label_reasons_are_the_engines_texts(reason: Reason) -> None:
    assert label_reasons(int(reason)) == reason_texts(int(reason))


def test_label_reasons_of_many_keep_their_order() -> None:
    every = sum(Reason)

    assert label_reasons(every) == reason_texts(every) == list(LABEL_REASONS)


def test_codes_of_enumerations_are_their_names() -> None:
    assert [session_name(each) for each in Session] == ["closed", "pre", "regular", "post", "gth"]
    assert quote_mode_name(QuoteMode.SAMPLED) == "sampled"
    assert flag_names(PrintFlag.MINUTE_BAR | PrintFlag.ADJUSTED) == ["minute_bar", "adjusted"]


def test_what_no_table_names_says_so() -> None:
    assert side_name(99) == "unknown (99)"
    assert condition_letter(ord("a")) == "a"
    assert condition_letter(1) == "unknown condition"
