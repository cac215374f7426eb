"""Query parameters: declared once, read strictly, and told to OpenAPI by the same declaration.

What is unknown, repeated or malformed is refused; nothing is clamped or ignored.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from flow.api.cursors import MAX_SEQ, MAX_TS
from flow.api.errors import ApiError, FieldError
from flow.domain.contracts import ContractError, parse_contract
from flow.domain.units import MILLISECOND_US, dollars_to_micros, from_datetime

MAX_LIMIT = 1_000
DEFAULT_LIMIT = 200
TOKEN_NAMES = frozenset({"token", "access_token", "auth_token", "api_key", "key", "authorization"})

_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9./-]{0,31}")
_WHOLE = re.compile(r"[0-9]{1,19}")
_MONEY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_MILLISECONDS = re.compile(r"[0-9]{1,15}(\.[0-9]{1,3})?")
# An unescaped + of an offset arrives as a space.
_LOST_PLUS = re.compile(r"(T.*) ([0-9]{2}:?[0-9]{2})")


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One query parameter. `read` raises ValueError for what it does not allow."""

    name: str
    read: Callable[[str], Any]
    allowed: str
    about: str
    many: bool = False
    type: Any = OpenApiTypes.STR
    choices: tuple[str, ...] = ()
    default: Any = None
    required: bool = False

    def documented(self) -> OpenApiParameter:
        """Return the parameter as OpenAPI tells it."""
        about = self.about if self.choices else f"{self.about} Allowed: {self.allowed}."
        return OpenApiParameter(
            self.name,
            type=self.type,
            description=about,
            many=self.many,
            explode=True if self.many else None,
            enum=self.choices or None,
            default=self.default,
            required=self.required,
        )


def read_query(query: QueryDict, known: Iterable[Parameter]) -> dict[str, Any]:
    """Return the value of each parameter that was given, by name.

    Errors: ApiError 400 that lists every parameter that does not fit.
    """
    by_name = {parameter.name: parameter for parameter in known}
    values: dict[str, Any] = {}
    wrong: list[FieldError] = []
    for name, texts in query.lists():
        parameter = by_name.get(name)
        if parameter is None:
            wrong.append(_unknown(name, texts, by_name))
            continue
        try:
            values[name] = _value(parameter, [str(text) for text in texts])
        except (ValueError, ArithmeticError):
            wrong.append(FieldError(name, ",".join(map(str, texts))[:200], parameter.allowed))
    wrong += [
        FieldError(parameter.name, "", parameter.allowed)
        for parameter in by_name.values()
        if parameter.required and parameter.name not in query
    ]
    if wrong:
        raise ApiError("invalid_parameter", _sentence(wrong), fields=wrong)
    return values


def _value(parameter: Parameter, texts: list[str]) -> Any:
    if parameter.many:
        parts = [part for text in texts for part in text.split(",")]
        return tuple(sorted({parameter.read(part) for part in parts}))
    if len(texts) != 1:
        raise ValueError("given more than once")
    return parameter.read(texts[0])


def _unknown(name: str, texts: list[Any], known: Mapping[str, Parameter]) -> FieldError:
    if name.lower() in TOKEN_NAMES:  # never echo a secret
        return FieldError(name, "(not shown)", "a token in the header Authorization, never here")
    received = ",".join(map(str, texts))[:200]
    return FieldError(name[:100], received, f"one of {', '.join(sorted(known))}")


def _sentence(wrong: list[FieldError]) -> str:
    first = wrong[0]
    more = f" ({len(wrong) - 1} more in fields)" if len(wrong) > 1 else ""
    return f"{first.name} is {first.received!r}; expected {first.allowed}{more}"


def choice(*allowed: str, upper: bool = False) -> Callable[[str], str]:
    """Return a reader of one of a few words."""

    def read(text: str) -> str:
        word = text.upper() if upper else text.lower()
        # Other alphabets have letters whose capitals are ours: only ASCII is a word here.
        if not text.isascii() or word not in allowed:
            raise ValueError(text)
        return word

    return read


