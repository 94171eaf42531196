"""One connection for each statement, so that fields can be read in parallel."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, Select, TextClause, func, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

from persistence.key_value.catalog_cache import Load, Value
from persistence.outages import is_unavailable
from persistence.postgres.engine import reading
from persistence.postgres.replica import Replica
from telemetry.sale_metrics import READ_FROM_PRIMARY, READ_FROM_REPLICA

Rows: TypeAlias = Select[*tuple[Any, ...]]  # whatever their columns are


class ReadCache(Protocol):
    """See RedisCatalogCache."""

    async def since(self) -> int | None: ...

    async def by_id(
        self,
        kind: str,
        ids: Sequence[UUID],
        values: TypeAdapter[Value],
        load: Load[Value],
    ) -> dict[UUID, Value]: ...

    async def page(
        self,
        name: str,
        values: TypeAdapter[Value],
        load: Callable[[int | None], Awaitable[Value]],
    ) -> Value: ...


class Reader:
    """Reads from the replica if it has replayed enough, else from the primary.

    `since` is the position that the replica must have reached; None: only the primary
    may be read.
    """

    def __init__(self, primary: AsyncEngine, replica: Replica | None = None) -> None:
        # Each query is one statement: BEGIN and ROLLBACK around it would be two more.
        self._primary = primary.execution_options(isolation_level="AUTOCOMMIT")
        self._replica = replica

    async def fetch(
        self, rows: Rows | TextClause, since: int | None = None
    ) -> Sequence[RowMapping]:
        if self._replica and since is not None and self._replica.has_replayed(since):
            try:
                read = await _read(self._replica.engine, rows)
            except Exception as error:
                if not is_unavailable(error):
                    raise
                self._replica.mark_unavailable(error)
            else:
                READ_FROM_REPLICA.inc()
                return read
        READ_FROM_PRIMARY.inc()
        return await _read(self._primary, rows)

    async def by_id(
        self,
        table: type[SQLModel],
        value: Callable[[RowMapping], Value],
        ids: Sequence[UUID],
        since: int | None,
    ) -> dict[UUID, Value]:
        """The rows of the table with these ids, as values."""
        rows: Rows = select(table)
        found = rows.where(rows.selected_columns["id"].in_(ids))
        return {row["id"]: value(row) for row in await self.fetch(found, since)}

    async def count(self, rows: Rows, since: int | None = None) -> int:
        counted = select(func.count().label("count")).select_from(rows.subquery())
        [row] = await self.fetch(counted, since)
        return int(row["count"])


async def _read(engine: AsyncEngine, rows: Rows | TextClause) -> Sequence[RowMapping]:
    async with reading(engine) as db:
        return (await db.execute(rows)).mappings().all()
