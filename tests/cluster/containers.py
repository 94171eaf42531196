"""The environment of docker-compose.cluster.yml on a Docker engine.

What the driver itself talks to is published on this machine, beside the front.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from realtime.broker import Kafka
from stack.embedded.ports import LOOPBACK, ReservedPort
from tests.cluster.proxy import Link
from tests.compose.engine import EngineError, Project, docker
from tests.compose.faults import ASK_PATRONI
from tests.compose.play import own_project
from tests.compose.upgrade import build

FILE = "docker-compose.cluster.yml"
IMAGES = ("cinema-tickets:0.1.0", "cinema-postgres:18.4")
NODES = ("postgres-1", "postgres-2")
BROKERS = ("kafka-1", "kafka-2", "kafka-3")
SENTINELS = ("sentinel-1", "sentinel-2", "sentinel-3")
FOR_THE_DRIVER = 19092
ASK_SENTINEL = (
    *("valkey-cli", "-p", "26379"),
    *("sentinel", "get-master-addr-by-name", "primary"),
)
KEYS = "/var/lib/cinema/signing-keys"


class ContainersEnvironment:
    """Has no proxies: its faults are Docker's kill, pause, stop and start."""

    def __init__(
        self, project: Project, address: str, folder: Path, published: dict[str, int]
    ) -> None:
        self.emptied_at: list[float] = []
        self.urls: Sequence[str] = [address]
        self.disk = folder
        self.keys = folder / "signing-keys"
        self._project = project
        self._published = published
        self._names = project.running()
        docker("cp", f"{self._container('api-1')}:{KEYS}", str(self.keys))

    @property
    def database_url(self) -> str:
        hosts = ",".join(f"{LOOPBACK}:{self._published[node]}" for node in NODES)
        owner = f"cinema_owner:{self._project.environment['OWNER_PASSWORD']}"
        return f"postgresql://{owner}@{hosts}/postgres?target_session_attrs=read-write"

    @property
    def kafka(self) -> Kafka:
        hosts = (f"{LOOPBACK}:{self._published[broker]}" for broker in BROKERS)
        return Kafka(
            bootstrap_servers=",".join(hosts),
            idempotence=True,
            replication_factor=3,
            partitions=4,
            fetch_wait_ms=100,
            session_timeout_ms=6_000,
        )

    def names(self, kind: str) -> list[str]:
        return [name for name in self._names if name.startswith(kind)]

    def leader(self, kind: str) -> str:
        """As Patroni or Sentinel reports it."""
        for name in NODES if kind == "postgres" else SENTINELS:
            with suppress(EngineError, StopIteration, IndexError):
                return self._leader_by(name)
        raise LookupError(f"no {kind} leads")

    def _leader_by(self, name: str) -> str:
        if name in SENTINELS:
            return docker("exec", self._container(name), *ASK_SENTINEL).split()[0]
        asked = docker("exec", self._container(name), "python3", "-c", ASK_PATRONI)
        members = json.loads(asked)["members"]
        return str(next(one["name"] for one in members if one["role"] == "leader"))

    def links(self, to: str, of: str = "") -> list[Link]:
        return []

    def kill(self, name: str) -> None:
        docker("kill", self._container(name))

    async def restart(self, name: str) -> None:
        await asyncio.to_thread(docker, "stop", self._container(name))
        await asyncio.to_thread(docker, "start", self._container(name))
        await asyncio.to_thread(self._project.wait_until_healthy, [name])

    def freeze(self, name: str) -> None:
        docker("pause", self._container(name))

    def thaw(self, name: str) -> None:
        docker("unpause", self._container(name))

    def start(self, name: str, *wrapper: str) -> None:
        docker("start", self._container(name))

    def _container(self, name: str) -> str:
        return f"{self._project.name}-{name}-1"


def _published(ports: dict[str, int]) -> dict[str, dict[str, object]]:
    """What the override file says of the servers that the driver talks to.

    A broker names the address at which clients find it, so it gets another listener.
    """
    listeners = "PLAINTEXT://0.0.0.0:9092,CONTROLLER://0.0.0.0:9093"
    protocols = "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"
    more: dict[str, dict[str, object]] = {
        node: {"ports": [f"{LOOPBACK}:{ports[node]}:5432"]} for node in NODES
    }
    for name in BROKERS:
        inside = f"PLAINTEXT://{name}:9092"
        more[name] = {
            "ports": [f"{LOOPBACK}:{ports[name]}:{FOR_THE_DRIVER}"],
            "environment": {
                "KAFKA_LISTENERS": f"{listeners},DRIVER://0.0.0.0:{FOR_THE_DRIVER}",
                "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": f"{protocols},DRIVER:PLAINTEXT",
                "KAFKA_ADVERTISED_LISTENERS": (
                    f"{inside},DRIVER://{LOOPBACK}:{ports[name]}"
                ),
            },
        }
    return more


@contextmanager
def _free_ports(names: Sequence[str]) -> Iterator[dict[str, int]]:
    reserved = {name: ReservedPort() for name in names}
    yield {name: port.number for name, port in reserved.items()}
    for port in reserved.values():
        port.close()


@asynccontextmanager
async def containers(folder: Path) -> AsyncIterator[ContainersEnvironment]:
    folder.mkdir(parents=True)  # noqa: ASYNC240 - before anything runs
    with (
        _free_ports([*NODES, *BROKERS]) as ports,
        own_project(FILE, IMAGES, more=_published(ports)) as (project, address),
    ):
        try:
            await asyncio.to_thread(build, project.images)
            await asyncio.to_thread(project.up)
            yield ContainersEnvironment(project, address, folder, ports)
        finally:
            await asyncio.to_thread(project.down, volumes=True)
            for image in project.images.values():
                docker("image", "rm", "--force", image)
