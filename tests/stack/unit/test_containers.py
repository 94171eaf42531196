"""What only a real engine would show: rights, signals, volumes and checks."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from stack.cluster.compose import interpolated

# The volumes of the images: where nothing is mounted, each container would get its own.
VOLUMES = {
    "postgres": {"/var/lib/postgresql"},
    "cinema-postgres": {"/var/lib/postgresql"},
    "valkey/valkey": {"/data"},
    "apache/kafka": {
        "/var/lib/kafka/data",
        "/etc/kafka/secrets",
        "/mnt/shared/config",
    },
}


@pytest.fixture(params=["docker-compose.yml", "docker-compose.cluster.yml"])
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    read: dict[str, Any] = interpolated(
        yaml.safe_load(Path(request.param).read_text("utf-8")), {}
    )
    return read


@pytest.fixture
def services(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = document["services"]
    return found


def test_no_check_outlives_its_timeout(services: dict[str, Any]) -> None:
    """Docker kills the command of a check, but not what a shell has started."""
    for name, service in services.items():
        if "healthcheck" in service:
            assert service["healthcheck"]["test"][0] == "CMD", name
            assert not re.search("kafka.*\\.sh", str(service["healthcheck"])), name


def test_a_busy_machine_may_take_three_minutes_to_start(
    services: dict[str, Any],
) -> None:
    """Else `up` gives up: a healthy service is seen as soon as it is there."""
    for name, service in services.items():
        if "healthcheck" in service:
            assert service["healthcheck"]["start_period"] == "180s", name


def test_who_passes_a_signal_on_is_the_one_who_gets_it(
    services: dict[str, Any],
) -> None:
    """Root has no CAP_KILL: so no service changes its user after its start."""
    for name, service in services.items():
        assert service["init"] is True
        assert "cap_add" not in service, name
        if service["image"].startswith("postgres"):
            assert service["user"] == "postgres"


def test_each_image_is_built_once(services: dict[str, Any]) -> None:
    ours = {s["image"] for s in services.values() if s["image"].startswith("cinema")}
    built = [s["image"] for s in services.values() if "build" in s]

    assert sorted(built) == sorted(ours)
    assert "# syntax" not in Path("Dockerfile").read_text("utf-8")


def test_no_volume_is_made_without_a_name(document: dict[str, Any]) -> None:
    for name, service in document["services"].items():
        image = service["image"].rpartition(":")[0]
        mounts = [mount.split(":")[1] for mount in service.get("volumes", ())]
        mounted = {*mounts, *service.get("tmpfs", ())}
        assert VOLUMES.get(image, set()) <= mounted, name


def test_nginx_writes_only_where_it_may() -> None:
    written = Path("deploy/nginx.conf").read_text("utf-8")
    cluster = yaml.safe_load(Path("docker-compose.cluster.yml").read_text("utf-8"))
    assert cluster["services"]["nginx"]["tmpfs"] == ["/tmp"]  # noqa: S108 - of a container

    for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
        assert f" {kind}_temp_path /tmp/" in written


@pytest.mark.parametrize(
    "password", ["", "p@ss", "a/b", "a b", "100%", 'quo"te', "a#b"]
)
@pytest.mark.parametrize(
    ("script", "name"),
    [
        ("valkey/redis.sh", "REDIS_PASSWORD"),
        ("roles.sh", "OWNER_PASSWORD"),
        ("roles.sh", "PROGRAM_PASSWORD"),
    ],
)
def test_a_password_that_breaks_a_url_is_refused(
    script: str, name: str, password: str
) -> None:
    fine = {"OWNER_PASSWORD": "a", "PROGRAM_PASSWORD": "a", "SUPERUSER_URL": "a"}
    refused = subprocess.run(
        ["/bin/sh", f"deploy/{script}"],
        env={"PATH": "/usr/bin:/bin", **fine, name: password},
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
    )

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"{name} stands in ")


@pytest.mark.parametrize(("ends", "tries"), [("2 2 0", 3), ("2 3", 2), ("0", 1)])
def test_roles_are_made_again_when_the_connection_is_lost(
    ends: str, tries: int, tmp_path: Path
) -> None:
    """Patroni restarts a new database; what the database refuses, it refuses again."""
    codes = tmp_path / "codes"
    codes.write_text(ends.replace(" ", "\n") + "\n", "utf-8")
    psql = tmp_path / "psql"
    psql.write_text(
        f"#!/bin/sh\ncat >/dev/null\necho >>{tmp_path}/tries\n"
        f"code=$(head -n 1 {codes}); sed -i 1d {codes}; exit $code\n",
        "utf-8",
    )
    psql.chmod(0o700)
    (tmp_path / "sleep").symlink_to("/bin/true")

    done = subprocess.run(
        ["/bin/sh", "deploy/roles.sh"],
        env={
            "PATH": f"{tmp_path}:/usr/bin:/bin",
            "SUPERUSER_URL": "postgresql://postgres",
            "OWNER_PASSWORD": "a",
            "PROGRAM_PASSWORD": "b",
        },
        check=False,
        timeout=20,
    )

    assert done.returncode == int(ends.rsplit(maxsplit=1)[-1])
    assert (tmp_path / "tries").read_text("utf-8").count("\n") == tries
