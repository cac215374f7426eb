"""Facts: features with their label, unit, basis and roles, ready to be shown beside a sentence.

The evidence facts of options-engine.md 2.8 and 16 in our form: a sentence cites feature keys, a key
resolves here, and its roles name the evidence links to follow.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from signals.engine.meanings import MEANINGS, Basis, Meaning, Role


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One feature with its value, as people read it. A missing value is None."""

    key: str
    label: str
    value: Any
    unit: str
    basis: Basis
    roles: tuple[Role, ...]


def facts_of(features: Mapping[str, Any], keys: Iterable[str]) -> list[Fact]:
    """Return the facts behind some keys, in their order.

    Shape: `features` holds each key, as `features.whole` or the values of a sentence do.
    Errors: KeyError for a key that is no feature.
    Source: options-engine.md 2.8 (kind, label, value, unit, references).
    """
    return [_fact(key, features[key], MEANINGS[key]) for key in keys]


def _fact(key: str, value: Any, meaning: Meaning) -> Fact:
    return Fact(
        key=key,
        label=meaning.label,
        value=value,
        unit=meaning.unit,
        basis=meaning.basis,
        roles=meaning.roles,
    )
