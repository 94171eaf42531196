"""The payment sandbox: a stand-in for Stripe, with secrets of this data folder."""

import secrets
import sys
from pathlib import Path

from runtime.private_files import write_private
from stack.embedded.data_folder import DataFolder
from stack.embedded.ports import LOOPBACK, has_page
from stack.embedded.server import Server


class Sandbox(Server):
    name = "Sandbox"

    def __init__(self, folder: DataFolder, webhook_url: str) -> None:
        super().__init__(folder.logs, folder.lock)
        self._webhook_url = webhook_url
        self._data = folder.path / "sandbox"
        self._data.mkdir(mode=0o700, exist_ok=True)
        self._secrets = secrets_of_clients(self._data)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port.number}"

    def environment_of_clients(self) -> dict[str, str]:
        return self._secrets | {
            "PAYMENT_PROVIDER": "sandbox",  # for commands that find the run
            "STRIPE_API_URL": self.url,
        }

    def command(self) -> list[str]:
        given = arguments(self._data, self.port.number, self._webhook_url)
        return [sys.executable, *given]

    def answers(self) -> bool:
        return has_page("/faults", self.port.number)


def arguments(data: Path, port: int, webhook_url: str) -> list[str]:
    """Without secrets, because all users can read the arguments of a process."""
    address = ["--host", LOOPBACK, "--port", str(port)]
    return ["-m", "sandbox", str(data), *address, "--webhook-url", webhook_url]


def secrets_of_clients(data: Path) -> dict[str, str]:
    """Also the sandbox's own: it reads their files."""
    return {
        # The key of a test, by its form: no program takes it for one of live money.
        "STRIPE_SECRET_KEY": secret(data / "secret-key", "sk_test_"),
        "STRIPE_WEBHOOK_SECRET": secret(data / "webhook-secret", "whsec_"),
    }


def secret(file: Path, prefix: str) -> str:
    """Made once: payments of an earlier run are still good in this one."""
    if not file.exists():
        write_private(file, prefix + secrets.token_urlsafe(24))
    return file.read_text("ascii")
