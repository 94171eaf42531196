"""Postgres and Kafka for the commands that read both."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable

from aiokafka.errors import KafkaError

from app.settings import Settings
from app.wiring import open_for_command
from persistence.postgres.pool import Pool
from realtime.broker import Kafka
from runtime import run_file
from runtime.errors import CommandError

Main = Callable[[Pool, Kafka], Awaitable[None]]


def run_with_servers(main: Main) -> None:
    """Finds them by the environment, or by the run in DATA_DIR."""
    asyncio.run(_run(main))


async def _run(main: Main) -> None:
    os.environ.update(run_file.environment(os.environ))
    async with open_for_command(Settings.load()) as (pool, broker):
        try:
            await main(pool, broker)
        except KafkaError as error:
            raise CommandError(f"The broker cannot be reached: {error!r}.") from error


def as_json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, default=str, ensure_ascii=False, indent=indent)
