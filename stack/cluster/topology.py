"""All services of the compose file as nodes of this machine."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from runtime.private_files import write_private
from stack.cluster import compose
from stack.cluster.compose import ComposeFile, ComposeService
from stack.cluster.executables import Executables
from stack.cluster.host_mapping import HostMapping, HostPorts
from stack.cluster.kafka_jars import NoKafkaError, kafka_jars
from stack.cluster.node import KafkaNode, Node
from stack.cluster.sandbox import with_sandbox
from stack.embedded.broker import Broker
from stack.embedded.child_process import ChildProcess
from stack.embedded.data_folder import DataFolder

PASSWORDS = (
    "POSTGRES_PASSWORD",
    "OWNER_PASSWORD",
    "PROGRAM_PASSWORD",
    "REPLICATION_PASSWORD",
    "REWIND_PASSWORD",
    "PATRONI_PASSWORD",
    "REDIS_PASSWORD",
)
KAFKA = "apache/kafka:"


class Topology:
    """`nodes` are in start order; `broker` replaces Kafka where Kafka cannot run."""

    def __init__(
        self,
        file: Path,
        folder: DataFolder,
        environ: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        variables = {**passwords(folder.path), **environ}
        self.file = compose.read(file, variables)
        self.broker: Broker | None = None
        jars = self._jars(environ, say)
        if jars is None:
            self.broker = Broker(folder)
            self.file = _with_one_broker(self.file, self.broker)
        outside = {
            (service.name, inside): port
            for service in self.file.services.values()
            for inside, port in service.published.items()
        }
        self.ports = HostPorts(folder.path / "ports.json", outside)
        if environ.get("PAYMENT_PROVIDER") == "sandbox":
            front = int(environ["PORT"])
            self.file = with_sandbox(self.file, folder.path, self.ports, front)
        self.mapping = HostMapping(self.file, folder.path, self.ports)
        executables = Executables(folder.path / "bin")

        def node(service: ComposeService) -> Node:
            if jars and service.image.startswith(KAFKA):
                return KafkaNode(service, self.mapping, executables, folder, jars)
            return Node(service, self.mapping, executables, folder)

        self.nodes = [node(service) for service in self.file.in_order()]

    @property
    def lasting(self) -> Sequence[ChildProcess]:
        """All that is restarted when it ends: jobs are not."""
        nodes: list[ChildProcess] = [node for node in self.nodes if not node.is_job]
        return [self.broker, *nodes] if self.broker else nodes

    def find(self, name: str) -> Node | None:
        return next((node for node in self.nodes if node.name == name), None)

    def settings(self, node: str) -> dict[str, str]:
        """The environment of one of our processes."""
        return self.mapping.environment(self.file.services[node])

    def close(self) -> None:
        self.ports.close()
        if self.broker:
            self.broker.port.close()

    def _jars(
        self, environ: Mapping[str, str], say: Callable[[str], None]
    ) -> Path | None:
        try:
            return kafka_jars(environ, say)
        except NoKafkaError as why:
            say(
                f"\nTHERE IS NO APACHE KAFKA HERE: {why}. One embedded broker, which "
                "is empty after each\nstart, replaces the three: this run says nothing "
                "about failures of Kafka.\n"
            )
            return None


def passwords(folder: Path) -> dict[str, str]:
    """Made once: the servers keep them with their data."""
    file = folder / "passwords.json"
    kept: dict[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    made = {name: secrets.token_hex(16) for name in PASSWORDS if name not in kept}
    if made:
        write_private(file, json.dumps(kept | made, indent=2))
    return kept | made


def _with_one_broker(file: ComposeFile, broker: Broker) -> ComposeFile:
    left = {n: s for n, s in file.services.items() if not s.image.startswith(KAFKA)}

    def redirected(service: ComposeService) -> ComposeService:
        environment = dict(service.environment)
        if "KAFKA_BOOTSTRAP_SERVERS" in environment:
            environment |= broker.environment_of_clients()
        after = {name: how for name, how in service.after.items() if name in left}
        return replace(service, environment=environment, after=after)

    return replace(file, services={n: redirected(s) for n, s in left.items()})
