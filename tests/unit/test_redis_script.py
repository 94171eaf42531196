"""deploy/valkey/redis.sh: the configuration that a node of Redis begins with."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "deploy" / "valkey" / "redis.sh"


def start(folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """In `folder` instead of /data, and with a server that only ends."""
    server = folder / "valkey-server"
    server.write_text("#!/bin/sh\n", "utf-8")
    server.chmod(0o755)
    script = SCRIPT.read_text("utf-8").replace("/data", str(folder))
    return subprocess.run(
        ["sh", "-c", script],  # noqa: S607 - the one that the machine has
        env={"PATH": f"{folder}:{os.environ['PATH']}"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("address", "following"),
    [("redis-0:6379", ""), ("redis-1:6379", "replicaof redis-0 6379")],
)
def test_nodes_with_equal_settings_follow_the_first(
    tmp_path: Path, address: str, following: str
) -> None:
    started = start(
        tmp_path, REDIS_PASSWORD="x1", ADDRESS=address, REPLICA_OF="redis-0:6379"
    )

    written = (tmp_path / "valkey.conf").read_text("utf-8").splitlines()
    assert started.returncode == 0, started.stderr
    assert [line for line in written if line.startswith("replicaof")] == (
        [following] if following else []
    )
    assert f"replica-announce-ip {address.partition(':')[0]}" in written


@pytest.mark.parametrize("password", ["", "a@b", "a b", "a/b", "50%", "a#b", 'a"b'])
def test_a_password_that_a_url_would_change_is_refused(
    tmp_path: Path, password: str
) -> None:
    refused = start(tmp_path, REDIS_PASSWORD=password, ADDRESS="redis:6379")

    assert refused.returncode == 1
    assert "letters, digits" in refused.stderr
    assert not (tmp_path / "valkey.conf").exists()
