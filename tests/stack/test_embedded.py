"""The embedded servers themselves."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError

from stack.embedded import ports
from stack.embedded.broker import Broker
from stack.embedded.data_folder import DataFolder
from stack.embedded.postgres import Postgres
from stack.embedded.server import Server
from stack.embedded.valkey import Valkey
from tests.stack.queries import numbers_in
from tests.support.embedded import EmbeddedStack, embedded_stack

ROOT = Path(__file__).parents[2]
needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can become another"
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    with embedded_stack(tmp_path_factory.mktemp("embedded")) as started:
        yield started


class TestPostgres:
    async def test_keeps_what_was_committed_before_a_kill(
        self, stack: EmbeddedStack
    ) -> None:
        await numbers_in(stack.database_url, "CREATE TABLE kept (number int)")
        await numbers_in(stack.database_url, "INSERT INTO kept VALUES (7)")
        url = stack.database_url

        stack.postgres.kill()
        stack.postgres.start()

        assert stack.database_url == url
        assert await numbers_in(url, "SELECT number FROM kept") == [7]

    async def test_is_postgres_18_and_syncs(self, stack: EmbeddedStack) -> None:
        wanted = "('fsync', 'synchronous_commit', 'full_page_writes')"
        db = await asyncpg.connect(stack.database_url)
        version = db.get_server_version()
        rows = await db.fetch(
            f"SELECT setting FROM pg_settings WHERE name IN {wanted}"  # noqa: S608
        )
        await db.close()

        assert version.major == 18
        assert [row[0] for row in rows] == ["on", "on", "on"]

    async def test_asks_for_its_password(self, stack: EmbeddedStack) -> None:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(
                host="127.0.0.1",
                port=stack.postgres.port,
                user="cinema",
                password="wrong",
                database="postgres",
                ssl=False,
            )

    async def test_freezes_and_goes_on(self, stack: EmbeddedStack) -> None:
        db = await asyncpg.connect(stack.database_url)
        stack.postgres.pause()

        with pytest.raises(TimeoutError):
            await db.fetchval("SELECT 1", timeout=0.05)
        stack.postgres.resume()

        assert await numbers_in(stack.database_url, "SELECT 2") == [2]
        db.terminate()


class TestValkey:
    async def test_asks_for_its_password(self, stack: EmbeddedStack) -> None:
        once = Retry(NoBackoff(), 0)
        async with Redis(port=stack.valkey.port, retry=once) as stranger:
            with pytest.raises(AuthenticationError):
                await stranger.get("seat")

    async def test_starts_again_on_its_port(self, stack: EmbeddedStack) -> None:
        url = stack.redis_url
        stack.valkey.stop()
        stack.valkey.start()

        assert stack.redis_url == url
        async with Redis.from_url(url) as redis:
            assert await redis.ping() is True


def test_the_broker_starts_again_on_its_port(stack: EmbeddedStack) -> None:
    address = stack.kafka_bootstrap

    stack.broker.stop()
    assert ports.ask(stack.broker.port, b"") is None
    stack.broker.start()

    assert stack.kafka_bootstrap == address


class TestPorts:
    def test_a_reserved_port_is_nobody_elses(self) -> None:
        reserved = ports.ReservedPort()

        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", reserved.number))
        assert ports.is_free("127.0.0.1", reserved.number)
        reserved.close()

    @pytest.mark.parametrize("kind", [Postgres, Valkey, Broker])
    def test_a_server_that_was_beaten_to_its_port_takes_another(
        self,
        kind: type[Postgres] | type[Valkey] | type[Broker],
        folder: DataFolder,
    ) -> None:
        beaten: Server = kind(folder)
        if isinstance(beaten, Postgres):
            beaten.create()
        with socket.socket() as thief:
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            thief.bind(("127.0.0.1", beaten.port.number))
            thief.listen()
            beaten.start()
            beaten.wait_until_ready()

            assert beaten.port.number != thief.getsockname()[1]
            assert ports.ask(beaten.port.number, b"") == b""
        beaten.kill()
        beaten.port.close()
