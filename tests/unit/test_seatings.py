"""Callers of one session share the reads of its seats, and their failures."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from domain.seats import Position, SeatMap
from persistence.queries.seat_maps import SeatMaps
from persistence.queries.seatings import RULES, Seatings

SESSION = uuid4()
RULE = {
    "orphan_rule": "OFF",
    "closed": False,
    "companions_released": False,
    "has_pairs": False,
    "room_version": "room.1",
    "sold": None,
}


class FakePostgres:
    """Answers when `gate` is open; `asked` counts the reads of rules."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.reading = asyncio.Event()
        self.asked = 0
        self.is_down = False

    async def fetch(self, statement: str, *args: object) -> list[Any]:
        if statement != RULES:
            return []
        self.asked += 1
        self.reading.set()
        await self.gate.wait()
        if self.is_down:
            raise OSError
        return [RULE] if args == (SESSION,) else []

    async def whole(self, session_ids: Sequence[UUID]) -> dict[UUID, SeatMap]:
        now, start = datetime.now(UTC), Position(1)
        return {
            each: SeatMap(session_id=each, starts_at=now, seats=(), position=start)
            for each in session_ids
        }


@pytest.fixture
def postgres() -> FakePostgres:
    return FakePostgres()


@pytest.fixture
def seatings(postgres: FakePostgres) -> Seatings:
    return Seatings(postgres, cast("SeatMaps", postgres))


async def test_who_comes_during_a_read_shares_the_next_one(
    seatings: Seatings, postgres: FakePostgres
) -> None:
    first = asyncio.create_task(seatings.newest(SESSION))
    await postgres.reading.wait()
    others = [asyncio.create_task(seatings.newest(SESSION)) for _ in range(9)]
    await asyncio.sleep(0)
    postgres.gate.set()

    answers = await asyncio.gather(first, *others)

    assert postgres.asked == 2
    assert all(answers)
    assert await seatings.recent(SESSION) is not None
    assert postgres.asked == 2


async def test_a_failure_is_shared_and_forgotten(
    seatings: Seatings, postgres: FakePostgres
) -> None:
    postgres.is_down = True
    postgres.gate.set()
    calls = [seatings.newest(SESSION) for _ in range(5)]
    failed = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(each) for each in failed} == {OSError}
    assert postgres.asked == 1
    postgres.is_down = False
    assert await seatings.newest(SESSION) is not None


async def test_a_caller_who_leaves_ends_the_read_of_nobody(
    seatings: Seatings, postgres: FakePostgres
) -> None:
    leaving = asyncio.create_task(seatings.newest(SESSION))
    await postgres.reading.wait()
    leaving.cancel()
    postgres.gate.set()
    assert await seatings.newest(SESSION) is not None


async def test_rules_are_read_once_in_a_while(
    seatings: Seatings, postgres: FakePostgres
) -> None:
    postgres.gate.set()
    await asyncio.gather(*(seatings.rules(SESSION) for _ in range(5)))
    assert postgres.asked == 1
    seatings.forget_rules()
    rules = await seatings.rules(SESSION)
    assert rules is not None
    assert not rules.has_pairs
    assert postgres.asked == 2
    assert await seatings.rules(uuid4()) is None


async def test_old_rules_hold_while_postgres_is_unavailable(
    seatings: Seatings, postgres: FakePostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.gate.set()
    known = await seatings.rules(SESSION)
    monkeypatch.setattr("persistence.queries.seatings.RULES_SECONDS", 0.0)
    postgres.is_down = True
    assert await seatings.rules(SESSION) == known
    assert await seatings.rules(uuid4()) is None


async def test_nobody_waits_for_rules_that_are_read_again(
    seatings: Seatings, postgres: FakePostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.gate.set()
    known = await seatings.rules(SESSION)
    postgres.gate.clear()
    monkeypatch.setattr("persistence.queries.seatings.RULES_SECONDS", 0.0)
    assert await seatings.rules(SESSION) == known
    assert await seatings.rules(SESSION) == known
    postgres.gate.set()


async def test_a_session_that_does_not_exist_has_no_seats(
    seatings: Seatings, postgres: FakePostgres
) -> None:
    postgres.gate.set()
    assert await seatings.newest(uuid4()) is None
