"""The form of a draft: every parameter takes its bounds and refuses what lies beyond, by name."""

import math
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from signals.engine.params import PARAMETERS, PRESETS, Parameter, Params
from signals.models import TuningRevision
from signals.tuning import tuning_create
from signals.tuning_form import (
    PREFIX,
    ParameterField,
    TuningForm,
    differences,
    draft_fieldsets,
    starting_values,
)

BY_KEY = {parameter.key: parameter for parameter in PARAMETERS}
NUMBERS = [each for each in PARAMETERS if not isinstance(each.default, str)]
WHOLE = [each for each in NUMBERS if isinstance(each.default, int)]
FRACTIONS = [each for each in NUMBERS if isinstance(each.default, float)]
CHOICES = [each for each in PARAMETERS if each.choices]
TEXTS = [each for each in PARAMETERS if isinstance(each.default, str) and not each.choices]


def key(parameter: Parameter) -> str:
    return parameter.key


def refusal(parameter: Parameter, text: Any) -> str:
    """Return the message with which a field refuses a text."""
    with pytest.raises(ValidationError) as refused:
        ParameterField(parameter).clean(text)
    (message,) = refused.value.messages
    return str(message)


def cleaned(parameter: Parameter, text: str) -> tuple[Any, list[str]]:
    """Return the value of a text, or the messages that refuse it."""
    try:
        return ParameterField(parameter).clean(text), []
    except ValidationError as refused:
        return None, refused.messages


def posted(**changes: Any) -> dict[str, Any]:
    values = {**Params().values(), **changes}
    return {"reason": "test", **{PREFIX + name: str(value) for name, value in values.items()}}


@pytest.mark.parametrize("parameter", PARAMETERS, ids=key)
def test_field_takes_its_default_and_gives_it_in_its_own_type(parameter: Parameter) -> None:
    value = ParameterField(parameter).clean(str(parameter.default))

    assert value == parameter.default
    assert type(value) is type(parameter.default)


@pytest.mark.parametrize("parameter", NUMBERS, ids=key)
def test_field_of_a_number_takes_both_bounds_and_nothing_beyond(parameter: Parameter) -> None:
    field = ParameterField(parameter)

    for bound in (parameter.minimum, parameter.maximum):
        assert field.clean(f"{bound:.10f}".rstrip("0").rstrip(".")) == bound
    for beyond in (parameter.minimum - 1, parameter.maximum + 1):
        assert parameter.key.upper() in refusal(parameter, repr(beyond))
        assert parameter.expectation in refusal(parameter, repr(beyond))


@pytest.mark.parametrize("parameter", NUMBERS, ids=key)
@pytest.mark.parametrize("text", ["", " ", "x", "nan", "inf", "-inf", "1,5", "1 000", "1e999"])
def test_field_of_a_number_refuses_what_is_none(parameter: Parameter, text: str) -> None:
    assert refusal(parameter, text).startswith(f"{parameter.key.upper()} is ")


@pytest.mark.parametrize("parameter", WHOLE, ids=key)
def test_field_of_a_whole_number_refuses_a_part_and_takes_a_whole_decimal(
    parameter: Parameter,
) -> None:
    field, default = ParameterField(parameter), int(parameter.default)

    assert field.clean(f" {default}.0 ") == default
    assert isinstance(field.clean(f"{default}.0"), int)
    assert parameter.expectation in refusal(parameter, f"{default}.5")


@given(st.data())
def test_field_of_a_fraction_keeps_the_value_that_was_typed(data: st.DataObject) -> None:
    parameter = data.draw(st.sampled_from(FRACTIONS))
    value = data.draw(st.floats(parameter.minimum, parameter.maximum))

    assert ParameterField(parameter).clean(repr(value)) == value


@given(st.data())
def test_field_of_any_text_gives_a_checked_value_or_one_message(data: st.DataObject) -> None:
    parameter = data.draw(st.sampled_from(PARAMETERS))
    text = data.draw(st.text(max_size=30))

    value, messages = cleaned(parameter, text)

    if messages:
        assert len(messages) == 1
        assert parameter.expectation in messages[0]
    else:
        assert parameter.check(value) == value
        assert isinstance(value, str) or math.isfinite(value)


@pytest.mark.parametrize("parameter", CHOICES, ids=key)
def test_field_of_a_choice_offers_its_words_and_takes_no_other(parameter: Parameter) -> None:
    field = ParameterField(parameter)

    assert isinstance(field.widget, forms.Select)
    assert [value for value, _ in field.widget.choices] == list(parameter.choices)
    for word in parameter.choices:
        assert field.clean(word) == word
    assert " or ".join(parameter.choices) in refusal(parameter, "loud")
    assert refusal(parameter, parameter.choices[0].upper())


