"""Postgres and Kafka for the commands that read both."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable

from aiokafka.errors import KafkaError

from app.kafka import kafka
from app.settings import Settings
from persistence.postgres.pool import Pool, open_pool
from realtime.broker import Kafka
from runtime import run_file
from runtime.errors import CommandError

Main = Callable[[Pool, Kafka], Awaitable[None]]


def run_with_servers(main: Main) -> None:
    """Finds them by the environment, or by the run in DATA_DIR."""
    asyncio.run(_run(main))


async def _run(main: Main) -> None:
    os.environ.update(run_file.environment(os.environ))
    settings = Settings.load()
    pool = await open_pool(settings.database_url, max_size=1, name="operator")
    try:
        await main(pool, kafka(settings))  # which it connects to when it needs it
    except KafkaError as error:
        raise CommandError(f"The broker cannot be reached: {error!r}.") from error
    finally:
        await pool.close()


def as_json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, default=str, ensure_ascii=False, indent=indent)
