"""Who waits for a group of holds, for how long, and which group each one comes with."""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.ports import Hold, IdempotencyKey, Wanted
from persistence.sales import hold_sql
from persistence.sales.grouped_calls import grouped_hold
from persistence.sales.statement_groups import (
    GROUP_LIMIT,
    GROUPS_UNDER_WAY,
    StatementGroups,
)

KEY = IdempotencyKey("reserveSeats", "again", b"input")


class Statement:
    """One that is under way: the test answers it."""

    def __init__(self, sql: str, holds: Sequence[dict[str, Any]]) -> None:
        self.alone = sql == hold_sql.HOLD
        self.holds = holds
        self.rows: asyncio.Future[list[Any]] = asyncio.Future()

    @property
    def seats(self) -> list[str]:
        return [seat for hold in self.holds for seat in hold["seat_ids"]]

    def answer(self) -> None:
        rows = [{"member_id": UUID(hold["id"]), "found": True} for hold in self.holds]
        self.rows.set_result(rows)


class Server:
    def __init__(self) -> None:
        self.under_way: deque[Statement] = deque()

    async def fetch(self, sql: str, holds: Sequence[dict[str, Any]]) -> list[Any]:
        statement = Statement(sql, holds)
        self.under_way.append(statement)
        return await statement.rows

    async def next(self) -> Statement:
        while not self.under_way:  # noqa: ASYNC110 # the loop is all there is
            await asyncio.sleep(0)
        return self.under_way.popleft()


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def groups(server: Server) -> StatementGroups:
    return StatementGroups(server, hold_sql.HOLD_GROUP, hold_sql.HOLD)  # type: ignore[arg-type] # as much of a pool as it needs


def holding(
    *seats: UUID, customer: UUID | None = None, key: IdempotencyKey | None = None
) -> Hold:
    return Hold(
        reservation_id=uuid4(),
        customer_id=customer or uuid4(),
        wanted=Wanted(session_id=uuid4(), seat_ids=seats),
        period=timedelta(seconds=30),
        key=key,
    )


async def begin(groups: StatementGroups, *holds: Hold) -> list[asyncio.Task[Any]]:
    calls = [
        asyncio.create_task(groups.decide(grouped_hold(hold, (None, None))))
        for hold in holds
    ]
    for _ in range(5):
        await asyncio.sleep(0)
    return calls


async def keep_busy(
    groups: StatementGroups, server: Server
) -> tuple[list[Statement], list[asyncio.Task[Any]]]:
    """As many groups as may be under way, of one hold each."""
    calls = [
        call
        for _ in range(GROUPS_UNDER_WAY)
        for call in await begin(groups, holding(uuid4()))
    ]
    return [await server.next() for _ in range(GROUPS_UNDER_WAY)], calls


async def test_what_gathers_while_groups_are_under_way_is_the_next_one(
    groups: StatementGroups, server: Server
) -> None:
    busy, calls = await keep_busy(groups, server)
    seats = [uuid4() for _ in range(GROUP_LIMIT + 5)]
    calls += await begin(groups, *map(holding, seats))
    assert not server.under_way

    busy[1].answer()
    first = await server.next()
    first.answer()
    second = await server.next()
    second.answer()

    assert first.seats + second.seats == [str(seat) for seat in seats]
    assert len(first.holds) == GROUP_LIMIT
    busy[0].answer()
    busy[2].answer()
    await asyncio.gather(*calls)


async def test_one_that_does_not_fit_comes_first_in_the_next_group(
    groups: StatementGroups, server: Server
) -> None:
    busy, calls = await keep_busy(groups, server)
    seat, ana = uuid4(), uuid4()
    seats = [uuid4() for _ in range(2 * GROUP_LIMIT)]
    calls += await begin(
        groups,
        holding(seat),
        holding(seat),
        holding(seats[0], customer=ana, key=KEY),
        holding(seats[1], customer=ana, key=KEY),
        *map(holding, seats[2:]),
    )

    for statement in busy:
        statement.answer()
    first, second = await server.next(), await server.next()

    assert len(first.holds) == GROUP_LIMIT - 2
    assert second.seats[:2] == [str(seat), str(seats[1])]
    for statement in (first, second, await server.next()):
        statement.answer()
    await asyncio.gather(*calls)


async def test_a_time_out_is_not_for_those_behind_whom_others_are_answered(
    groups: StatementGroups, server: Server
) -> None:
    busy, calls = await keep_busy(groups, server)
    waiting = await begin(groups, holding(uuid4()), holding(uuid4()))

    busy[0].answer()
    group = await server.next()
    waiting += await begin(groups, holding(uuid4()))
    busy[1].rows.set_exception(TimeoutError())
    (await server.next()).answer()
    group.answer()
    busy[2].answer()

    await asyncio.gather(*waiting, calls[0], calls[2])
    with pytest.raises(TimeoutError):
        await calls[1]


async def test_a_time_out_is_for_all_when_nobody_is_answered(
    groups: StatementGroups, server: Server
) -> None:
    busy, calls = await keep_busy(groups, server)
    waiting = await begin(groups, holding(uuid4()), holding(uuid4()))

    busy[0].rows.set_exception(TimeoutError())

    with pytest.raises(TimeoutError):
        await calls[0]
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert list(map(type, outcomes)) == [TimeoutError] * 2
    for statement in busy[1:]:
        statement.answer()
    await asyncio.gather(*calls[1:])


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (asyncpg.UniqueViolationError, True),
        (asyncpg.DivisionByZeroError, True),
        (asyncpg.DeadlockDetectedError, True),
        (asyncpg.StatementCompletionUnknownError, False),
        (asyncpg.ConnectionDoesNotExistError, False),
        (asyncpg.DiskFullError, False),
        (asyncpg.QueryCanceledError, False),
        (ConnectionResetError, False),
    ],
)
async def test_members_go_alone_only_after_an_error_that_one_may_have_caused(
    groups: StatementGroups, server: Server, error: type[Exception], *, again: bool
) -> None:
    calls = await begin(groups, holding(uuid4()), holding(uuid4()))

    (await server.next()).rows.set_exception(error("test"))
    if again:
        for statement in (await server.next(), await server.next()):
            assert statement.alone
            statement.answer()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)

    assert [isinstance(outcome, error) for outcome in outcomes] == [not again] * 2
    assert not server.under_way
