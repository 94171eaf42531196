"""The embedded environment: one of each server of `make run`, several processes."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import asyncpg

from app.commands.run import signing_keys
from auth.signing_keys import make_first_key
from auth.ticket_keys import FOLDER
from persistence import migrate
from realtime.broker import Kafka
from stack.embedded.broker import Broker
from stack.embedded.data_folder import DataFolder
from stack.embedded.ports import ReservedPort, has_page
from stack.embedded.postgres import Postgres
from stack.embedded.server import Server
from stack.embedded.valkey import Valkey
from tests.cluster.program_process import ProgramProcess, until
from tests.cluster.proxy import Link
from tests.support.processes import descendants

APIS = ("api-1", "api-2", "api-3")
WORKERS = ("worker-1", "worker-2")
RELAY_LEASE_HELD = "SELECT TRUE FROM relay_lease WHERE held_until > clock_timestamp()"


class ProxiedBroker(Broker):
    """Advertises the proxy's port, so that a fault can cut clients off."""

    advertised = 0

    def command(self) -> list[str]:
        command = super().command()
        at = command.index("--advertised-listener-url") + 1
        command[at] = f"tcp://127.0.0.1:{self.advertised}"
        return command


class EmbeddedEnvironment:
    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self.emptied_at: list[float] = []
        self._postgres = Postgres(folder)
        self._broker = ProxiedBroker(folder)
        self._redis = Valkey(folder)
        self._servers: dict[str, Server] = {
            "postgres": self._postgres,
            "redis": self._redis,
            "kafka": self._broker,
        }
        self._ports = {name: ReservedPort() for name in APIS}
        self._processes: dict[str, ProgramProcess] = {}
        self._links: dict[tuple[str, str], Link] = {}
        self._down: set[str] = set()  # on purpose
        self.keys = signing_keys(folder.path)
        make_first_key(self.keys / FOLDER)
        self.disk = folder.path

    @property
    def urls(self) -> Sequence[str]:
        return [f"http://127.0.0.1:{self._ports[name].number}" for name in APIS]

    @property
    def database_url(self) -> str:
        return self._postgres.url

    @property
    def kafka(self) -> Kafka:
        return Kafka(
            bootstrap_servers=f"127.0.0.1:{self._broker.advertised}",
            idempotence=False,
            replication_factor=1,
            partitions=4,
            fetch_wait_ms=0,
            session_timeout_ms=2_000,
        )

    def names(self, kind: str) -> list[str]:
        every = [*self._processes, *self._servers]
        return [name for name in every if name.startswith(kind)]

    def leader(self, kind: str) -> str:
        return kind  # the only one

    def links(self, to: str, of: str = "") -> list[Link]:
        return [
            link
            for (process, server), link in self._links.items()
            if server == to and process.startswith(of)
        ]

    def kill(self, name: str) -> None:
        self._down.add(name)
        (self._servers.get(name) or self._processes[name]).kill()

    async def restart(self, name: str) -> None:
        self._down.add(name)
        self._signal(name, signal.SIGTERM)
        await self._processes[name].wait_until_ended()
        self.start(name)
        if name in self._ports:
            await self._until_ready(name)

    def freeze(self, name: str) -> None:
        self._signal(name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        self._signal(name, signal.SIGCONT)

    def start(self, name: str, *wrapper: str) -> None:
        if server := self._servers.get(name):
            server.start()
            if name == "kafka":
                self.emptied_at.append(time.monotonic())
        else:
            self._processes[name].start(*wrapper)
        self._down.discard(name)

    async def start_all(self, *wrapper: str) -> None:
        """Returns when everything answers; `wrapper` is for our programs."""
        for name in ("redis", "kafka"):
            self._links["all", name] = Link("all", self._servers[name].port.number)
        for process in (*APIS, *WORKERS):
            self._links[process, "postgres"] = Link(
                process, self._postgres.port.number, postgres=True
            )
        for link in self._links.values():
            await link.open()
        self._broker.advertised = self._links["all", "kafka"].port
        if not self._postgres.exists():
            self._postgres.create()
        for server in self._servers.values():
            server.start()
        for server in self._servers.values():
            await asyncio.to_thread(server.wait_until_ready)
        await asyncio.to_thread(migrate.upgrade, self.database_url)
        for name in (*APIS, *WORKERS):
            command = "serve" if name in APIS else "worker"
            log = self._folder.logs / f"{name}.log"
            self._processes[name] = ProgramProcess([command], self._settings(name), log)
            self._processes[name].start(*wrapper)
        await self._until_a_relay_works()
        for name in APIS:
            await self._until_ready(name)

    async def _until_a_relay_works(self) -> None:
        db = await asyncpg.connect(self.database_url)
        workers = [self._processes[name] for name in WORKERS]
        await until(partial(db.fetchval, RELAY_LEASE_HELD), workers)
        await db.close()

    def end(self) -> None:
        for process in self._processes.values():
            process.kill()
        for server in self._servers.values():
            server.kill()
            server.port.close()
        for port in self._ports.values():
            port.close()

    async def close_links(self) -> None:
        for link in self._links.values():
            await link.close()

    async def restart_ended(self) -> None:
        """Restarts what has ended by itself, as a service manager does."""
        while True:
            await asyncio.sleep(1.0)
            for name in {*self._servers, *self._processes} - self._down:
                one = self._servers.get(name) or self._processes[name]
                if not one.is_running():
                    self.start(name)

    def _settings(self, name: str) -> dict[str, str]:
        """The settings of a process, which reaches each server through its link."""
        settings = {
            "DATABASE_URL": _through(self._postgres.url, self._links[name, "postgres"]),
            "REDIS_URL": _through(self._redis.url, self._links["all", "redis"]),
            "REDLOCK_URLS": "",
            "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{self._broker.advertised}",
            "KAFKA_IDEMPOTENCE": "false",
            "KAFKA_REPLICATION_FACTOR": "1",
            "KAFKA_FETCH_MAX_WAIT_MS": "0",
            "KAFKA_SESSION_TIMEOUT_MS": "2000",
            "SIGNING_KEYS_DIR": str(self.keys),
            "EXPLORER": "false",
            "HOST": "127.0.0.1",
            "METRICS_PORT": "",
            "OTEL_SDK_DISABLED": "true",
            "CHECK_IN_MINUTES_BEFORE": "10080",  # shows begin in two days
        }
        if name in self._ports:
            settings["PORT"] = str(self._ports[name].number)
        return settings

    async def _until_ready(self, name: str) -> None:
        ready = partial(
            asyncio.to_thread, has_page, "/readyz", self._ports[name].number
        )
        await until(ready, [self._processes[name]])

    def _signal(self, name: str, number: signal.Signals) -> None:
        if process := self._processes.get(name):
            process.signal(number)
            return
        pid = self._servers[name].pid
        for each in (pid, *descendants(pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, number)


AnyEmbedded = TypeVar("AnyEmbedded", bound=EmbeddedEnvironment)


def _through(url: str, link: Link) -> str:
    head, _, rest = url.rpartition(":")
    return f"{head}:{link.port}/{rest.partition('/')[2]}"


@asynccontextmanager
async def embedded(
    path: Path, *wrapper: str, kind: type[AnyEmbedded]
) -> AsyncIterator[AnyEmbedded]:
    with DataFolder(path) as folder:
        environment = kind(folder)
        restarting: asyncio.Task[None] | None = None
        try:
            await environment.start_all(*wrapper)
            restarting = asyncio.create_task(environment.restart_ended())
            yield environment
        finally:
            if restarting:
                restarting.cancel()
            environment.end()
            await environment.close_links()
