"""Checks real answers against the OpenAPI document that clients read."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

_generate: Callable[..., Any] = SchemaGenerator().get_schema  # type: ignore[no-untyped-call]
_validate: Callable[[Any], None] = validate_schema


def document() -> dict[str, Any]:
    """Return the document, valid as OpenAPI."""
    found: dict[str, Any] = _generate(request=None, public=True)
    _validate(found)
    return found


def deviations(schema: dict[str, Any], path: str, status: int, body: Any) -> list[str]:
    """Return where an answer is not what the document says, empty if it is."""
    answers = schema["paths"][path]["get"]["responses"]
    if str(status) not in answers:
        return [f"{status} is not documented for {path}"]
    told = answers[str(status)]["content"]["application/json"]["schema"]
    whole = strict(told | {"components": schema["components"]})
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in Draft202012Validator(whole).iter_errors(body)
    ]


def strict(node: Any) -> Any:
    """Return OpenAPI 3.0 as JSON Schema: null where nullable, and no field beyond those told."""
    if isinstance(node, list):
        return [strict(each) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {key: strict(value) for key, value in node.items() if key != "nullable"}
    if "properties" in plain:
        plain.setdefault("additionalProperties", False)
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") else plain