@pytest.mark.parametrize("parameter", TEXTS, ids=key)
def test_field_of_a_text_is_bounded_in_length(parameter: Parameter) -> None:
    field = ParameterField(parameter)
    longest = "X" * int(parameter.maximum)

    assert isinstance(field.widget, forms.Textarea)
    assert field.clean(f"  {longest}\n") == longest
    assert parameter.key.upper() in refusal(parameter, longest + "X")


@pytest.mark.parametrize("parameter", PARAMETERS, ids=key)
def test_help_tells_meaning_bounds_default_and_source(parameter: Parameter) -> None:
    field = ParameterField(parameter)

    for told in (parameter.help, parameter.expectation, str(parameter.default), parameter.source):
        assert told in field.help_text
    assert field.label == parameter.key.replace("_", " ")


@pytest.mark.parametrize(
    ("initial", "data", "has_changed"),
    [(300, "300", False), (300, "301", True), (0.5, "0.5", False), (0.5, "0.50", True)],
)
def test_field_sees_a_change_by_its_text(initial: Any, data: str, has_changed: bool) -> None:
    assert ParameterField(NUMBERS[0]).has_changed(initial, data) == has_changed


def test_form_has_a_field_for_every_parameter_and_the_reason() -> None:
    assert set(TuningForm().fields) == {"reason", *(PREFIX + each.key for each in PARAMETERS)}


def test_fieldsets_show_every_field_once_grouped_by_the_first_word() -> None:
    groups = draft_fieldsets()
    shown = [name for _, options in groups for name in options["fields"]]

    assert sorted(shown) == sorted(TuningForm().fields)
    assert groups[0] == (None, {"fields": ("reason",)})
    for title, options in groups[1:]:
        assert title
        assert all(name.startswith(PREFIX + title.lower()) for name in options["fields"])
    assert len({title for title, _ in groups}) == len(groups)


def test_form_of_defaults_gives_the_values_of_the_engine() -> None:
    form = TuningForm(posted())

    assert form.is_valid(), form.errors
    assert form.values == Params().values()


def test_form_tells_every_parameter_that_does_not_fit_at_its_field() -> None:
    wrong = {"cluster_gap_ms": "-1", "signal_mode": "loud", "sweep_min_count": "many"}

    form = TuningForm(posted(**wrong))

    assert set(form.errors) == {PREFIX + name for name in wrong}
    for name, received in wrong.items():
        (message,) = form.errors[PREFIX + name]
        assert message.startswith(f"{name.upper()} is {received}; expected ")


def test_form_of_a_draft_starts_with_its_values() -> None:
    draft = TuningRevision(values={"cluster_gap_ms": 321, "gone_since": 5}, reason="r")

    initial = TuningForm(instance=draft).initial

    assert initial[PREFIX + "cluster_gap_ms"] == 321
    assert PREFIX + "gone_since" not in initial


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_start_from_a_preset_is_complete_and_fits(preset: str) -> None:
    values = starting_values(None, preset)

    assert values == Params.from_values(PRESETS[preset]).values()
    assert TuningForm(posted(**values)).is_valid()


@pytest.mark.usefixtures("log_db")
@pytest.mark.parametrize(
    "source", [None, "", "x", "-1", "1.0", "0", "999", "9" * 30, "\N{ARABIC-INDIC DIGIT ONE}"]
)
def test_start_from_what_is_no_revision_is_what_is_in_force(source: str | None) -> None:
    tuning_create({"cluster_gap_ms": 321}, reason="a draft is not in force")

    assert starting_values(source, None) == TuningRevision.objects.get(pk=1).values
    assert starting_values(source, "no preset") == TuningRevision.objects.get(pk=1).values


@pytest.mark.usefixtures("log_db")
def test_differences_are_what_a_draft_would_change_by_name() -> None:
    in_force = TuningRevision.objects.get(pk=1).values
    draft = {**in_force, "sweep_min_count": 9, "cluster_gap_ms": 321, "new": 1}

    assert differences(in_force) == []
    assert differences(draft) == [
        ("cluster_gap_ms", in_force["cluster_gap_ms"], 321),
        ("new", None, 1),
        ("sweep_min_count", in_force["sweep_min_count"], 9),
    ]
