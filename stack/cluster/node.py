"""A service of the compose file as a process of this machine."""

import os
import shlex
import shutil
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import CommandError
from stack.cluster import sandbox
from stack.cluster.compose import ComposeService
from stack.cluster.executables import Executables
from stack.cluster.host_mapping import HostMapping
from stack.embedded.child_process import ChildProcess
from stack.embedded.data_folder import DataFolder
from stack.embedded.launch import descendants, freeze_tree, kill_tree
from stack.embedded.ports import ask
from stack.embedded.process_user import change_owner, unprivileged_user

API_VERSIONS = b"\x00\x00\x00\x0a\x00\x12\x00\x00\x00\x00\x00\x01\xff\xff"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageProfile:
    """What we need to know to run the program of an image without the image."""

    port: int | None = None  # of the health check
    question: bytes = b"PING\r\n"
    answer: bytes = b""  # the beginning of a good answer; empty: any answer
    # It starts processes that outlive it, or that leave its process group.
    spreads: bool = False
    unprivileged: bool = False  # it refuses to run as root


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode()


PROFILES = {
    "cinema-tickets": ImageProfile(),
    "cinema-postgres": ImageProfile(
        port=8008,
        question=_get("/health"),
        answer=b"HTTP/1.0 200",
        spreads=True,
        unprivileged=True,
    ),
    "quay.io/coreos/etcd": ImageProfile(
        port=2379, question=_get("/health"), answer=b"HTTP/1.0 200"
    ),
    "valkey/valkey": ImageProfile(),
    "apache/kafka": ImageProfile(port=9092, question=API_VERSIONS),
    sandbox.IMAGE: ImageProfile(
        port=sandbox.PORT, question=_get("/faults"), answer=b"HTTP/1.1 200"
    ),
    "nginx": ImageProfile(
        port=3333, question=_get("/healthz"), answer=b"HTTP/1.1 200", spreads=True
    ),
}


class Node(ChildProcess):
    """Runs the service's command, with addresses and paths of this machine."""

    start_seconds = 300.0  # all services start at once, on few cores
    stop_seconds = 30.0

    def __init__(
        self,
        service: ComposeService,
        mapping: HostMapping,
        executables: Executables,
        folder: DataFolder,
    ) -> None:
        self.name = service.name
        super().__init__(folder.logs, folder.lock)
        self.service = service
        self._mapping = mapping
        self._executables = executables
        self._profile = profile_of(service)
        if self._profile.unprivileged:
            self.user = unprivileged_user()
        self.paused = False

    @property
    def is_job(self) -> bool:
        return not self.service.restarts

    def start(self) -> None:
        """With empty tmpfs folders, as a new container has."""
        for mount in self.service.mounts:
            if not mount.source:
                memory = self._mapping.rewrite(self.service, mount.target)
                shutil.rmtree(memory, ignore_errors=True)
        for path in self._mapping.create_mounts(self.service):
            change_owner(path, self.user)
        self.paused = False
        super().start()

    def command(self) -> list[str]:
        command = self._mapping.rewrite(self.service, self.service.command)
        program, *arguments = shlex.split(command)
        return [*self._executables.find(program), *arguments]

    def environment(self) -> Mapping[str, str]:
        ours = {"LC_ALL": "C", "TZ": "UTC", "PATH": self._executables.path}
        return ours | self._mapping.environment(self.service)

    def answers(self) -> bool:
        if self.is_job:
            return self.exit_code() == 0
        port, question, answer = self._health_check()
        reply = ask(port, question)
        return reply is not None and reply != b"" and reply.startswith(answer)

    def _health_check(self) -> tuple[int, bytes, bytes]:
        environment = self.environment()
        if "METRICS_PORT" in environment:
            return int(environment["METRICS_PORT"]), _get("/metrics"), b"HTTP/1.1 200"
        if "PORT" in environment:
            return int(environment["PORT"]), _get("/readyz"), b"HTTP/1.1 200"
        if "ADDRESS" in environment:
            port = int(environment["ADDRESS"].split(":")[1])
        else:
            port = self._mapping.port(self.name, self._profile.port or 0)
        return port, self._profile.question, self._profile.answer

    def _lifeline_argument(self, pipe: int | None) -> str:
        return "tree" if self._profile.spreads else super()._lifeline_argument(pipe)

    def kill(self) -> None:
        """The process and all its descendants, at one moment."""
        if self.is_running():
            kill_tree(self.pid)
            if not self._profile.spreads:  # else it is the launcher, which ends itself
                self.signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def pause(self) -> None:
        """Freezes all its processes; their sockets stay open."""
        self.paused = True
        if not self._profile.spreads:
            self.signal(signal.SIGSTOP)
        freeze_tree(self.pid)

    def resume(self) -> None:
        for pid in descendants(self.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self.signal(signal.SIGCONT)
        self.paused = False


class KafkaNode(Node):
    """Does what the start script of Kafka's image does, with the fetched jars."""

    def __init__(
        self,
        service: ComposeService,
        mapping: HostMapping,
        executables: Executables,
        folder: DataFolder,
        jars: Path,
    ) -> None:
        super().__init__(service, mapping, executables, folder)
        self._jars = jars

    def command(self) -> list[str]:
        environment = self.environment()
        properties = self._mapping.folder(self.service) / "server.properties"
        properties.write_text(server_properties(environment), "utf-8")
        java = f"java -cp '{self._jars}/*' {environment['KAFKA_HEAP_OPTS']}"
        java += " -XX:+UseSerialGC -Dorg.slf4j.simpleLogger.showDateTime=true"
        log = environment["KAFKA_LOG_DIRS"]
        file = shlex.quote(str(properties))
        script = (
            f"test -s {shlex.quote(log)}/meta.properties ||"
            f" {java} kafka.tools.StorageTool format --cluster-id"
            f" {environment['CLUSTER_ID']} --config {file} || exit 1;"
            f" exec {java} kafka.Kafka {file}"
        )
        return ["/bin/sh", "-c", script]


def server_properties(environment: Mapping[str, str]) -> str:
    """KAFKA_NODE_ID becomes node.id, and so on, as in Kafka's image."""
    return "".join(
        f"{name.removeprefix('KAFKA_').replace('_', '.').lower()}={value}\n"
        for name, value in environment.items()
        if name.startswith("KAFKA_") and name != "KAFKA_HEAP_OPTS"
    )


def profile_of(service: ComposeService) -> ImageProfile:
    name = service.image.partition(":")[0]
    if name not in PROFILES:
        raise CommandError(f"There is no replacement for the image {service.image}.")
    return PROFILES[name]
