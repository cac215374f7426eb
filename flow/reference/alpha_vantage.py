"""The one request to Alpha Vantage. Its key stands in the address, so no address is ever shown."""

import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flow.reference.loads import LoadError

TIMEOUT_S = 30.0
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Account:
    """Where to ask, for what, and with which key."""

    address: str
    key: str = field(repr=False)
    horizon: str = "3month"
    symbol: str | None = None

    @property
    def origin(self) -> str:
        """Return what the request is, without the key."""
        return " ".join(filter(None, ("alpha_vantage", self.horizon, self.symbol)))


class _StayHere(urllib.request.HTTPRedirectHandler):
    """No redirects: the key must not follow one to another host."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def fetch_earnings(account: Account, *, timeout_s: float = TIMEOUT_S) -> bytes:
    """Return the body of an EARNINGS_CALENDAR answer.

    Errors: LoadError in one sentence that names neither the address nor the key.
    """
    parameters = {"function": "EARNINGS_CALENDAR", "horizon": account.horizon}
    if account.symbol:
        parameters["symbol"] = account.symbol
    parameters["apikey"] = account.key
    address = f"{account.address.rstrip('/')}/query?{urlencode(parameters)}"
    opener = urllib.request.build_opener(_StayHere)
    try:
        with opener.open(address, timeout=timeout_s) as answer:
            body: bytes = answer.read(MAX_BYTES + 1)
            left = answer.length  # a bounded read does not say that it was cut short
    except urllib.error.HTTPError as error:
        error.close()
        raise LoadError(f"the provider answered with status {error.code}") from None
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        raise LoadError(f"the provider cannot be reached: {_reason(error, account)}") from None
    if len(body) > MAX_BYTES:
        raise LoadError("the answer is larger than 64 MB; expected a calendar")
    if left:
        raise LoadError(f"the answer was cut short after {len(body):,} bytes")
    return body


def without_key(text: str, account: Account) -> str:
    """Return a text without the key: refusals have been seen to repeat it."""
    return text.replace(account.key, "***") if account.key else text


def _reason(error: Exception, account: Account) -> str:
    reason = getattr(error, "reason", None) or type(error).__name__
    return without_key(f"{type(error).__name__}: {reason}", account)
