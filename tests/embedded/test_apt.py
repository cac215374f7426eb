"""Which mirror is derived from the apt sources of a host."""

from pathlib import Path

import pytest

from islandflow.embedded.apt import (
    PrivateApt,
    Source,
    debian_codename,
    debian_mirror,
    host_mirror,
    parse_deb822,
    parse_list,
    source_line,
)
from islandflow.embedded.shell import EmbeddedError

DEB822 = """\
Types: deb
# a snapshot of some day
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/some.gpg

Types: deb
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main
"""
OS_RELEASE = 'ID=debian\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'


def source(**changes: object) -> Source:
    values: dict[str, object] = {
        "uri": "http://mirror.test/debian",
        "suites": ("bookworm",),
        "components": ("main",),
    }
    return Source(**{**values, **changes})  # type: ignore[arg-type]  # a builder of a record


def host(folder: Path, *, release: str = OS_RELEASE, **files: str) -> Path:
    (folder / "apt/sources.list.d").mkdir(parents=True)
    (folder / "os-release").write_text(release)
    for name, text in files.items():
        (folder / "apt/sources.list.d" / name.replace("__", ".")).write_text(text)
    return folder


def test_deb822_gives_one_source_per_stanza() -> None:
    first, second = parse_deb822(DEB822)

    assert first == source(
        suites=("bookworm", "bookworm-updates"), signed_by="/usr/share/keyrings/some.gpg"
    )
    assert second.suites == ("bookworm-security",)


def test_deb822_gives_one_source_per_address() -> None:
    text = DEB822.replace("debian\nSuites", "debian http://second.test/debian\nSuites", 1)

    assert [found.uri for found in parse_deb822(text)][:2] == [
        "http://mirror.test/debian",
        "http://second.test/debian",
    ]


@pytest.mark.parametrize("line", ["Types: deb-src\n", "Types: deb\nEnabled: no\n"])
def test_deb822_that_is_no_source_of_programs_is_left_out(line: str) -> None:
    assert parse_deb822(line + "URIs: http://mirror.test/\nSuites: x\nComponents: main\n") == []


def test_deb822_value_over_several_lines_is_one_value() -> None:
    (found,) = parse_deb822("Types: deb\nURIs: http://m.test/\nSuites: a\n b\nComponents: main\n")

    assert found.suites == ("a", "b")


def test_deb822_with_the_key_inside_keeps_the_stanza() -> None:
    text = "Types: deb\nURIs: http://m.test/\nSuites: a\nComponents: main\n"
    text += "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n ab\n"

    (found,) = parse_deb822(text)

    assert found.components == ("main",)
    assert not found.signed_by.startswith("/")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("deb http://m.test/debian bookworm main contrib", ("main", "contrib")),
        ("deb http://m.test/debian bookworm main # comment", ("main",)),
        ("  deb [arch=amd64] http://m.test/debian bookworm main", ("main",)),
    ],
)
def test_list_line_is_read(line: str, expected: tuple[str, ...]) -> None:
    (found,) = parse_list(line)

    assert (found.uri, found.suites) == ("http://m.test/debian", ("bookworm",))
    assert found.components == expected


def test_list_line_keeps_its_keyring() -> None:
    (found,) = parse_list("deb [arch=amd64 signed-by=/k.gpg] http://m.test/debian bookworm main")

    assert found.signed_by == "/k.gpg"


@pytest.mark.parametrize("line", ["", "# deb http://m.test a main", "deb-src http://m.test a main"])
def test_list_line_that_is_no_source_of_programs_is_left_out(line: str) -> None:
    assert parse_list(line) == []


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        (OS_RELEASE, "bookworm"),
        ("ID=some\nID_LIKE=debian\nVERSION_CODENAME=faye\nDEBIAN_CODENAME=bookworm\n", "bookworm"),
        ('ID=some\nID_LIKE="ubuntu debian"\nVERSION_CODENAME="noble"\n', "noble"),
        ("ID=fedora\nVERSION_CODENAME=x\n", ""),
        ("", ""),
    ],
)
def test_codename(release: str, expected: str) -> None:
    assert debian_codename(release) == expected


def test_mirror_is_the_one_with_the_release_itself() -> None:
    others = [
        source(uri="http://other.test/sdk", suites=("cloud-sdk-bookworm",)),
        source(uri="http://other.test/node", suites=("nodistro",)),
        source(uri="http://other.test/security", suites=("bookworm-security",)),
        source(uri="http://other.test/extra", components=("contrib",)),
    ]

    found = debian_mirror([*others, source()], "bookworm")

    assert found == source()
    assert debian_mirror(others, "bookworm") is None


def test_source_line_keeps_the_keyring_of_the_host() -> None:
    line = source_line(source(signed_by="/k.gpg"), "trixie")

    assert line == "deb [signed-by=/k.gpg] http://mirror.test/debian trixie main\n"


def test_source_line_without_keyring_takes_debians(tmp_path: Path) -> None:
    keyring = tmp_path / "debian.gpg"
    keyring.touch()

    assert f"[signed-by={keyring}]" in source_line(source(), "trixie", keyring=keyring)


def test_source_line_without_any_keyring_leaves_it_to_the_trusted_keys(tmp_path: Path) -> None:
    line = source_line(source(signed_by="an inline key"), "trixie", keyring=tmp_path / "none")

    assert line == "deb http://mirror.test/debian trixie main\n"


@pytest.mark.parametrize(
    "files",
    [
        {"debian__sources": DEB822},
        {"debian__list": "deb http://mirror.test/debian bookworm main\n"},
        {"a__sources__disabled": DEB822.replace("mirror", "wrong"), "b__sources": DEB822},
    ],
)
def test_host_mirror_is_found(tmp_path: Path, files: dict[str, str]) -> None:
    assert host_mirror(host(tmp_path, **files)).uri == "http://mirror.test/debian"


@pytest.mark.parametrize(
    ("release", "files"),
    [
        ("ID=fedora\n", {"debian__sources": DEB822}),
        (OS_RELEASE, {}),
        (OS_RELEASE, {"node__list": "deb http://other.test nodistro main"}),
    ],
)
def test_host_without_mirror_is_told_the_two_variables(
    tmp_path: Path, release: str, files: dict[str, str]
) -> None:
    with pytest.raises(EmbeddedError, match=r"DATABASE_URL.*REDIS_URL"):
        host_mirror(host(tmp_path, release=release, **files))


def test_private_apt_stays_inside_its_folder(tmp_path: Path) -> None:
    apt = PrivateApt(tmp_path, "deb http://mirror.test/debian trixie main\n")

    settings = [word for word in apt.options if word != "-o"]
    places = [word for word in settings if word.startswith("Dir::") and "/dev/null" not in word]
    assert all(str(tmp_path) in place for place in places)
    assert {"Dir::State", "Dir::State::status", "Dir::Cache", "Dir::Etc::sourcelist"} <= {
        place.split("=")[0] for place in places
    }
    assert (tmp_path / "status").read_text() == ""
