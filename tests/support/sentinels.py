"""A Redis primary, its replica, and three Sentinels that watch them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from redis import Redis

from runtime.private_files import write_private
from stack.embedded.data_folder import DataFolder
from stack.embedded.ports import LOOPBACK, ask
from stack.embedded.server import Server
from stack.embedded.valkey import binary
from tests.support.embedded import ServerUnderTest

PASSWORD = "of-the-redis-nodes"
PRIMARY = "seats"
DOWN_AFTER_MS = 1_000


class ValkeyNode(Server):
    """A Valkey server; the configuration lines decide its role."""

    def __init__(self, folder: DataFolder, name: str, *lines: str) -> None:
        self.name = name
        super().__init__(folder.logs, folder.lock)
        self._data = folder.path / name
        self._data.mkdir(mode=0o700)
        self._lines = lines

    def command(self) -> list[str]:
        lines = [f"bind {LOOPBACK}", f"port {self.port.number}", f"dir {self._data}"]
        configuration = self._data / "valkey.conf"
        if not configuration.exists():  # a Sentinel rewrites it
            write_private(configuration, "\n".join([*lines, *self._lines, ""]))
        return [binary(), str(configuration), *self._mode()]

    def _mode(self) -> list[str]:
        return ["--sentinel"] if self.name.startswith("sentinel") else []

    def answers(self) -> bool:
        reply = ask(self.port.number, f"AUTH {PASSWORD}\r\nPING\r\n".encode())
        return reply is not None and (b"+PONG" in reply or b"+OK" in reply)


class WatchedRedis:
    def __init__(self, nodes: list[ValkeyNode], sentinels: list[ValkeyNode]) -> None:
        self.nodes = [ServerUnderTest(node) for node in nodes]
        self.sentinels = [ServerUnderTest(each) for each in sentinels]

    @property
    def url(self) -> str:
        where = ",".join(f"{LOOPBACK}:{each.port}" for each in self.sentinels)
        return f"redis+sentinel://:{PASSWORD}@{where}/{PRIMARY}"

    def primary(self) -> ServerUnderTest:
        """According to the first Sentinel."""
        with Redis(port=self.sentinels[0].port, password=PASSWORD) as sentinel:
            _, port = sentinel.sentinel_get_master_addr_by_name(PRIMARY)
        return next(node for node in self.nodes if node.port == port)


@contextmanager
def watched_redis(path: Path) -> Iterator[WatchedRedis]:
    with ExitStack() as ending:
        folder = ending.enter_context(DataFolder(path))

        def started(name: str, *lines: str) -> ValkeyNode:
            node = ValkeyNode(folder, name, *lines)
            ending.callback(node.port.close)
            ending.callback(node.kill)
            node.start()
            node.wait_until_ready()
            return node

        secret = (f"requirepass {PASSWORD}", f"masterauth {PASSWORD}", 'save ""')
        first = started("redis-1", *secret)
        there = f"{LOOPBACK} {first.port.number}"
        second = started("redis-2", *secret, f"replicaof {there}")
        watching = (
            f"requirepass {PASSWORD}",
            f"sentinel monitor {PRIMARY} {there} 2",
            f"sentinel auth-pass {PRIMARY} {PASSWORD}",
            f"sentinel down-after-milliseconds {PRIMARY} {DOWN_AFTER_MS}",
            f"sentinel failover-timeout {PRIMARY} 3000",
        )
        sentinels = [started(f"sentinel-{each}", *watching) for each in (1, 2, 3)]
        yield WatchedRedis([first, second], sentinels)
