"""The embedded environment with a payment sandbox beside it."""

import asyncio
import os
import sys
from datetime import date

from stack.embedded.data_folder import DataFolder
from stack.embedded.sandbox import Sandbox
from tests.cluster.embedded import EmbeddedEnvironment

# Short, so that money comes late within a run.
HOLD_SECONDS, CHECKOUT_SECONDS = 10, 30


class MoneyEnvironment(EmbeddedEnvironment):
    """Its events go to the first API; they are sent again while that one is down."""

    def __init__(self, folder: DataFolder) -> None:
        super().__init__(folder)
        self._sandbox = Sandbox(folder, f"{self.urls[0]}/webhooks/stripe")
        self._servers["sandbox"] = self._sandbox

    @property
    def sandbox_url(self) -> str:
        return self._sandbox.url

    async def differences(self, day: date) -> list[str]:
        """What `app money` prints, if the provider's report differs from our rows."""
        compared = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app", "money", day.isoformat()),
            env={
                **os.environ,
                **self._settings(next(iter(self._ports))),
                "DATABASE_URL": self.database_url,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await compared.communicate()
        return printed.decode().splitlines() if compared.returncode else []

    def _settings(self, name: str) -> dict[str, str]:
        return {
            **super()._settings(name),
            **self._sandbox.environment_of_clients(),
            "HOLD_SECONDS": str(HOLD_SECONDS),
            "CHECKOUT_SECONDS": str(CHECKOUT_SECONDS),
        }
