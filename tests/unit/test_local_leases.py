"""A crowd on one seat in one process: one caller asks the servers, whatever happens."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from domain.errors import CustomerLimitError, PriceChangedError
from domain.money import Money
from domain.ports import Wanted
from domain.reservation import Reservation, ReservationStatus
from domain.seats import SeatStatus, SessionSeat
from persistence.key_value.script_batch import Script
from persistence.key_value.seat_locks import LOCK_MS, RedlockSeatLocks
from persistence.key_value.seat_scripts import ACQUIRE
from tests.support.slow_loop import be_busy, run_slowly

CROWD = 2_000
NOON = datetime(2026, 12, 24, 12, tzinfo=UTC)
PRICE = Money(2500, "BRL")
SEAT = SessionSeat(
    id=uuid4(), row="A", number=1, status=SeatStatus.HELD, version=2, price=PRICE
)
WANTED = Wanted(session_id=uuid4(), seat_ids=(SEAT.id,))
HELD = Reservation(
    id=uuid4(),
    session_id=WANTED.session_id,
    customer_id=uuid4(),
    status=ReservationStatus.PENDING,
    total=PRICE,
    created_at=NOON,
    expires_at=NOON + timedelta(seconds=30),
    seats=(SEAT,),
)


class LockNode:
    """Grants each lock, or the answers that it is given."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def run(self, script: Script, keys: Sequence[str], *_args: Any) -> Any:
        await asyncio.sleep(0)
        if script is not ACQUIRE:
            return None
        self.asked += 1
        return self.answers.pop(0) if self.answers else 1


class Crowd:
    """Callers of one process. `outcomes` counts what they got."""

    def __init__(self, node: LockNode) -> None:
        self.locks = RedlockSeatLocks([node])  # type: ignore[list-item] # what it needs
        self.decisions: list[Exception | None] = []  # None: the seat is held
        self.may_decide = asyncio.Event()
        self.at_postgres = 0

    async def call(self) -> str:
        try:
            async with self.locks.guard(WANTED) as lock:
                self.at_postgres += 1
                await self.may_decide.wait()
                self._decide()
                start = NOON + timedelta(hours=1)
                lock.mark_held(HELD, start, start)
        except Exception as error:  # noqa: BLE001 # each is an outcome
            return type(error).__name__
        return "held"

    def _decide(self) -> None:
        if self.decisions and (error := self.decisions.pop(0)):
            raise error

    async def outcomes(self, callers: int = CROWD) -> Counter[str]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.call()) for _ in range(callers)]
            for _ in range(20):
                be_busy(10)
                await asyncio.sleep(0)
            self.may_decide.set()
        return Counter(task.result() for task in tasks)


@pytest.mark.parametrize("callers", [2_000, 5_000])
def test_a_busy_loop_sends_nobody_to_postgres_without_a_lock(callers: int) -> None:
    async def storm() -> tuple[Counter[str], int, int]:
        node = LockNode()
        crowd = Crowd(node)
        return await crowd.outcomes(callers), crowd.at_postgres, node.asked

    outcomes, at_postgres, asked = run_slowly(storm())

    assert outcomes == {"held": 1, "SeatsUnavailableError": callers - 1}
    assert (at_postgres, asked) == (1, 1)


def test_any_refusal_is_the_answer_for_all_who_waited() -> None:
    async def storm() -> tuple[Counter[str], int]:
        crowd = Crowd(LockNode())
        crowd.decisions = [PriceChangedError(PRICE)]
        return await crowd.outcomes(), crowd.at_postgres

    assert run_slowly(storm()) == ({"PriceChangedError": CROWD}, 1)


def test_the_limit_of_a_customer_is_no_answer_for_the_others() -> None:
    async def storm() -> tuple[Counter[str], int]:
        crowd = Crowd(LockNode())
        crowd.decisions = [CustomerLimitError(16)]
        return await crowd.outcomes(), crowd.at_postgres

    refused = {"CustomerLimitError": 1, "SeatsUnavailableError": CROWD - 2}
    assert run_slowly(storm()) == ({"held": 1} | refused, 2)


