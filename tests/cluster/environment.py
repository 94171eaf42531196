"""What a scenario can do to the servers and processes, on any kind of environment."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from realtime.broker import Kafka
from tests.cluster.proxy import Link


class Environment(Protocol):
    """Processes have names: api-1, worker-2, postgres, redis, kafka."""

    emptied_at: list[float]  # when the broker restarted empty

    @property
    def urls(self) -> Sequence[str]:
        """Of each API, or of the proxy in front of them."""

    @property
    def database_url(self) -> str:
        """Without a proxy in between."""

    @property
    def kafka(self) -> Kafka: ...

    @property
    def keys(self) -> Path: ...

    @property
    def disk(self) -> Path:
        """The file system that Postgres writes to."""

    def names(self, kind: str) -> list[str]:
        """All names with this prefix."""

    def leader(self, kind: str) -> str:
        """The name of the current primary of `postgres` or `redis`."""

    def links(self, to: str, of: str = "") -> list[Link]:
        """The links to a server from the processes whose names begin with `of`."""

    def kill(self, name: str) -> None:
        """As `kill -9`; it stays down until `start`."""

    async def restart(self, name: str) -> None:
        """Stops and starts it as an upgrade does; returns when it is ready."""

    def freeze(self, name: str) -> None: ...

    def thaw(self, name: str) -> None: ...

    def start(self, name: str, *wrapper: str) -> None: ...
