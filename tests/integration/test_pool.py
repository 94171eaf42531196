"""Connections that are closed in doubt, and callers cancelled at any moment."""

import asyncio
import random
from urllib.parse import urlsplit

import asyncpg
import pytest

from domain.errors import TooManyAtOnceError
from persistence.postgres import pool as pool_module
from persistence.postgres.pool import Pool, open_pool
from stack.embedded.ports import ReservedPort
from tests.support.metric_growth import growing
from tests.support.polling import eventually

SLEEP = "SELECT pg_sleep(0.0005)"
ALONE = """FROM pg_stat_activity
WHERE query LIKE '%/* alone */%' AND pid <> pg_backend_pid() AND state = 'active'"""


async def backend(pool: Pool) -> int:
    return int(await pool.fetchval("SELECT pg_backend_pid()"))


@pytest.fixture
async def single(database_url: str) -> Pool:
    return await open_pool(database_url, max_size=1, name="tests", patience=0.5)


async def test_a_cancelled_caller_ends_cancelled_and_leaves_the_pool_whole(
    database_url: str,
) -> None:
    pool = await open_pool(database_url, max_size=3, name="tests")
    dice = random.Random(5)

    async def ask_for_ever() -> None:
        while True:
            await pool.fetch(SLEEP)

    for _ in range(200):
        callers = [asyncio.create_task(ask_for_ever()) for _ in range(4)]
        await asyncio.sleep(dice.uniform(0, 0.004))
        for caller in callers:
            caller.cancel()
        await asyncio.wait(callers, timeout=30)
        assert all(caller.cancelled() for caller in callers)

    assert await asyncio.gather(*(pool.fetchval("SELECT 1") for _ in range(9))) == (
        [1] * 9
    )
    assert pool.get_size() <= 3
    await pool.close()


async def test_an_abandoned_statement_goes_on_in_the_server(
    database_url: str, pool: Pool
) -> None:
    """A cancel at a COMMIT would acknowledge what only one server has."""
    single = await open_pool(database_url, max_size=1, name="tests", patience=60)
    caller = asyncio.create_task(single.execute("SELECT pg_sleep(50) /* alone */"))

    async def is_running() -> bool:
        return bool(await pool.fetchval(f"SELECT count(*) {ALONE}"))

    await eventually(is_running)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)

    assert await is_running()
    await pool.execute(f"SELECT pg_terminate_backend(pid) {ALONE}")
    await single.close()


async def test_a_caller_that_waits_too_long_for_a_connection_gets_a_timeout(
    single: Pool,
) -> None:
    async with single.acquire():
        with pytest.raises(TimeoutError):
            await single.fetchval("SELECT 1")

    assert await single.fetchval("SELECT 1") == 1
    await single.close()


async def test_a_burst_waits_for_connections_as_long_as_others_get_answers(
    single: Pool,
) -> None:
    """Together they take several times the patience of each of them."""
    burst = [single.fetchval("SELECT 1 FROM pg_sleep(0.05)") for _ in range(40)]

    assert await asyncio.gather(*burst) == [1] * 40
    await single.close()


async def test_a_caller_that_gives_up_is_no_progress_for_those_that_wait(
    single: Pool,
) -> None:
    await single.fetchval("SELECT 1")
    before = single.answered

    with pytest.raises(asyncpg.QueryCanceledError):  # by the server: it is an answer
        await single.execute("SELECT pg_sleep(1)")
    asked = asyncio.create_task(single.execute("SELECT pg_sleep(0.3)"))
    await asyncio.sleep(0.05)
    asked.cancel()
    await asyncio.wait([asked])

    assert single.answered == before + 1
    await single.close()


async def test_too_many_callers_are_refused_at_once(
    single: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "WAITING_LIMIT", 2)
    async with single.acquire():
        waiting = [asyncio.create_task(single.fetchval("SELECT 1")) for _ in range(2)]
        await asyncio.sleep(0)
        with (
            growing("cinema_rate_limited_total", 1, what="connections"),
            pytest.raises(TooManyAtOnceError),
        ):
            await single.fetchval("SELECT 1")
        waiting[0].cancel()
        await asyncio.wait(waiting[:1])
        waiting.append(asyncio.create_task(single.fetchval("SELECT 1")))
        await asyncio.sleep(0)

    assert await asyncio.gather(*waiting[1:]) == [1, 1]
    await single.close()


async def test_a_read_only_connection_is_not_used_again(single: Pool) -> None:
    before = await backend(single)
    await single.execute("SET default_transaction_read_only = on")

    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await single.execute("CREATE TABLE never (id int)")

    assert await backend(single) != before
    await single.close()


async def test_an_error_of_a_statement_leaves_the_connection_open(single: Pool) -> None:
    before = await backend(single)

    with pytest.raises(asyncpg.UndefinedTableError):
        await single.fetch("SELECT FROM nowhere")

    assert await backend(single) == before
    await single.close()


async def test_all_connections_are_open_before_the_first_crowd(
    database_url: str,
) -> None:
    pool = await open_pool(database_url, max_size=5, name="tests", opened=5)

    assert (pool.get_size(), pool.get_idle_size()) == (5, 5)
    await pool.close()


async def test_an_unavailable_server_is_connected_later() -> None:
    unused = ReservedPort()
    url = f"postgresql://tests@127.0.0.1:{unused.number}/tests"
    pool = await open_pool(url, max_size=5, name="tests", patience=0.5, opened=5)

    assert pool.get_idle_size() == 0
    unused.close()
    await pool.close()


async def test_a_wrong_password_is_an_error_at_the_start(database_url: str) -> None:
    url = urlsplit(database_url)
    wrong = url._replace(netloc=f"{url.username}:wrong@{url.netloc.split('@')[1]}")

    with pytest.raises(asyncpg.InvalidPasswordError):
        await open_pool(wrong.geturl(), max_size=1, name="tests")


async def test_a_password_of_any_characters_may_stand_beside_the_url(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Kubernetes, where nothing escapes a password that gets into a URL."""
    admin = await open_pool(database_url, max_size=1, name="tests")
    await admin.execute("CREATE ROLE apart LOGIN PASSWORD 'p@ss:/?#%41 w''ord'")
    parts = urlsplit(database_url)
    host = parts.netloc.rpartition("@")[2]
    monkeypatch.setenv("PGPASSWORD", "p@ss:/?#%41 w'ord")

    try:
        pool = await open_pool(
            parts._replace(netloc=f"apart@{host}").geturl(), max_size=1, name="tests"
        )
        assert await pool.fetchval("SELECT current_user") == "apart"
        await pool.close()
    finally:
        await admin.execute("DROP ROLE apart")
        await admin.close()
