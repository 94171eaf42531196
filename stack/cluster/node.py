"""One service of a compose file, as a process of this machine."""

import os
import shlex
import shutil
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import CommandError
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
    """What is to be known of an image, to run its programs without it."""

    port: int | None = None  # where it is asked
    question: bytes = b"PING\r\n"
    answer: bytes = b""  # what the answer begins with; empty: any will do
    # It starts others that outlive it, or that leave its process group.
    spreads: bool = False
    unprivileged: bool = False  # it refuses to be root


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
    "nginx": ImageProfile(
        port=3333, question=_get("/healthz"), answer=b"HTTP/1.1 200", spreads=True
    ),
}


class Node(ChildProcess):
    """Runs the command that the file says, with addresses and paths of here."""

    start_seconds = 180.0  # all of them start at once, on few cores
    stop_seconds = 30.0

    def __init__(
        self,
        service: ComposeService,
        places: HostMapping,
        programs: Executables,
        folder: DataFolder,
    ) -> None:
        self.name = service.name
        super().__init__(folder.logs, folder.lock)
        self.service = service
        self._places = places
        self._programs = programs
        self._kind = profile_of(service)
        if self._kind.unprivileged:
            self.user = unprivileged_user()
        self.paused = False

    @property
    def is_job(self) -> bool:
        return not self.service.restarts

    def start(self) -> None:
        """As a new container would begin: with nothing in memory."""
        for mount in self.service.mounts:
            if not mount.source:
                memory = self._places.text(self.service, mount.target)
                shutil.rmtree(memory, ignore_errors=True)
        for path in self._places.lay_out(self.service):
            change_owner(path, self.user)
        self.paused = False
        super().start()

    def command(self) -> list[str]:
        command = self._places.text(self.service, self.service.command)
        program, *arguments = shlex.split(command)
        return [*self._programs.find(program), *arguments]

    def environment(self) -> Mapping[str, str]:
        ours = {"LC_ALL": "C", "TZ": "UTC", "PATH": self._programs.path}
        return ours | self._places.environment(self.service)

    def answers(self) -> bool:
        if self.is_job:
            return self.exit_code() == 0
        port, question, answer = self._door()
        reply = ask(port, question)
        return reply is not None and reply != b"" and reply.startswith(answer)

    def _door(self) -> tuple[int, bytes, bytes]:
        environment = self.environment()
        if "METRICS_PORT" in environment:
            return int(environment["METRICS_PORT"]), _get("/metrics"), b"HTTP/1.1 200"
        if "PORT" in environment:
            return int(environment["PORT"]), _get("/readyz"), b"HTTP/1.1 200"
        if "ADDRESS" in environment:
            port = int(environment["ADDRESS"].split(":")[1])
        else:
            port = self._places.port(self.name, self._kind.port or 0)
        return port, self._kind.question, self._kind.answer

    def _watching(self, lifeline: int | None) -> str:
        return "tree" if self._kind.spreads else super()._watching(lifeline)

    def kill(self) -> None:
        """It and all that it started, at one moment."""
        if self.is_running():
            kill_tree(self.pid)
            if not self._kind.spreads:  # else it is who watches, and ends by itself
                self.signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def pause(self) -> None:
        """As if it got no time any more: its sockets stay open."""
        self.paused = True
        if not self._kind.spreads:
            self.signal(signal.SIGSTOP)
        freeze_tree(self.pid)

    def resume(self) -> None:
        for pid in descendants(self.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self.signal(signal.SIGCONT)
        self.paused = False


class KafkaNode(Node):
    """What the start script of Kafka's image does, with the jars that we fetched."""

    def __init__(
        self,
        service: ComposeService,
        places: HostMapping,
        programs: Executables,
        folder: DataFolder,
        jars: Path,
    ) -> None:
        super().__init__(service, places, programs, folder)
        self._jars = jars

    def command(self) -> list[str]:
        environment = self.environment()
        properties = self._places.folder(self.service) / "server.properties"
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
    """KAFKA_NODE_ID is node.id, and so on: the rule of Kafka's image."""
    return "".join(
        f"{name.removeprefix('KAFKA_').replace('_', '.').lower()}={value}\n"
        for name, value in environment.items()
        if name.startswith("KAFKA_") and name != "KAFKA_HEAP_OPTS"
    )


def profile_of(service: ComposeService) -> ImageProfile:
    name = service.image.rpartition(":")[0]
    if name not in PROFILES:
        raise CommandError(f"Nothing here stands in for the image {service.image}.")
    return PROFILES[name]
