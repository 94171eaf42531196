"""What a scenario may do to the servers and processes, wherever these run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from realtime.broker import Kafka
from tests.cluster.proxy import Link


class Environment(Protocol):
    """Processes have names: api-1, worker-2, postgres, redis, kafka."""

    forgot_at: list[float]  # when the broker came back with nothing

    @property
    def urls(self) -> Sequence[str]:
        """Where customers ask: each API, or the one proxy in front of them."""

    @property
    def database_url(self) -> str:
        """Past all proxies: what the judge reads."""

    @property
    def kafka(self) -> Kafka: ...

    @property
    def keys(self) -> Path: ...

    @property
    def disk(self) -> Path:
        """The file system that Postgres writes to."""

    def names(self, kind: str) -> list[str]:
        """All whose name begins so."""

    def leader(self, kind: str) -> str:
        """Who leads now, of `postgres` or `redis`."""

    def links(self, to: str, of: str = "") -> list[Link]:
        """The ways to a server, of the processes whose name begins with `of`."""

    def kill(self, name: str) -> None:
        """As `kill -9`; it stays down until it is started."""

    async def restart(self, name: str) -> None:
        """In order, as an upgrade does; returns when it is ready."""

    def freeze(self, name: str) -> None: ...

    def thaw(self, name: str) -> None: ...

    def start(self, name: str, *through: str) -> None: ...