def read_symbol(text: str) -> str:
    """Read an underlying, in capitals."""
    word = text.strip().upper()
    if not text.isascii() or not _SYMBOL.fullmatch(word):
        raise ValueError(text)
    return word


def read_contract(text: str) -> str:
    """Read a contract in any accepted spelling and return the canonical one."""
    try:
        return parse_contract(text).canonical
    except ContractError as error:
        raise ValueError(text) from error


def read_money(text: str) -> int:
    """Read dollars as micro-dollars."""
    if not _MONEY.fullmatch(text):
        raise ValueError(text)
    return dollars_to_micros(text)


def limit_up_to(most: int) -> Callable[[str], int]:
    """Return a reader of a page size: what is above the largest is refused, never cut."""

    def read(text: str) -> int:
        number = read_whole(text)
        if not 1 <= number <= most:
            raise ValueError(text)
        return number

    return read


def read_whole(text: str) -> int:
    """Read a whole number that a bigint holds."""
    if not _WHOLE.fullmatch(text) or int(text) > MAX_SEQ:
        raise ValueError(text)
    return int(text)


def read_instant(text: str) -> int:
    """Read ISO 8601 with an offset, or milliseconds since 1970, as microseconds."""
    if _MILLISECONDS.fullmatch(text):
        whole, _, part = text.partition(".")
        instant = int(whole) * MILLISECOND_US + int(part.ljust(3, "0"))
    else:
        instant = from_datetime(datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", text)))
    if not 0 <= instant <= MAX_TS:
        raise ValueError(text)
    return instant


def read_run(text: str) -> str:
    """Read a run's name; which run it is, the middleware has settled before."""
    if not text or len(text) > 80:
        raise ValueError(text)
    return text


def instant(name: str, about: str) -> Parameter:
    """Return a parameter that is an instant, in microseconds once read."""
    allowed = "ISO 8601 with an offset, or milliseconds since 1970 (three decimals at most)"
    return Parameter(name=name, read=read_instant, allowed=allowed, about=about)


def whole(name: str, about: str) -> Parameter:
    """Return a parameter that is a whole number."""
    allowed = "a whole number of 0 or more"
    return Parameter(
        name=name, read=read_whole, allowed=allowed, about=about, type=OpenApiTypes.INT
    )


def page_limit(default: int, *, most: int = MAX_LIMIT, about: str = "Rows per page.") -> Parameter:
    """Return the parameter `limit` of a family of pages."""
    return Parameter(
        name="limit", read=limit_up_to(most), allowed=f"1 to {most}", about=about,
        type=OpenApiTypes.INT, default=default,
    )  # fmt: skip


RUN = Parameter(
    name="run", read=read_run, allowed="a name that /api/v1/status lists",
    about="Which run: `live` (default), or the name of an import.",
)  # fmt: skip
LIMIT = page_limit(DEFAULT_LIMIT)
CURSOR = Parameter(
    name="cursor", read=str, allowed="the `next` of an earlier answer",
    about="Goes on where that page ended; bound to its family, run and filters.",
)  # fmt: skip
UNDERLYING_ID = Parameter(
    name="underlying_id", read=read_symbol, allowed="symbols such as AAPL", many=True,
    about="Underlyings; repeated or separated by commas.",
)  # fmt: skip
UNDERLYING_IDS = Parameter(
    name="underlying_ids", read=read_symbol, allowed="symbols such as AAPL", many=True,
    about="The same as underlying_id; both are merged.",
)  # fmt: skip
MIN_NOTIONAL = Parameter(
    name="min_notional", read=read_money, allowed="0 or more dollars, at most six decimals",
    about="Least premium in dollars; rows whose premium is not known are left out.",
)  # fmt: skip


def _seq_beside(name: str, place: str) -> Parameter:
    return whole(
        name, f"The `seq` beside {place}; rows of exactly that instant and seq are left out."
    )


PLACES = (
    CURSOR,
    instant("before_ts", "Only rows older than this place, newest first; with before_seq."),
    _seq_beside("before_seq", "before_ts"),
    instant("after_ts", "Only rows newer than this place, oldest first; with after_seq."),
    _seq_beside("after_seq", "after_ts"),
)
PAGE = (RUN, LIMIT, *PLACES)
