"""The first administrator, made by bin/up."""

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User

from islandflow.embedded import first_admin

pytestmark = pytest.mark.django_db


def test_given_password_is_used_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ISLANDFLOW_ADMIN_PASSWORD", "bar-pass-123456")

    assert first_admin.main() == 0

    assert authenticate(username="admin", password="bar-pass-123456")
    assert "bar-pass-123456" not in capsys.readouterr().out


def test_without_one_a_password_is_generated_and_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ISLANDFLOW_ADMIN_PASSWORD", raising=False)

    assert first_admin.main() == 0

    shown = capsys.readouterr().out
    password = shown.split("password ")[1].split()[0]
    assert len(password) >= 16
    assert authenticate(username="admin", password=password)


@pytest.mark.parametrize("password", ["password1234", "qwertyuiop123"])
def test_weak_password_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], password: str
) -> None:
    monkeypatch.setenv("ISLANDFLOW_ADMIN_PASSWORD", password)

    assert first_admin.main() == 1

    assert "ISLANDFLOW_ADMIN_PASSWORD is refused: " in capsys.readouterr().err
    assert not User.objects.filter(is_superuser=True).exists()


def test_an_installation_that_has_one_keeps_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    User.objects.create_superuser("owner", "", "some-long-password")
    monkeypatch.setenv("ISLANDFLOW_ADMIN_PASSWORD", "bar-pass-123456")

    assert first_admin.main() == 0

    assert capsys.readouterr().out == "there is one\n"
    assert not User.objects.filter(username="admin").exists()
