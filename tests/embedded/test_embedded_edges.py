"""Edges of the embedded services' text work: secrets, masks, command lines, accounts, versions."""

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from islandflow.embedded.environment import effective
from islandflow.embedded.external import masked, version_fault
from islandflow.embedded.shell import EmbeddedError
from islandflow.embedded.supervisord_conf import command_line
from islandflow.embedded.ways import Account, Way, choose, pick_account
from islandflow.env import BadEnvironmentError, load

SECRETS = ("DATABASE_URL", "REDIS_URL", "ISLANDFLOW_ADMIN_PASSWORD")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://user:secret@host:5432/name", "postgresql://user:***@host:5432/name"),
        ("postgresql://user@host/name", "postgresql://user@host/name"),
        ("postgresql://host/name", "postgresql://host/name"),
        ("postgresql://host:5432/name", "postgresql://host:5432/name"),
        (
            "postgresql:///name?host=/run&password=secret",
            "postgresql:///name?host=/run&password=***",
        ),
        ("postgresql://h/n?password=secret&user=u", "postgresql://h/n?password=***&user=u"),
        ("postgresql://h/n?sslpassword=secret", "postgresql://h/n?sslpassword=***"),
        ("redis://:secret@host:6379/0", "redis://:***@host:6379/0"),
        ("rediss://user:secret@host/0", "rediss://user:***@host/0"),
        ("redis://:sec:ret@host/0", "redis://:***@host/0"),
        ("redis://:sec@ret@host/0", "redis://:***@host/0"),  # a password that was not quoted
        ("redis://:sec/ret@host/0", "redis://:***@host/0"),
        ("redis://[::1]:6379/0", "redis://[::1]:6379/0"),
    ],
)
def test_password_never_shows(url: str, shown: str) -> None:
    assert masked(url) == shown


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8))
def test_no_password_of_printable_signs_shows(password: str) -> None:
    assert masked(f"redis://:{password}@host:6379/0") == "redis://:***@host:6379/0"


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("content", ["", "\n", " \r\n"])
def test_secret_file_that_is_empty_is_said_as_the_settings_say_it(
    tmp_path: Path, name: str, content: str
) -> None:
    # Taken as "not set" it would start the embedded servers behind the back of who set it.
    path = tmp_path / "secret"
    path.write_text(content)
    environ = {f"{name}_FILE": str(path)}

    with pytest.raises(EmbeddedError) as refused:
        effective(environ, dotenv=tmp_path / "none")
    with pytest.raises(BadEnvironmentError) as refused_later:
        load({"ISLANDFLOW_HOME": "/nowhere/islandflow"} | environ)

    assert str(refused.value) == refused_later.value.problems[0] + "."


@pytest.mark.parametrize("name", SECRETS)
def test_empty_pointer_is_not_set(tmp_path: Path, name: str) -> None:
    environ = {f"{name}_FILE": ""}

    assert effective(environ, dotenv=tmp_path / "none") == environ


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126)), min_size=1))
def test_any_words_come_back_from_a_command_line(words: list[str]) -> None:
    expanded = command_line(words).replace("%%", "%")  # supervisord expands before it splits

    assert shlex.split(expanded, comments=True) == words


@pytest.mark.parametrize(
    ("version", "timescale", "fit"),
    [
        (149_999, "2.19.3", False),
        (150_000, "2.15", True),
        (150_000, "2.15.0", True),
        (150_000, "2.14.9", False),
        (150_000, "2.9.3", False),  # 9 is less than 15
        (150_000, "1.99", False),
        (180_000, "3.0.0-dev", True),
        (170_000, "2.19.3", True),
        (170_000, None, False),
    ],
)
def test_versions_at_their_limits(version: int, timescale: str | None, fit: bool) -> None:
    assert (version_fault(version, timescale, is_loaded=True) == "") is fit


@pytest.mark.parametrize(
    ("passwd", "name"),
    [
        ("root:x:0:0::/:\nnobody:x:65534:65534::/:\n", "nobody"),
        ("nobody:x:0:0::/:\ndaemon:x:1:1::/:\n", "daemon"),  # a nobody that is root is none
        ("daemon:x:1:1::/:\nnobody:x:65534:65534::/:\n", "nobody"),
        ("broken\n:::\nx:y:z\na:x:5:6\n", "a"),
        ("a:x:-5:5::/:\nb:x:7:7::/:\n", "b"),
        ("# nobody:x:9:9\nb:x:7:7::/:\n", "# nobody"),  # passwd has no comments
    ],
)
def test_account_of_odd_files(passwd: str, name: str) -> None:
    assert pick_account(passwd).name == name


@pytest.mark.parametrize(
    ("way", "command"),
    [
        (Way(text="plain"), ["postgres", "-D", "/d"]),
        (
            Way(text="ns", prefix=("unshare", "--user")),
            ["unshare", "--user", "postgres", "-D", "/d"],
        ),
        (
            Way(text="other", prefix=("setpriv",), owner=Account(name="n", uid=5, gid=6)),
            ["setpriv", "--reuid=5", "--regid=6", "--clear-groups", "postgres", "-D", "/d"],
        ),
    ],
)
def test_words_before_a_program(way: Way, command: list[str]) -> None:
    assert way.command("postgres", "-D", Path("/d")) == command


def test_account_without_root_is_never_asked_for() -> None:
    assert choose(is_root=False, passwd="", has_namespaces=True).prefix == ()
