"""The programs of the embedded services, unpacked once per user from Debian 13.

Their interpreter and library path point into the unpacked folder, so they run on a host
with an older libc and change nothing outside that folder.
"""

import fcntl
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from islandflow.embedded.apt import PrivateApt, host_mirror, source_line
from islandflow.embedded.shell import EXTERNAL_HINT, EmbeddedError, Say, run

SUITE = "trixie"
RECIPE = 1  # raise it when what is unpacked or how it is patched changes
SERVERS = (
    "postgresql-17",
    "postgresql-client-17",
    "postgresql-17-timescaledb",
    "valkey-server",
    "valkey-tools",
)
# The shared libraries that those programs name, followed to the end with `patchelf
# --print-needed` (2026-11-20). LLVM is left out: `jit` is off.
# fmt: off
LIBRARIES = (
    "libatomic1", "libaudit1", "libc6", "libcap-ng0", "libcap2", "libcom-err2", "libgcc-s1",
    "libgssapi-krb5-2", "libicu76", "libjemalloc2", "libk5crypto3", "libkeyutils1", "libkrb5-3",
    "libkrb5support0", "libldap2", "liblz4-1", "liblzf1", "liblzma5", "libpam0g", "libpcre2-8-0",
    "libpq5", "libreadline8t64", "libsasl2-2", "libselinux1", "libssl3t64", "libstdc++6",
    "libsystemd0", "libtinfo6", "libuuid1", "libxml2", "libxslt1.1", "libxxhash0", "libzstd1",
    "zlib1g",
)
# fmt: on
PACKAGES = (*SERVERS, *LIBRARIES)
UNUSED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/bug", "etc", "var")
POSTGRES_BIN = "usr/lib/postgresql/17/bin"


@dataclass(frozen=True, slots=True)
class Programs:
    """One unpacked set of programs."""

    root: Path

    def postgres(self, name: str) -> Path:
        return self.root / POSTGRES_BIN / name

    @property
    def valkey(self) -> Path:
        return self.root / "usr/bin/valkey-server"

    def versions(self) -> dict[str, str]:
        """Return the package versions of the servers; `doctor` prints them."""
        found = _manifest(self.root).get("versions", {})
        return {name: found[name] for name in SERVERS if name in found}


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Return the user's cache folder for the programs (XDG base directories)."""
    given = environ.get("XDG_CACHE_HOME", "")
    base = Path(given) if given.startswith("/") else Path("~/.cache").expanduser()
    return base / "islandflow"


def programs_key(versions: Mapping[str, str]) -> str:
    """Name a set of programs by its package versions, the machine and how it is unpacked."""
    text = "\n".join(f"{name}={version}" for name, version in sorted(versions.items()))
    return hashlib.sha256(f"{RECIPE}\n{os.uname().machine}\n{text}".encode()).hexdigest()[:12]


def find(cache: Path) -> Programs | None:
    """Return the newest complete set in the cache; no network is needed for it."""
    fit = [
        folder
        for folder in cache.glob("programs-*")
        if set(_manifest(folder).get("versions", {})) == set(PACKAGES)
        and folder.name == f"programs-{programs_key(_manifest(folder)['versions'])}"
    ]
    newest = max(fit, key=lambda folder: folder.stat().st_mtime, default=None)
    return Programs(newest) if newest else None


def ensure(cache: Path, *, say: Say) -> Programs:
    """Return the programs, fetched at the first call; two callers do not race."""
    found = find(cache)
    if found:
        return found
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise EmbeddedError(
            "The embedded PostgreSQL and Valkey are unpacked with apt-get and dpkg, and this host "
            f"lacks them. {EXTERNAL_HINT}"
        )
    try:
        cache.mkdir(parents=True, exist_ok=True)
        lock = (cache / "lock").open("w")
    except OSError as error:
        raise EmbeddedError(
            f"the cache folder {cache} cannot be written ({error.strerror}); "
            "set XDG_CACHE_HOME to a folder of yours."
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # released with the file, also after kill -9
        return find(cache) or _fetch(cache, say)


def _fetch(cache: Path, say: Say) -> Programs:
    say("      fetching PostgreSQL 17, TimescaleDB and Valkey (once, about 45 MB) ...")
    for leftover in cache.glob("partial-*"):  # of a start that was killed; we hold the lock
        shutil.rmtree(leftover, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix="partial-", dir=cache))
    try:
        apt = PrivateApt(work / "apt", source_line(host_mirror(), SUITE))
        apt.update()
        versions = apt.versions(PACKAGES)
        final = cache / f"programs-{programs_key(versions)}"
        tree = work / "tree"
        for archive in apt.download(PACKAGES):
            run(["dpkg", "-x", archive, tree])
        for name in (*UNUSED, "usr/lib/postgresql/17/lib/bitcode"):
            shutil.rmtree(tree / name, ignore_errors=True)
        _patch(tree, final)
        (tree / "manifest.json").write_text(json.dumps({"versions": versions}, indent=1))
        work.chmod(0o755)
        tree.chmod(0o755)
        shutil.rmtree(final, ignore_errors=True)
        tree.replace(final)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return _tried(Programs(final))


def _patch(tree: Path, final: Path) -> None:
    """Point the programs at their own libc and libraries, at the place where they will lie.

    DT_RPATH (`--force-rpath`), unlike DT_RUNPATH, also serves the libraries' own needs and
    the modules that PostgreSQL loads later, so only the programs are patched.
    """
    patchelf = Path(sys.executable).parent / "patchelf"
    libc = next(tree.glob("usr/lib/*/libc.so.6"))
    libraries = final / libc.parent.relative_to(tree)
    for program in [*(tree / POSTGRES_BIN).iterdir(), *(tree / "usr/bin").iterdir()]:
        if program.is_symlink() or program.read_bytes()[:4] != b"\x7fELF":
            continue
        old = Path(run([patchelf, "--print-interpreter", program]).strip())
        new = ["--set-interpreter", libraries / old.name, "--force-rpath", "--set-rpath", libraries]
        run([patchelf, *new, program])


def _tried(programs: Programs) -> Programs:
    """Run the servers once for their version, so that a bad set never stays in the cache."""
    try:
        run([programs.postgres("postgres"), "--version"])
        run([programs.valkey, "--version"])
    except EmbeddedError:
        shutil.rmtree(programs.root, ignore_errors=True)
        raise
    return programs


def _manifest(folder: Path) -> dict[str, dict[str, str]]:
    try:
        found: dict[str, dict[str, str]] = json.loads((folder / "manifest.json").read_text())
    except (OSError, ValueError):
        return {}
    return found
