"""Calls of one process that wait at the same moment share a statement and its commit.

A group is what has gathered while others were under way: nobody waits for a group to
fill. ADR 49 has the invariants.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from domain.errors import TooManyAtOnceError
from persistence.postgres.pool import WAITING_LIMIT, Pool
from telemetry.sale_metrics import RATE_LIMITED

GROUP_LIMIT = 32
GROUPS_UNDER_WAY = 3
# Postgres has answered that nothing happened, and one member may be the cause.
ROLLED_BACK = (
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.DataError,
    asyncpg.DeadlockDetectedError,
)
TIMED_OUT = (TimeoutError, asyncpg.QueryCanceledError)


@dataclass(frozen=True, slots=True)
class GroupedCall:
    id: UUID  # of its row in the answer
    columns: dict[str, Any]  # what the statement takes of it
    wants: frozenset[object]  # no two members of a group want the same


@dataclass(slots=True, eq=False)
class _Waiting:
    call: GroupedCall
    context: Context
    row: "asyncio.Future[asyncpg.Record]"

    def fail(self, error: Exception) -> None:
        if not self.row.done():  # else its caller was cancelled
            self.row.set_exception(error)

    def succeed(self, row: asyncpg.Record) -> None:
        if not self.row.done():
            self.row.set_result(row)


class StatementGroups:
    """`grouped` waits for no row, and says which members it has `found`.

    The others are decided by `alone`, which is the same statement with the waiting.
    Both take a list of members, and have a row with a `member_id` for each.
    """

    def __init__(self, pool: Pool, grouped: str, alone: str) -> None:
        self._pool = pool
        self._grouped = grouped
        self._alone = alone
        self._waiting: deque[_Waiting] = deque()
        self._groups: set[asyncio.Task[None]] = set()
        self._singles: set[asyncio.Task[None]] = set()
        self._answered = 0  # groups

    async def decide(self, call: GroupedCall) -> asyncpg.Record:
        """The member's row. Raises what Postgres raises for it alone.

        After another error the outcome is unknown, for all members of its group.
        """
        if len(self._waiting) >= WAITING_LIMIT:
            RATE_LIMITED.labels("connections").inc()
            raise TooManyAtOnceError
        loop = asyncio.get_running_loop()
        waiting = _Waiting(call, copy_context(), loop.create_future())
        if not self._waiting:
            loop.call_soon(self._send_groups)
        self._waiting.append(waiting)
        return await waiting.row

    def _send_groups(self) -> None:
        while len(self._groups) < GROUPS_UNDER_WAY and (group := self._next_group()):
            task = self._start(self._send(group), group[0].context, self._groups)
            task.add_done_callback(lambda _: self._send_groups())

    def _start(
        self,
        work: Coroutine[Any, Any, None],
        context: Context,
        tasks: "set[asyncio.Task[None]]",
    ) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work, context=context)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return task

    def _next_group(self) -> list[_Waiting]:
        """Members that cannot affect each other."""
        group: list[_Waiting] = []
        taken: set[object] = set()
        later: list[_Waiting] = []
        while self._waiting and len(group) + len(later) < GROUP_LIMIT:
            waiting = self._waiting.popleft()
            if waiting.row.done():
                continue
            if taken.isdisjoint(waiting.call.wants):
                taken |= waiting.call.wants
                group.append(waiting)
            else:
                later.append(waiting)
        self._waiting.extendleft(reversed(later))
        return group

    async def _send(self, group: Sequence[_Waiting]) -> None:
        before = self._answered
        try:
            rows = await self._pool.fetch(
                self._grouped, [waiting.call.columns for waiting in group]
            )
        except ROLLED_BACK:
            rows = []
        except Exception as error:  # noqa: BLE001 # each caller gets it
            failed = [*group]
            if isinstance(error, TIMED_OUT) and self._answered == before:
                # The others have waited for the same server.
                failed += self._waiting
                self._waiting.clear()
            for waiting in failed:
                waiting.fail(error)
            return
        self._answered += 1
        decided = {row["member_id"]: row for row in rows if row["found"]}
        for waiting in group:
            if row := decided.get(waiting.call.id):
                waiting.succeed(row)
            elif not waiting.row.done():
                self._start(self._send_alone(waiting), waiting.context, self._singles)

    async def _send_alone(self, waiting: _Waiting) -> None:
        """Of a group that failed, or not found: its rows may be locked by somebody."""
        try:
            [row] = await self._pool.fetch(self._alone, [waiting.call.columns])
        except Exception as error:  # noqa: BLE001 # its caller gets it
            waiting.fail(error)
        else:
            waiting.succeed(row)
