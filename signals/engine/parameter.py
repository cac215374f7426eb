"""What one tuning parameter is: its meaning, unit, bounds and source. Values live in `params`.

A rule declares its own parameters as a small frozen dataclass whose fields are annotated with
`Tuned`; `params.Params` gathers them all.
"""

from dataclasses import dataclass

import msgspec

Value = int | float | str


class Tuned(msgspec.Struct, frozen=True):
    """The annotation of one parameter field. Bounds are inclusive; choices replace them."""

    unit: str
    low: float
    high: float
    text: str
    source: str
    choices: tuple[str, ...] = ()


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One tuning parameter as forms, documents and checks see it."""

    key: str
    default: Value
    unit: str
    minimum: float
    maximum: float
    help: str
    source: str
    choices: tuple[str, ...] = ()

    def check(self, value: object) -> Value:
        """Return the value in the parameter's own type.

        Errors: TuningError for a wrong type, a value outside the bounds, or an unknown choice.
        """
        if isinstance(self.default, str):
            return self._check_text(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TuningError(self, value)
        if not self.minimum <= value <= self.maximum:  # also refuses NaN
            raise TuningError(self, value)
        if isinstance(self.default, float):
            return float(value)
        if value != int(value):
            raise TuningError(self, value)
        return int(value)

    def _check_text(self, value: object) -> str:
        if not isinstance(value, str) or (self.choices and value not in self.choices):
            raise TuningError(self, value)
        if not self.minimum <= len(value) <= self.maximum:
            raise TuningError(self, value)
        return value

    @property
    def expectation(self) -> str:
        """Return what is expected, for messages: `1 to 60000 ms`."""
        if self.choices:
            return " or ".join(self.choices)
        return f"{_number(self.minimum)} to {_number(self.maximum)} {self.unit}"


class TuningError(ValueError):
    """A tuning value that does not fit its parameter. Fields: key, value, expectation."""

    def __init__(self, parameter: Parameter | None, value: object, *, key: str = "") -> None:
        """Say what was received and where to correct it."""
        self.key = parameter.key if parameter else key
        self.value = value
        self.expectation = parameter.expectation if parameter else "a known parameter"
        super().__init__(
            f"{self.key.upper()} is {value}; expected {self.expectation}; "
            "correct it under Admin > Tuning"
        )


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


@dataclass(frozen=True, kw_only=True)
class ParameterGroup:
    """The parent of every rule's parameter record."""
