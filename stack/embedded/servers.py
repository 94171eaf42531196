"""The embedded servers together."""

import time
from collections.abc import Callable

from stack.embedded.broker import Broker
from stack.embedded.child_process import Pause
from stack.embedded.data_folder import DataFolder
from stack.embedded.postgres import Postgres
from stack.embedded.sandbox import Sandbox
from stack.embedded.server import Server
from stack.embedded.valkey import Valkey


class EmbeddedServers:
    def __init__(
        self,
        folder: DataFolder,
        postgres: Postgres | None = None,
        sandbox: Sandbox | None = None,
    ) -> None:
        self.folder = folder
        self.postgres = postgres or Postgres(folder)
        self.valkey = Valkey(folder)
        self.broker = Broker(folder)
        self.sandbox = sandbox
        self.servers: list[Server] = [self.postgres, self.valkey, self.broker]
        if sandbox is not None:
            self.servers.append(sandbox)

    def environment(self) -> dict[str, str]:
        """Settings with their addresses; final once the servers have started."""
        return {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "REDLOCK_URLS": self.valkey.url,
            **self.broker.environment_of_clients(),
            **(self.sandbox.environment_of_clients() if self.sandbox else {}),
        }

    def start(
        self,
        pause: Pause = time.sleep,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Starts all at once, returns when all answer; raises CommandError."""
        self.valkey.start()
        self.broker.start()
        if self.sandbox is not None:
            self.sandbox.start()
        if not self.postgres.exists():
            say("Creating the database (the first time only) ...")
            self.postgres.create(pause)
        self.postgres.start()
        for server in self.servers:
            server.wait_until_ready(pause)

    def stop(self, pause: Pause = time.sleep) -> None:
        for server in self.servers:
            server.signal(server.stop_signal)
        for server in self.servers:
            server.wait_until_ended(pause)

    def kill(self) -> None:
        for server in self.servers:
            server.kill()

    def close(self) -> None:
        """Releases the ports."""
        for server in self.servers:
            server.port.close()
