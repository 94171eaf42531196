"""Maps addresses and paths of containers to those of this machine."""

import json
import random
import re
import socket
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from runtime.errors import CommandError
from runtime.private_files import write_private
from stack.cluster.compose import ComposeFile, ComposeService
from stack.embedded.ports import LOOPBACK, ReservedPort, is_free

# Below the range of outgoing connections: servers remember each other's ports, so these
# must be free in the next run too.
PORTS = range(15_000, 32_000)
PORT_SETTINGS = {"PORT", "METRICS_PORT"}


class HostPorts:
    """A host port for each container port of each service, kept in a file.

    `given` are those that the compose file publishes.
    """

    def __init__(self, file: Path, given: Mapping[tuple[str, int], int]) -> None:
        self._file = file
        self._given = given
        self._numbers: dict[str, int] = {}
        if file.exists():
            self._numbers = json.loads(file.read_text("utf-8"))
        self._reserved: dict[str, ReservedPort] = {}

    def __call__(self, service: str, inside: int) -> int:
        if (service, inside) in self._given:
            return self._given[service, inside]
        name = f"{service}:{inside}"
        if name not in self._numbers:
            self._numbers[name] = _unused()
            write_private(self._file, json.dumps(self._numbers, indent=2))
        elif name not in self._reserved and not is_free(LOOPBACK, self._numbers[name]):
            raise CommandError(
                f"Port {self._numbers[name]} of {name} is taken by another program: "
                f"stop that one, or choose another DATA_DIR."
            )
        if name not in self._reserved:
            self._reserved[name] = ReservedPort(self._numbers[name])
        return self._numbers[name]

    def of(self, service: str) -> dict[int, int]:
        """Of a service, those that were used: container port -> host port."""
        found = {
            inside: here for (of, inside), here in self._given.items() if of == service
        }
        for name, here in self._numbers.items():
            of, _, inside = name.partition(":")
            if of == service:
                found[int(inside)] = here
        return found

    def close(self) -> None:
        for port in self._reserved.values():
            port.close()


def _unused() -> int:
    """A port that no process uses, nor another cluster has reserved."""
    while True:
        number = random.choice(PORTS)  # noqa: S311 # no secret
        with closing(socket.socket()) as probe:
            try:
                probe.bind((LOOPBACK, number))
            except OSError:
                continue
            return number


class HostMapping:
    """Rewrites texts for containers; a path means another folder to each service."""

    def __init__(
        self, compose: ComposeFile, folder: Path, port: Callable[[str, int], int]
    ) -> None:
        self._compose = compose
        self._folder = folder
        self.port = port

    def folder(self, service: ComposeService) -> Path:
        return self._folder / service.name

    def create_mounts(self, service: ComposeService) -> list[Path]:
        """Makes its folders, and writes the files of ours that are mounted into it."""
        self.folder(service).mkdir(mode=0o700, exist_ok=True)
        for target, path in self._paths(service).items():
            source = next(m.source for m in service.mounts if m.target == target)
            if source.startswith("."):
                write_private(
                    path, self.rewrite(service, Path(source).read_text("utf-8"))
                )
            else:
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return [self.folder(service), *self._paths(service).values()]

    def environment(self, service: ComposeService) -> dict[str, str]:
        return {
            name: str(self.port(service.name, int(value)))
            if name in PORT_SETTINGS
            else self.rewrite(service, value)
            for name, value in service.environment.items()
        }

    def rewrite(self, service: ComposeService, original: str) -> str:
        """With one regular expression, so that nothing is rewritten twice."""
        paths = self._paths(service)
        names = "|".join(sorted(self._compose.services, key=len, reverse=True))
        patterns = [
            rf"\b(?P<service>{names}):(?P<port>\d+)\b",
            r"\b0\.0\.0\.0(?::(?P<own>\d+))?\b(?!/)",
        ]
        if self._compose.subnets:
            known = "|".join(map(re.escape, self._compose.subnets))
            patterns.append(rf"(?P<subnet>{known})")
        if paths:
            targets = "|".join(map(re.escape, sorted(paths, key=len, reverse=True)))
            patterns.append(rf"(?<![\w./-])(?P<path>{targets})(?![\w.-])")

        def on_host(found: re.Match[str]) -> str:
            group = found.groupdict()
            if group["service"]:
                port = self.port(group["service"], int(group["port"]))
                return f"{LOOPBACK}:{port}"
            if group["own"]:
                return f"{LOOPBACK}:{self.port(service.name, int(group['own']))}"
            if group.get("subnet"):
                return "127.0.0.0/8"
            return str(paths[group["path"]]) if group.get("path") else LOOPBACK

        return re.sub("|".join(patterns), on_host, original)

    def _paths(self, service: ComposeService) -> dict[str, Path]:
        return {
            mount.target: self._path(service, mount.source, mount.target)
            for mount in service.mounts
        }

    def _path(self, service: ComposeService, source: str, target: str) -> Path:
        if not source or source.startswith("."):
            return self.folder(service) / target.strip("/").replace("/", "-")
        return self._folder / "volumes" / source
