"""Holds of one process that wait at the same moment share a statement and its commit.

A group is what has gathered while others were under way: nobody waits for a group to
fill. ADR 49 has the invariants.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass
from typing import Any

import asyncpg

from domain.errors import TooManyAtOnceError
from domain.ports import Hold
from persistence.postgres.pool import WAITING_LIMIT, Pool
from persistence.sales import hold_sql as sql
from telemetry import origin
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
Origin = tuple[str | None, str | None]  # id and trace of a request


@dataclass(slots=True, eq=False)
class WaitingHold:
    hold: Hold
    origin: Origin
    context: Context
    row: "asyncio.Future[asyncpg.Record]"

    def asked(self) -> dict[str, Any]:
        return columns(self.hold, self.origin)

    def fail(self, error: Exception) -> None:
        if not self.row.done():  # else its caller was cancelled
            self.row.set_exception(error)

    def succeed(self, row: asyncpg.Record) -> None:
        if not self.row.done():
            self.row.set_result(row)


def columns(hold: Hold, origin: Origin) -> dict[str, Any]:
    """What the statement takes of a hold."""
    key, expected = hold.key, hold.wanted.expected
    request_id, trace_parent = origin
    return {
        "id": str(hold.reservation_id),
        "session_id": str(hold.wanted.session_id),
        "customer_id": str(hold.customer_id),
        "seat_ids": [str(seat_id) for seat_id in hold.wanted.seat_ids],
        "seconds": hold.period.total_seconds(),
        "operation": key and key.operation,
        "key": key and key.key,
        "input_hash": key and key.input_hash.hex(),
        "starts_at": expected.starts_at and expected.starts_at.isoformat(),
        "amount_minor": expected.total and expected.total.amount_minor,
        "total_currency": expected.total and expected.total.currency,
        "request_id": request_id,
        "trace_parent": trace_parent,
    }


class HoldGroups:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._waiting: deque[WaitingHold] = deque()
        self._groups: set[asyncio.Task[None]] = set()
        self._singles: set[asyncio.Task[None]] = set()
        self._answered = 0  # groups

    async def hold(self, hold: Hold) -> asyncpg.Record:
        """The hold's row of the statement. Raises what Postgres raises for it alone.

        After another error the outcome is unknown, for all members of its group.
        """
        if len(self._waiting) >= WAITING_LIMIT:
            RATE_LIMITED.labels("connections").inc()
            raise TooManyAtOnceError
        loop = asyncio.get_running_loop()
        waiting = WaitingHold(
            hold, origin.of_event(), copy_context(), loop.create_future()
        )
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

    def _next_group(self) -> list[WaitingHold]:
        """Holds that cannot affect each other: no seat and no key is in it twice."""
        group: list[WaitingHold] = []
        taken: set[object] = set()
        later: list[WaitingHold] = []
        while self._waiting and len(group) + len(later) < GROUP_LIMIT:
            waiting = self._waiting.popleft()
            if waiting.row.done():
                continue
            hold = waiting.hold
            wants = {*hold.wanted.seat_ids, (hold.customer_id, hold.key)}
            if hold.key is None:
                wants.remove((hold.customer_id, None))
            if taken.isdisjoint(wants):
                taken |= wants
                group.append(waiting)
            else:
                later.append(waiting)
        self._waiting.extendleft(reversed(later))
        return group

    async def _send(self, group: Sequence[WaitingHold]) -> None:
        before = self._answered
        try:
            rows = await self._pool.fetch(
                sql.HOLD_GROUP, [waiting.asked() for waiting in group]
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
        decided = {row["hold_id"]: row for row in rows if row["found"]}
        for waiting in group:
            if row := decided.get(waiting.hold.reservation_id):
                waiting.succeed(row)
            elif not waiting.row.done():
                self._start(self._send_alone(waiting), waiting.context, self._singles)

    async def _send_alone(self, waiting: WaitingHold) -> None:
        """Of a group that failed, or not found: its rows may be locked by somebody."""
        try:
            [row] = await self._pool.fetch(sql.HOLD, [waiting.asked()])
        except Exception as error:  # noqa: BLE001 # its caller gets it
            waiting.fail(error)
        else:
            waiting.succeed(row)
