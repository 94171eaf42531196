"""The environment of `make cluster`: all of docker-compose.cluster.yml as processes."""

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import RedisError

from realtime.broker import Kafka
from stack.cluster.control import Control
from stack.embedded.ports import LOOPBACK, ReservedPort, has_page
from tests.cluster.proxy import Link
from tests.support.cluster import started_cluster
from tests.support.run import RunUnderTest

TIMEOUT_SECONDS = 2.0
POLL_SECONDS = 0.1
START_SECONDS = 120.0


class ClusterEnvironment:
    """Has no proxies: its faults are signals and restarts."""

    def __init__(self, run: RunUnderTest, control: Control) -> None:
        self.emptied_at: list[float] = []
        self._control = control
        self.settings = run.settings()
        self._port = run.port
        self.keys = Path(self.settings["SIGNING_KEYS_DIR"])
        self.disk = run.folder

    @property
    def urls(self) -> Sequence[str]:
        return [f"http://{LOOPBACK}:{self._port}"]

    @property
    def database_url(self) -> str:
        return self.settings["DATABASE_OWNER_URL"]  # installs the witness

    @property
    def kafka(self) -> Kafka:
        return Kafka(
            bootstrap_servers=self.settings["KAFKA_BOOTSTRAP_SERVERS"],
            idempotence=self.settings.get("KAFKA_IDEMPOTENCE") != "false",
            replication_factor=int(self.settings["KAFKA_REPLICATION_FACTOR"]),
            partitions=int(self.settings.get("KAFKA_PARTITIONS", "4")),
            fetch_wait_ms=100,
            session_timeout_ms=6_000,
        )

    def names(self, kind: str) -> list[str]:
        return [name for name in self._services() if name.startswith(kind)]

    def leader(self, kind: str) -> str:
        """As Patroni or Sentinel reports it."""
        return self._postgres_leader() if kind == "postgres" else self._redis_primary()

    def links(self, to: str, of: str = "") -> list[Link]:
        return []

    def kill(self, name: str) -> None:
        self._control.leave_down(name)

    async def restart(self, name: str) -> None:
        await asyncio.to_thread(self._control.stop, name)
        self._control.start(name)
        ports = self._services()[name]["ports"]
        page, port = ("/readyz", "3333") if "3333" in ports else ("/metrics", "9100")
        async with asyncio.timeout(START_SECONDS):
            while not await asyncio.to_thread(has_page, page, ports[port]):  # noqa: ASYNC110 # another process
                await asyncio.sleep(POLL_SECONDS)

    def freeze(self, name: str) -> None:
        self._control.pause(name)

    def thaw(self, name: str) -> None:
        self._control.resume(name)

    def start(self, name: str, *wrapper: str) -> None:
        self._control.start(name)

    def _services(self) -> Mapping[str, Mapping[str, Any]]:
        found: Mapping[str, Mapping[str, Any]] = self._control.services()
        return found

    def _postgres_leader(self) -> str:
        for name in self.names("postgres"):
            port = self._services()[name]["ports"]["8008"]
            with (
                suppress(OSError, ValueError),
                urllib.request.urlopen(
                    f"http://{LOOPBACK}:{port}/cluster", timeout=TIMEOUT_SECONDS
                ) as response,
            ):
                members = json.loads(response.read())["members"]
                return str(next(m["name"] for m in members if m["role"] == "leader"))
        raise LookupError("no Postgres leads")

    def _redis_primary(self) -> str:
        names = {
            port: name
            for name, service in self._services().items()
            for port in service["ports"].values()
        }
        credentials, at, hosts = urlsplit(self.settings["REDIS_URL"]).netloc.rpartition(
            "@"
        )
        for host in hosts.split(","):
            url = f"redis://{credentials}{at}{host}"
            with (
                suppress(RedisError, OSError),
                Redis.from_url(url, socket_timeout=TIMEOUT_SECONDS) as sentinel,
            ):
                primary: Any = sentinel.sentinel_master("primary")
                return str(names[primary["port"]])
        raise LookupError("no Sentinel knows a primary")


AnyCluster = TypeVar("AnyCluster", bound=ClusterEnvironment)
Connect = Callable[[RunUnderTest, Control], AnyCluster]


@asynccontextmanager
async def real_cluster(
    path: Path, kind: Connect[AnyCluster], compose_file: Path | None = None
) -> AsyncIterator[AnyCluster]:
    reserved = ReservedPort()
    with started_cluster(path, reserved.number, compose_file) as (run, control):
        # In a thread: our proxies serve its programs meanwhile.
        await asyncio.to_thread(run.wait_until_ready)
        yield kind(run, control)
    reserved.close()
