"""bin/up, compose.yaml and the Dockerfile speak of the same processes."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from islandflow.embedded.home import PROJECT
from islandflow.processes import Process, processes

NOT_OURS = {"database", "broker", "setup"}
LISTED = processes(
    host="0.0.0.0",  # noqa: S104
    port="8000",
    source="${OPTIONS_INGEST_ADAPTER:-synthetic}",
    news="${NEWS_INGEST_ADAPTER:-synthetic}",
)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((PROJECT / "compose.yaml").read_text())
    return found


def test_names_are_unique_and_say_what_they_are_for() -> None:
    assert len({process.name for process in LISTED}) == len(LISTED)
    assert all(process.purpose for process in LISTED)


def test_the_processes_of_the_design() -> None:
    names = [each.name for each in LISTED]

    assert names == ["web", "ingest", "news", "compute", "worker", "beat"]


def test_compose_runs_the_same_processes(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) - NOT_OURS == {process.name for process in LISTED}


@pytest.mark.parametrize("process", LISTED, ids=lambda process: process.name)
def test_compose_runs_the_same_command(compose: dict[str, Any], process: Process) -> None:
    command = compose["services"][process.name]["command"]

    assert command == [".venv/bin/python", *process.arguments]


def test_compose_images_are_pinned(compose: dict[str, Any]) -> None:
    images = {name: service["image"] for name, service in compose["services"].items()}

    assert images["database"].startswith("timescale/timescaledb:")
    assert "oss" not in images["database"]  # the full image has compression and policies
    assert images["broker"].startswith("valkey/valkey:")
    assert not any(image.endswith(":latest") or ":" not in image for image in images.values())
    assert {images[process.name] for process in LISTED} == {"islandflow:local"}


def test_compose_waits_for_healthy_servers_and_the_migrations(compose: dict[str, Any]) -> None:
    for process in LISTED:
        conditions = compose["services"][process.name]["depends_on"]
        assert conditions["setup"] == {"condition": "service_completed_successfully"}
        assert conditions["database"] == {"condition": "service_healthy"}
    for name in ("database", "broker", "web"):
        assert "healthcheck" in compose["services"][name]


def test_compose_holds_no_secret(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert not {
            "DATABASE_URL",
            "REDIS_URL",
            "POSTGRES_PASSWORD",
            "ISLANDFLOW_SECRET_KEY",
        } & set(service.get("environment", {}))
        assert service["env_file"] == ["var/compose.env"]


def test_image_is_unprivileged_and_made_as_bin_up_makes_it() -> None:
    lines = (PROJECT / "Dockerfile").read_text().splitlines()

    assert "USER islandflow" in lines
    assert lines.index("USER islandflow") < lines.index(
        'RUN ["bash", "-c", ". bin/lib.sh && ensure_venv runtime"]'
    )


def test_image_holds_every_package_of_the_project() -> None:
    text = (PROJECT / "Dockerfile").read_text()

    for package in ("islandflow", "flow", "ingest", "signals", "replay", "news"):
        assert f"COPY --chown=islandflow {package} {package}" in text
        assert Path(PROJECT / package).is_dir()
