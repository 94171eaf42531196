"""One statement on a connection of its own, so that fields may be read side by side."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

Rows: TypeAlias = Select[*tuple[Any, ...]]  # whatever their columns are


async def fetch(engine: AsyncEngine, rows: Rows) -> Sequence[Row[Any]]:
    async with engine.connect() as db:
        read: Sequence[Row[Any]] = (await db.execute(rows)).all()
        return read


async def count(engine: AsyncEngine, rows: Rows) -> int:
    async with engine.connect() as db:
        counted = select(func.count()).select_from(rows.subquery())
        return (await db.execute(counted)).scalar_one()
