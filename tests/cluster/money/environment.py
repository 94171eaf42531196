"""The embedded environment, or all of the cluster, with a payment sandbox beside it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Protocol

import pytest
import yaml

from stack.cluster.run import COMPOSE_FILE
from stack.embedded.data_folder import DataFolder
from stack.embedded.sandbox import Sandbox
from tests.cluster.embedded import EmbeddedEnvironment
from tests.cluster.environment import Environment
from tests.cluster.real_cluster import ClusterEnvironment, real_cluster

# Short, so that money comes late within a run.
TERMS = {"HOLD_SECONDS": "10", "CHECKOUT_SECONDS": "30"}


class MoneyEnvironment(Environment, Protocol):
    @property
    def sandbox_url(self) -> str: ...

    @property
    def settings(self) -> Mapping[str, str]:
        """Of a command of ours, such as `app money`."""


class EmbeddedMoney(EmbeddedEnvironment):
    """Its events go to the first API; they are sent again while that one is down."""

    def __init__(self, folder: DataFolder) -> None:
        super().__init__(folder)
        self._sandbox = Sandbox(folder, f"{self.urls[0]}/webhooks/stripe")
        self._servers["sandbox"] = self._sandbox

    @property
    def sandbox_url(self) -> str:
        return self._sandbox.url

    @property
    def settings(self) -> Mapping[str, str]:
        first = self._settings(next(iter(self._ports)))
        return {**first, "DATABASE_URL": self.database_url}

    def _settings(self, name: str) -> dict[str, str]:
        ours = self._sandbox.environment_of_clients()
        return {**super()._settings(name), **ours, **TERMS}


class ClusterMoney(ClusterEnvironment):
    """Its events go through NGINX."""

    @property
    def sandbox_url(self) -> str:
        return self.settings["STRIPE_API_URL"]


@asynccontextmanager
async def cluster_with_sandbox(folder: Path) -> AsyncIterator[ClusterMoney]:
    """The compose file as it is, but for `TERMS`, and without the demo data."""
    document = yaml.safe_load(COMPOSE_FILE.read_text("utf-8"))
    for service in document["services"].values():
        if "python -m app" in service.get("command", ""):
            service["environment"] |= TERMS
    file = folder.with_suffix(".yml")
    file.write_text(yaml.safe_dump(document), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAYMENT_PROVIDER", "sandbox")
        patch.setenv("DEMO_DATA", "false")
        async with real_cluster(folder, ClusterMoney, file) as cluster:
            yield cluster


async def differences(environment: MoneyEnvironment, day: date) -> list[str]:
    """What `app money` prints, if the provider's report differs from our rows."""
    compared = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app", "money", day.isoformat()),
        env={**os.environ, **environment.settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await compared.communicate()
    return printed.decode().splitlines() if compared.returncode else []
