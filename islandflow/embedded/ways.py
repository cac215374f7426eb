"""How a server runs without being root: PostgreSQL refuses to start as root."""

import os
from dataclasses import dataclass
from pathlib import Path

from islandflow.embedded.shell import EmbeddedError, run

PLAIN = "plain: the account that started it is not root"
NAMESPACE = "user namespace: inside it the server is the account {name}, outside it stays root's"
ACCOUNT = "account {name}: this host refuses user namespaces"
# Where another account can reach its data when the home itself is closed to it.
SYSTEM_DATA = Path("/var/lib/islandflow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way of running: the words that go before the program, and who then owns the data."""

    text: str
    prefix: tuple[str, ...] = ()
    owner: Account | None = None  # files are given to this account; None: they stay ours

    def command(self, *argv: str | Path, dies_with_us: str = "") -> list[str]:
        """Put the words before a program; with a signal name it ends when its starter does."""
        words = list(self.prefix)
        if self.owner:
            words += [f"--reuid={self.owner.uid}", f"--regid={self.owner.gid}", "--clear-groups"]
        if dies_with_us:
            # Only after the change of account: that change would clear the wish again.
            words += [] if self.owner else ["setpriv"]
            words += ["--pdeathsig", dies_with_us]
        return [*words, *(str(word) for word in argv)]


def pick_account(passwd: str) -> Account:
    """Return `nobody`, else the first account above 0: a uid without one stops initdb."""
    accounts = []
    for line in passwd.splitlines():
        parts = line.split(":")
        if len(parts) >= 4 and parts[2].isdigit() and parts[3].isdigit() and int(parts[2]) > 0:
            accounts.append(Account(name=parts[0], uid=int(parts[2]), gid=int(parts[3])))
    for account in accounts:
        if account.name == "nobody":
            return account
    if not accounts:
        raise EmbeddedError(
            "/etc/passwd has no account but root, and PostgreSQL refuses to run as root; "
            "add one (useradd --system islandflow) or start Islandflow from another account."
        )
    return accounts[0]


def namespace_prefix(account: Account) -> tuple[str, ...]:
    return ("unshare", "--user", f"--map-user={account.uid}", f"--map-group={account.gid}")


def choose(*, is_root: bool, passwd: str, has_namespaces: bool) -> Way:
    """Decide how the servers run."""
    if not is_root:
        return Way(text=PLAIN)
    account = pick_account(passwd)
    if has_namespaces:
        return Way(text=NAMESPACE.format(name=account.name), prefix=namespace_prefix(account))
    return Way(text=ACCOUNT.format(name=account.name), prefix=("setpriv",), owner=account)


def choose_here() -> Way:
    """Decide for this host and this process."""
    passwd = Path("/etc/passwd").read_text(errors="replace")
    is_root = os.geteuid() == 0
    has_namespaces = is_root and _can_unshare(pick_account(passwd))
    return choose(is_root=is_root, passwd=passwd, has_namespaces=has_namespaces)


def is_reachable(folder: Path) -> bool:
    """Tell whether any account may walk to this folder."""
    return all(
        parent.stat().st_mode & 0o001 for parent in [folder, *folder.parents] if parent.exists()
    )


def folder_for(way: Way, wanted: Path, *, fallback: Path) -> Path:
    """Return where the server's files go: as wanted unless its account cannot reach them."""
    return wanted if way.owner is None or is_reachable(wanted.parent) else fallback


def _can_unshare(account: Account) -> bool:
    try:
        run([*namespace_prefix(account), "true"])
    except EmbeddedError:
        return False
    return True