@pytest.mark.parametrize("error", [TimeoutError, asyncpg.QueryCanceledError])
def test_nobody_waits_again_for_a_server_that_is_silent(error: type[Exception]) -> None:
    async def storm() -> tuple[Counter[str], int]:
        crowd = Crowd(LockNode())
        crowd.decisions = [error()]
        return await crowd.outcomes(), crowd.at_postgres

    assert run_slowly(storm()) == ({error.__name__: CROWD}, 1)


def test_a_lost_connection_is_the_failure_of_one_caller() -> None:
    async def storm() -> tuple[Counter[str], int]:
        crowd = Crowd(LockNode())
        crowd.decisions = [ConnectionResetError()]
        return await crowd.outcomes(), crowd.at_postgres

    outcomes, at_postgres = run_slowly(storm())

    assert outcomes == {
        "ConnectionResetError": 1,
        "held": 1,
        "SeatsUnavailableError": CROWD - 2,
    }
    assert at_postgres == 2


def test_a_server_that_is_down_is_not_asked_by_each_of_a_crowd() -> None:
    async def storm() -> tuple[Counter[str], int]:
        crowd = Crowd(LockNode())
        crowd.decisions = [ConnectionRefusedError()] * CROWD
        return await crowd.outcomes(), crowd.at_postgres

    outcomes, at_postgres = run_slowly(storm())

    assert outcomes == {"ConnectionRefusedError": CROWD}
    assert at_postgres == 3


def test_a_cancelled_caller_leaves_its_place_to_the_next() -> None:
    async def storm() -> list[str | BaseException]:
        crowd = Crowd(LockNode())
        tasks = [asyncio.create_task(crowd.call()) for _ in range(3)]
        await asyncio.sleep(0.01)
        tasks[0].cancel()
        crowd.may_decide.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    first, *others = run_slowly(storm())

    assert isinstance(first, asyncio.CancelledError)
    assert others == ["held", "SeatsUnavailableError"]


def test_one_caller_waits_while_other_processes_decide() -> None:
    """Each of them has a token of its own: so the wait begins again."""
    tokens = [[f"lock:{number}".encode()] for number in range(5)]
    node = LockNode(*(token for token in tokens for _ in range(2)))

    async def storm() -> Counter[str]:
        crowd = Crowd(node)
        crowd.may_decide.set()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(crowd.call()) for _ in range(9)]
            while not all(task.done() for task in tasks):
                be_busy(LOCK_MS)
                await asyncio.sleep(0)
        return Counter(task.result() for task in tasks)

    assert run_slowly(storm()) == {"held": 1, "SeatsUnavailableError": 8}
    assert node.asked == 11


async def held_with_others_in_line(crowd: Crowd) -> list["asyncio.Task[str]"]:
    """A hundred who were in the line of the seat before it was held."""
    line, others = [str(SEAT.id).encode()], []
    in_line = asyncio.Event()

    def come() -> None:
        others.append(asyncio.create_task(crowd.call()))
        if len(others) == 100:
            in_line.set()

    crowd.may_decide.set()
    first = asyncio.create_task(crowd.call())
    await asyncio.sleep(0)
    for _ in range(100):
        crowd.locks.turns.line_up(come, line)
    assert await first == "held"
    await in_line.wait()
    return others


async def test_who_was_in_line_before_a_hold_is_refused_by_it() -> None:
    """Its lease ends in the line of its seat."""
    node = LockNode()
    others = await held_with_others_in_line(Crowd(node))

    assert await asyncio.gather(*others) == ["SeatsUnavailableError"] * 100
    assert node.asked == 1


async def test_who_comes_after_a_hold_asks_the_servers() -> None:
    node = LockNode()
    crowd = Crowd(node)
    await asyncio.gather(*await held_with_others_in_line(crowd))
    ended = asyncio.Event()
    crowd.locks.turns.line_up(ended.set, [str(SEAT.id).encode()])
    await ended.wait()

    assert await crowd.call() == "held"
    assert node.asked == 2


async def test_who_comes_after_a_cancel_asks_the_servers() -> None:
    """Also if the lease has not ended."""
    node = LockNode()
    crowd = Crowd(node)
    crowd.may_decide.set()
    assert await crowd.call() == "held"
    assert await crowd.call() == "SeatsUnavailableError"
    await crowd.locks.clear(HELD)

    assert await crowd.call() == "held"
    assert node.asked == 2
