"""Docker's command line, and one project of compose."""

import json
import os
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
POLL_SECONDS = 0.25
# Starts on the engine's own machine, and so sees all processes of all containers.
HELPER = ("run", "--rm", "--pid=host", "--network=none", "--user=0", "--entrypoint=sh")
HELPER_IMAGE = "valkey/valkey:9.1.2"


class EngineError(Exception):
    """A command of Docker's failed, or took too long; the message has its output."""


def docker(
    *arguments: str,
    seconds: float = 120,
    environment: Mapping[str, str] | None = None,
    content: bytes | None = None,
    folder: Path = ROOT,
) -> str:
    """What it wrote to stdout; raises EngineError."""
    try:
        done = subprocess.run(
            ["docker", *arguments],  # noqa: S607 - the one that the machine has
            env={**os.environ, **(environment or {})},
            input=content,
            capture_output=True,
            timeout=seconds,
            cwd=folder,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"docker {' '.join(arguments)}: {seconds} s") from error
    if done.returncode:
        output = (done.stdout + done.stderr).decode(errors="replace").strip()
        raise EngineError(f"docker {' '.join(arguments)}: {output[-2_000:]}")
    return done.stdout.decode(errors="replace")


def on_the_engine(script: str) -> str:
    return docker(*HELPER, HELPER_IMAGE, "-c", script)


def volumes() -> set[str]:
    return set(docker("volume", "ls", "--quiet").split())


@dataclass(kw_only=True)
class Project:
    """`folder` has the compose file and what it mounts.

    `images` replaces some of its images, `more` adds to some of its services.
    """

    name: str
    file: str
    environment: Mapping[str, str]
    folder: Path = ROOT
    images: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def compose(self, *arguments: str, seconds: float = 900) -> str:
        files = ["--file", self.file, "--file", "-"]
        return docker(
            *("compose", "--project-name", self.name),
            *("--project-directory", str(self.folder), *files, *arguments),
            seconds=seconds,
            environment=self.environment,
            content=self._override().encode(),
            folder=self.folder,
        )

    def _override(self) -> str:
        read = docker(
            *("compose", "--file", self.file, "--profile=*", "config", "--format=json"),
            environment=self.environment,
            folder=self.folder,
        )
        given = json.loads(read)["services"]
        return json.dumps(
            {
                "services": {
                    name: {
                        "image": self.images.get(service["image"], service["image"]),
                        **self.more.get(name, {}),
                    }
                    for name, service in given.items()
                }
            }
        )

    def up(self, *services: str) -> float:
        """Seconds until everything runs, and is healthy where it says so."""
        began = time.monotonic()
        self.compose("up", "--detach", *services)
        self.wait_until_healthy(self.running())
        return time.monotonic() - began

    def owns(self, volume: str) -> bool:
        return volume.startswith(f"{self.name}_")

    def containers(self) -> dict[str, Any]:
        """By service, as `docker inspect` shows them; those that have ended too."""
        ids = self.compose("ps", "--all", "--quiet").split()
        found = json.loads(docker("inspect", *ids)) if ids else []
        label = "com.docker.compose.service"
        named = {one["Config"]["Labels"][label]: one for one in found}
        return dict(sorted(named.items()))

    def running(self) -> list[str]:
        return [
            name
            for name, one in self.containers().items()
            if one["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
        ]

    def wait_until_healthy(
        self, services: Iterable[str], after: str = "", seconds: float = 300
    ) -> None:
        """`after`: not those that were started before, in Docker's spelling."""
        left = set(services)
        until = time.monotonic() + seconds
        while left:
            for name in list(left):
                state = self.state(name)
                healthy = state.get("Health", {}).get("Status") == "healthy"
                if state["Running"] and healthy and state["StartedAt"] > after:
                    left.discard(name)
            if left and time.monotonic() > until:
                raise EngineError(f"not healthy after {seconds} s: {sorted(left)}")
            time.sleep(POLL_SECONDS if left else 0)

    def state(self, service: str) -> dict[str, Any]:
        name = f"{self.name}-{service}-1"
        shown: dict[str, Any] = json.loads(
            docker("inspect", "--format", "{{json .State}}", name)
        )
        return shown

    def last_lines(self, service: str, count: int = 40) -> str:
        return self.compose("logs", "--no-log-prefix", f"--tail={count}", service)

    def down(self, *, volumes: bool = False) -> None:
        more: Sequence[str] = ("--volumes",) if volumes else ()
        self.compose("--profile=*", "down", "--remove-orphans", *more)
