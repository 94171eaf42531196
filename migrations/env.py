"""Alembic's entry: runs the versions against DATABASE_URL, in one transaction each."""

import asyncio
from functools import partial

from alembic import context
from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from persistence.postgres.connection import connect
from persistence.postgres.engine import DIALECT
from persistence.tables import metadata

TURN = 20_261_125  # any number that nothing else in the database waits for


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_run() -> None:
    where = partial(connect, context.config.attributes["database_url"])
    engine = create_async_engine(DIALECT, async_creator=where, poolclass=NullPool)
    async with engine.connect() as db:
        # Until the connection ends: two that start at once migrate one after the other.
        await db.execute(select(func.pg_advisory_lock(TURN)))
        await db.commit()
        await db.run_sync(run)
    await engine.dispose()


asyncio.run(connect_and_run())
