"""Download Debian packages without root and without touching the host's package system."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from islandflow.embedded.shell import EXTERNAL_HINT, EmbeddedError, run

DEBIAN_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One line of where packages come from."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""


def parse_deb822(text: str) -> list[Source]:
    """Read the stanzas of a `.sources` file."""
    found = []
    for stanza in re.split(r"\n\s*\n", text):
        lines = [line for line in stanza.splitlines() if not line.startswith("#")]
        values: dict[str, str] = {}
        name = ""
        for line in lines:
            if line[:1].isspace():  # a value goes on
                values[name] = f"{values.get(name, '')} {line.strip()}"
            elif ":" in line:
                name, value = line.split(":", 1)
                name = name.strip().lower()
                values[name] = value.strip()
        if "deb" not in values.get("types", "").split() or values.get("enabled", "yes") == "no":
            continue
        found += [
            Source(
                uri=uri,
                suites=tuple(values.get("suites", "").split()),
                components=tuple(values.get("components", "").split()),
                signed_by=values.get("signed-by", ""),
            )
            for uri in values.get("uris", "").split()
        ]
    return found


def parse_list(text: str) -> list[Source]:
    """Read the lines of a `sources.list` file."""
    found = []
    for line in text.splitlines():
        match = re.match(r"deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)", line.strip())
        if match:
            options = dict(part.split("=", 1) for part in (match[1] or "").split() if "=" in part)
            found.append(
                Source(
                    uri=match[2],
                    suites=(match[3],),
                    components=tuple(match[4].split()),
                    signed_by=options.get("signed-by", ""),
                )
            )
    return found


def debian_codename(os_release: str) -> str:
    """Return the Debian release that this system is, or is made from; empty when none."""
    values = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    if "debian" not in f"{values.get('ID', '')} {values.get('ID_LIKE', '')}":
        return ""
    name = values.get("DEBIAN_CODENAME") or values.get("VERSION_CODENAME", "")
    return name.strip('"')


def debian_mirror(sources: Iterable[Source], codename: str) -> Source | None:
    """Return the source that holds Debian itself: the suite is the release, with `main`."""
    for source in sources:
        if codename in source.suites and "main" in source.components:
            return source
    return None


def source_line(mirror: Source, suite: str, *, keyring: Path = DEBIAN_KEYRING) -> str:
    """Write the line for another suite of the same mirror; signatures stay checked.

    Without a keyring file the line names none, and apt takes the host's trusted keys.
    """
    named = mirror.signed_by if mirror.signed_by.startswith("/") else ""
    key = named or (str(keyring) if keyring.exists() else "")
    options = f" [signed-by={key}]" if key else ""
    return f"deb{options} {mirror.uri} {suite} main\n"


def host_mirror(etc: Path = Path("/etc")) -> Source:
    """Find the Debian mirror that this machine already uses."""
    release = etc / "os-release"
    codename = debian_codename(release.read_text()) if release.exists() else ""
    sources: list[Source] = []
    for path in [etc / "apt/sources.list", *sorted((etc / "apt/sources.list.d").glob("*"))]:
        if path.is_file() and path.suffix in {".list", ".sources"}:
            parse = parse_deb822 if path.suffix == ".sources" else parse_list
            sources += parse(path.read_text(errors="replace"))
    mirror = debian_mirror(sources, codename) if codename else None
    if mirror is None:
        raise EmbeddedError(
            "The embedded PostgreSQL and Valkey come from Debian's archive, and this host "
            f"names no Debian mirror in its apt sources. {EXTERNAL_HINT}"
        )
    return mirror


class PrivateApt:
    """apt with its own state, cache and sources; the host's proxies, logins and keys stay."""

    def __init__(self, folder: Path, line: str) -> None:
        self.folder = folder
        self.downloads = folder / "downloads"
        for name in ("state/lists/partial", "cache/archives/partial", "parts", "downloads"):
            (folder / name).mkdir(parents=True)
        (folder / "status").touch()
        (folder / "sources.list").write_text(line)
        options = {
            "Dir::State": folder / "state",
            "Dir::State::status": folder / "status",
            "Dir::Cache": folder / "cache",
            "Dir::Etc::sourcelist": folder / "sources.list",
            "Dir::Etc::sourceparts": folder / "parts",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": folder / "parts",
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
            # Else root's apt downloads as `_apt`, who may not write to a private folder.
            "APT::Sandbox::User": "root",
        }
        self.options = [
            word for name, value in options.items() for word in ("-o", f"{name}={value}")
        ]

    def update(self) -> None:
        """Fetch the package list and check its signature."""
        try:
            # Without this option a list that cannot be fetched is only a warning.
            run(["apt-get", "-q", *self.options, "-o", "APT::Update::Error-Mode=any", "update"])
        except EmbeddedError as error:
            raise EmbeddedError(
                f"The package list of the embedded services cannot be fetched. {error}\n"
                f"Check the network and the apt sources of this machine. {EXTERNAL_HINT}"
            ) from error

    def versions(self, packages: Iterable[str]) -> dict[str, str]:
        """Return the version that the mirror offers of each package."""
        text = run(["apt-cache", *self.options, "show", "--no-all-versions", *packages])
        names = re.findall(r"^Package: (\S+)$", text, re.MULTILINE)
        return dict(zip(names, re.findall(r"^Version: (\S+)$", text, re.MULTILINE), strict=True))

    def download(self, packages: Iterable[str]) -> list[Path]:
        """Fetch the packages, checked against the signed list, and return their files."""
        run(["apt-get", "-q", *self.options, "download", *packages], cwd=self.downloads)
        return sorted(self.downloads.glob("*.deb"))
