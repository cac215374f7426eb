"""The form of a draft, generated from the engine's own parameters: label, unit, range, default."""

from itertools import groupby
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from signals.engine.params import PARAMETERS, PRESETS, Parameter, Params, TuningError
from signals.models import TuningRevision
from signals.tuning import active_revision

if TYPE_CHECKING:
    RevisionForm = forms.ModelForm[TuningRevision]
else:  # Django's class takes no parameters at run time
    RevisionForm = forms.ModelForm

PREFIX = "value_"
Fieldset = tuple[str | None, dict[str, Any]]


def _widget(parameter: Parameter) -> forms.Widget:
    if parameter.choices:
        return forms.Select(choices=[(word, word) for word in parameter.choices])
    if isinstance(parameter.default, str):
        return forms.Textarea(attrs={"rows": 3, "cols": 80})
    return forms.TextInput(attrs={"inputmode": "decimal", "size": 14})


class ParameterField(forms.CharField):
    """One parameter; what does not fit is told by name, value and range."""

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        super().__init__(
            label=parameter.key.replace("_", " "),
            initial=parameter.default,
            required=False,
            widget=_widget(parameter),
            help_text=f"{parameter.help}. {parameter.expectation}; default {parameter.default}"
            f" (source: {parameter.source})",
        )

    def clean(self, value: Any) -> Any:
        text = str(value if value is not None else "").strip()
        try:
            return self.parameter.check(self._typed(text))
        except TuningError as error:
            raise ValidationError(str(error), code="tuning") from error

    def _typed(self, text: str) -> object:
        if isinstance(self.parameter.default, str):
            return text
        for read in (int, float):
            try:
                return read(text)
            except ValueError:
                continue
        return text or "(empty)"  # no number: the parameter refuses it in its own words

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(initial) != str(data)


class DraftForm(RevisionForm):
    """Values and the reason for them."""

    class Meta:
        model = TuningRevision
        fields = ("reason",)
        widgets = {"reason": forms.Textarea(attrs={"rows": 2, "cols": 80})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, value in (self.instance.values or {}).items():
            if PREFIX + key in self.fields:
                self.initial[PREFIX + key] = value

    @property
    def values(self) -> dict[str, Any]:
        """Return the checked values by key."""
        return {
            name.removeprefix(PREFIX): value
            for name, value in self.cleaned_data.items()
            if name.startswith(PREFIX)
        }


TuningForm = type(
    "TuningForm",
    (DraftForm,),
    {"__module__": __name__}
    | {PREFIX + parameter.key: ParameterField(parameter) for parameter in PARAMETERS},
)


def draft_fieldsets() -> list[Fieldset]:
    """Return the form's fields in groups by the first word of their key."""
    groups = groupby(PARAMETERS, key=lambda parameter: parameter.key.split("_")[0])
    return [
        (None, {"fields": ("reason",)}),
        *(
            (word.capitalize(), {"fields": tuple(PREFIX + each.key for each in group)})
            for word, group in groups
        ),
    ]


def starting_values(source: str | None, preset: str | None) -> dict[str, Any]:
    """Return the values that a new draft starts from: a revision, a preset, or those in force."""
    if preset in PRESETS:
        return Params.from_values(PRESETS[preset]).values()
    if source and source.isascii() and source.isdigit() and len(source) < 10:
        revision = TuningRevision.objects.filter(pk=int(source)).first()
        if revision is not None:
            return dict(revision.values)
    active = active_revision()
    return dict(active.values) if active else Params().values()


def differences(values: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return (key, in force, in the draft) where the two differ."""
    active = active_revision()
    current = active.values if active else {}
    return [
        (key, current.get(key), value)
        for key, value in sorted(values.items())
        if current.get(key) != value
    ]
