"""The embedded environment, or all of the cluster, with a payment sandbox beside it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pytest
import yaml

from stack.cluster.control import Control
from stack.cluster.host_mapping import HostPorts
from stack.cluster.run import COMPOSE_FILE
from stack.embedded.data_folder import DataFolder
from stack.embedded.sandbox import Sandbox
from tests.cluster.embedded import EmbeddedEnvironment
from tests.cluster.environment import Environment
from tests.cluster.proxy import Link
from tests.cluster.real_cluster import ClusterEnvironment, real_cluster
from tests.support.run import RunUnderTest

# Short, so that money comes late within a run.
TERMS = {"HOLD_SECONDS": "10", "CHECKOUT_SECONDS": "30"}
PROGRAMS = ("python -m app serve", "python -m app worker")
POSTGRES = ("postgres-1", "postgres-2")


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
    """Its events go through NGINX, its statements through proxies of ours."""

    def __init__(
        self, run: RunUnderTest, control: Control, proxies: Sequence[Link]
    ) -> None:
        super().__init__(run, control)
        self._proxies = proxies

    def links(self, to: str, of: str = "") -> list[Link]:
        return [
            link
            for link in self._proxies
            if to == "postgres" and link.owner.startswith(of)
        ]

    @property
    def sandbox_url(self) -> str:
        return self.settings["STRIPE_API_URL"]


@asynccontextmanager
async def cluster_with_sandbox(folder: Path) -> AsyncIterator[ClusterMoney]:
    """The compose file as it is, but for `TERMS` and proxies in front of Postgres.

    Without the demo data.
    """
    document = yaml.safe_load(COMPOSE_FILE.read_text("utf-8"))
    programs = {
        name: service
        for name, service in document["services"].items()
        if service.get("command") in PROGRAMS
    }
    proxies = await _proxies(folder, programs)
    for service in programs.values():
        service["environment"] |= TERMS
    file = folder.with_suffix(".yml")
    file.write_text(yaml.safe_dump(document), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAYMENT_PROVIDER", "sandbox")
        patch.setenv("DEMO_DATA", "false")
        connect = partial(ClusterMoney, proxies=proxies)
        try:
            async with real_cluster(folder, connect, file) as cluster:
                yield cluster
        finally:
            for proxy in proxies:
                await proxy.close()


async def _proxies(folder: Path, programs: Mapping[str, Any]) -> list[Link]:
    """One from each program to each Postgres, which the program then goes through."""
    with DataFolder(folder):  # as the cluster makes it
        ports, proxies = HostPorts(folder / "ports.json", {}), []
    for name, service in programs.items():
        settings = dict(service["environment"])
        for server in POSTGRES:
            proxy = Link(name, ports(server, 5432), postgres=True)
            await proxy.open()
            settings["DATABASE_URL"] = settings["DATABASE_URL"].replace(
                f"{server}:5432", f"127.0.0.1:{proxy.port}"
            )
            proxies.append(proxy)
        service["environment"] = settings
    ports.close()  # the cluster reads the file, and takes the same
    return proxies


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
