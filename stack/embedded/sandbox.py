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
        # The key of a test, by its form: no program takes it for one of live money.
        self._key = secret(self._data / "secret-key", "sk_test_")
        self._webhook_secret = secret(self._data / "webhook-secret", "whsec_")

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port.number}"

    def environment_of_clients(self) -> dict[str, str]:
        return {
            "PAYMENT_PROVIDER": "sandbox",  # for commands that find the run
            "STRIPE_API_URL": self.url,
            "STRIPE_SECRET_KEY": self._key,
            "STRIPE_WEBHOOK_SECRET": self._webhook_secret,
        }

    def command(self) -> list[str]:
        """Without secrets, because all users can read the arguments of a process."""
        command = [sys.executable, "-m", "sandbox", str(self._data)]
        command += ["--host", LOOPBACK, "--port", str(self.port.number)]
        return [*command, "--webhook-url", self._webhook_url]

    def answers(self) -> bool:
        return has_page("/faults", self.port.number)


def secret(file: Path, prefix: str) -> str:
    """Made once: payments of an earlier run are still good in this one."""
    if not file.exists():
        write_private(file, prefix + secrets.token_urlsafe(24))
    return file.read_text("ascii")
