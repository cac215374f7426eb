"""What Django needs of an address: database parts, host names, origins. Pure functions."""

from urllib.parse import parse_qsl, unquote, urlsplit

NOWHERE = "postgresql://islandflow@127.0.0.1:5432/islandflow"
ANY_ADDRESS = ("0.0.0.0", "::", "[::]", "*")  # noqa: S104  # compared with, never bound here


def database_parts(url: str | None) -> dict[str, str]:
    """Split a database address into Django's keys; a `host` in the query is a socket folder.

    Missing: without an address the parts name a server on loopback, so that commands which need
    no database run and the others fail with a refused connection.
    """
    parts = urlsplit(url or NOWHERE)
    query = dict(parse_qsl(parts.query))
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or query.get("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or query.get("port", "")),
    }


def database_options(url: str | None) -> dict[str, str]:
    """Return what else the query of the address gives the driver, such as sslmode."""
    taken = ("host", "port", "user")
    return {k: v for k, v in parse_qsl(urlsplit(url or NOWHERE).query) if k not in taken}


def origin(url: str) -> str:
    """Return scheme, host and port of an address, as browsers send it."""
    parts = urlsplit(url)
    host = _bracketed(parts.hostname or "")
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port not in {None, usual} else ""
    return f"{parts.scheme}://{host}{port}"


def allowed_hosts(named: tuple[str, ...], public_url: str | None, listening: str) -> list[str]:
    """Join the host names that are configured, public, and listened on."""
    hosts = list(named)
    if public_url:
        hosts.append(_bracketed(urlsplit(public_url).hostname or ""))
    if listening not in ANY_ADDRESS:
        hosts.append(_bracketed(listening.strip("[]")))
    return list(dict.fromkeys(hosts))


def socket_origins(public_url: str | None, port: int) -> list[str]:
    """Return the origins of our sockets for browsers whose 'self' does not cover ws."""
    if public_url:
        return [origin(public_url).replace("http", "ws", 1)]
    return [f"ws://{host}:{port}" for host in ("localhost", "127.0.0.1")]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
