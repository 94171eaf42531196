"""Redlock on seats, and word of the holds that Redis knows: both only save work.

One key per seat and lock node. While somebody is in Postgres for the seat it carries
their token; after the commit the token becomes a marker, the seat's state as JSON,
which refuses the next customer without a transaction. Postgres decides: lost keys and
paused holders cost load, never a seat.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

import orjson
from redis.exceptions import RedisError

from domain.errors import SeatsUnavailableError
from domain.reservation import HOLD_PERIOD, Reservation
from domain.seats import SessionSeat
from persistence.codec import seat_from_json, seat_to_json
from persistence.script_batch import Script, ScriptBatch

logger = logging.getLogger(__name__)

LOCK_MS = 3_000
PATIENCE_SECONDS = 1.0  # of waiting for somebody else's lock, then Postgres decides
# Word of a hold ends before the hold does: a seat that is free is never refused.
MARKER_MS = int(HOLD_PERIOD.total_seconds() * 1_000) - 250
SOLD_MARKER_MS = 10 * 60 * 1_000
ID_LENGTH = 36

ACQUIRE = Script("""
local known = redis.call('MGET', unpack(KEYS))
for i = 1, #KEYS do
    if known[i] then return known end
end
for i = 1, #KEYS do
    redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[2])
end
return 1
""")

# ARGV: token, lock ms, marker ms, a marker per key. The hold began after the lock did,
# so counting the lock's age off makes the marker end first, however late this comes.
KEEP = Script("""
for i = 1, #KEYS do
    if redis.call('GET', KEYS[i]) == ARGV[1] then
        local age = tonumber(ARGV[2]) - redis.call('PTTL', KEYS[i])
        redis.call('SET', KEYS[i], ARGV[3 + i], 'PX', math.floor(ARGV[3] - age))
    end
end
""")

# Whatever begins with ARGV[1]: a lock's token, or the id before a marker.
FORGET = Script("""
for i = 1, #KEYS do
    local value = redis.call('GET', KEYS[i])
    if value and string.sub(value, 1, #ARGV[1]) == ARGV[1] then
        redis.call('DEL', KEYS[i])
    end
end
""")

MARK_SOLD = Script("""
for i = 1, #KEYS do
    redis.call('SET', KEYS[i], ARGV[1 + i], 'PX', ARGV[1])
end
""")


class HeldLock:
    def __init__(self) -> None:
        self.reservation: Reservation | None = None

    def keep(self, reservation: Reservation) -> None:
        self.reservation = reservation


class RedlockSeatLocks:
    """One ScriptBatch per independent lock node; a majority is a lock."""

    def __init__(self, nodes: Sequence[ScriptBatch]) -> None:
        self._nodes = nodes
        self._quorum = len(nodes) // 2 + 1
        self._here: dict[UUID, asyncio.Event] = {}  # who is served in this process
        self._unlocked = 0

    @asynccontextmanager
    async def guard(self, seat_ids: Sequence[UUID]) -> AsyncIterator[HeldLock]:
        token = f"lock:{uuid4()}"
        lock = HeldLock()
        if not await self._lock(seat_ids, token):
            yield lock
            return
        done = asyncio.Event()
        self._here.update(dict.fromkeys(seat_ids, done))
        try:
            yield lock
        finally:
            # A cancelled caller leaves no lock behind.
            await asyncio.shield(self._leave(seat_ids, token, lock, done))

    async def forget(self, reservation: Reservation) -> None:
        keys = _keys([seat.id for seat in reservation.seats])
        await self._tell(
            node.run(FORGET, keys, str(reservation.id)) for node in self._nodes
        )

    async def mark_sold(self, reservation: Reservation) -> None:
        keys = _keys([seat.id for seat in reservation.seats])
        markers = [_marker(reservation, seat) for seat in reservation.seats]
        await self._tell(
            node.run(MARK_SOLD, keys, SOLD_MARKER_MS, *markers) for node in self._nodes
        )

    async def _lock(self, seat_ids: Sequence[UUID], token: str) -> bool:
        """True with a majority; False when it cannot be had and Postgres decides."""
        keys = _keys(seat_ids)
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            answers = await asyncio.gather(
                *(node.run(ACQUIRE, keys, token, LOCK_MS) for node in self._nodes),
                return_exceptions=True,
            )
            if answers.count(1) >= self._quorum:
                return True
            await self._undo(answers, keys, token)
            if taken := _taken(answers):
                raise SeatsUnavailableError(taken)
            unreached = sum(isinstance(answer, Exception) for answer in answers)
            if len(answers) - unreached < self._quorum:
                self._unlocked += 1
                logger.warning(
                    "no majority of lock nodes; Postgres decides alone",
                    extra={"unreached": unreached, "unlocked": self._unlocked},
                )
                return False
            await self._wait_for_turn(seat_ids)
        return False

    async def _wait_for_turn(self, seat_ids: Sequence[UUID]) -> None:
        """Who is served in this very process says so; others have to be asked again."""
        pause = random.uniform(0.005, 0.03)  # noqa: S311  # jitter, no secret
        here = next((self._here[seat] for seat in seat_ids if seat in self._here), None)
        if here is None:
            await asyncio.sleep(pause)
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(here.wait(), PATIENCE_SECONDS)

    async def _undo(self, answers: Sequence[Any], keys: list[str], token: str) -> None:
        """Give back the minority that was locked, or may have been."""
        await self._tell(
            node.run(FORGET, keys, token)
            for node, answer in zip(self._nodes, answers, strict=True)
            if answer == 1 or isinstance(answer, Exception)
        )

    async def _leave(
        self,
        seat_ids: Sequence[UUID],
        token: str,
        lock: HeldLock,
        done: asyncio.Event,
    ) -> None:
        keys = _keys(seat_ids)
        if lock.reservation is None:
            await self._tell(node.run(FORGET, keys, token) for node in self._nodes)
        else:
            markers = {
                seat.id: _marker(lock.reservation, seat)
                for seat in lock.reservation.seats
            }
            in_order = [markers[seat_id] for seat_id in seat_ids]
            await self._tell(
                node.run(KEEP, keys, token, LOCK_MS, MARKER_MS, *in_order)
                for node in self._nodes
            )
        for seat_id in seat_ids:
            if self._here.get(seat_id) is done:
                del self._here[seat_id]
        done.set()

    async def _tell(self, calls: Iterable[Awaitable[Any]]) -> None:
        """A node that does not hear it forgets by itself, in time."""
        for answer in await asyncio.gather(*calls, return_exceptions=True):
            if isinstance(answer, Exception) and not isinstance(
                answer, (RedisError, OSError)
            ):
                raise answer


def _keys(seat_ids: Sequence[UUID]) -> list[str]:
    return [f"seat:{seat_id}" for seat_id in seat_ids]


def _marker(reservation: Reservation, seat: SessionSeat) -> str:
    return f"{reservation.id}{orjson.dumps(seat_to_json(seat)).decode()}"


def _taken(answers: Sequence[Any]) -> list[SessionSeat]:
    """The seats that some node has a marker of; tokens are only passing by."""
    markers = {
        value
        for answer in answers
        if isinstance(answer, list)
        for value in answer
        if value and not value.startswith(b"lock:")
    }
    seats = [seat_from_json(orjson.loads(marker[ID_LENGTH:])) for marker in markers]
    newest = {seat.id: seat for seat in sorted(seats, key=lambda seat: seat.version)}
    return list(newest.values())
