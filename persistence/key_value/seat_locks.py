"""Redlock on seats, and markers of the holds that Redis knows: both only save work.

One key per seat and lock node. While a caller is in Postgres for the seat, the key has
the caller's token. After the commit the token is replaced by a marker, the seat's state
as JSON, which refuses the next customer without a transaction. Postgres decides: lost
keys and paused holders cost load, never a seat.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

import orjson
from redis.exceptions import RedisError

from domain.errors import SeatsUnavailableError
from domain.reservation import HOLD_PERIOD, Reservation
from domain.seats import SessionSeat
from persistence.key_value.script_batch import Script, ScriptBatch
from persistence.key_value.seat_scripts import ACQUIRE, CLEAR, MARK_HELD, MARK_SOLD
from persistence.sales.codec import seat_from_json, seat_to_json
from telemetry import sale_metrics

logger = logging.getLogger(__name__)

LOCK_MS = 3_000
PATIENCE_SECONDS = 1.0  # to wait for another caller's lock; then Postgres decides
# A hold's marker ends before the hold does: a seat that is free is never refused.
MARKER_MS = int(HOLD_PERIOD.total_seconds() * 1_000) - 250
SOLD_MARKER_MS = 10 * 60 * 1_000
ID_LENGTH = 36


class LocalLease:
    """Lets one caller of this process ask the nodes for some seats; others wait.

    `taken` are the seats that turned out to be taken, by this caller or by others.
    """

    def __init__(self) -> None:
        self.locked = False
        self.reservation: Reservation | None = None
        self.taken: tuple[SessionSeat, ...] = ()
        self.decided = asyncio.Event()
        self.released = asyncio.Event()

    def mark_held(self, reservation: Reservation) -> None:
        self.reservation = reservation
        self.decide(reservation.seats)

    def decide(self, taken: tuple[SessionSeat, ...]) -> None:
        """Waiting callers are refused now, before the nodes have the markers."""
        self.taken = taken
        self.decided.set()

    def taken_among(self, seat_ids: Sequence[UUID]) -> list[SessionSeat]:
        return [seat for seat in self.taken if seat.id in seat_ids]


class RedlockSeatLocks:
    """One ScriptBatch per independent lock node; a majority is a lock.

    Of a crowd in this process one caller asks the nodes, and then Postgres. The others
    are answered with what it found out, without a round trip.
    """

    def __init__(self, nodes: Sequence[ScriptBatch]) -> None:
        self._nodes = nodes
        self._quorum = len(nodes) // 2 + 1
        self._leases: dict[UUID, LocalLease] = {}  # by seat
        self._unlocked = 0

    @asynccontextmanager
    async def guard(self, seat_ids: Sequence[UUID]) -> AsyncIterator[LocalLease]:
        token = f"lock:{uuid4()}"
        lease = await self._acquire(seat_ids, token)
        try:
            yield lease
        except SeatsUnavailableError as refused:
            sale_metrics.REFUSED_BY_POSTGRES.inc()
            lease.decide(refused.seats)
            raise
        finally:
            try:
                if lease.locked:
                    # Shielded: a cancelled caller leaves no lock behind.
                    await asyncio.shield(self._unlock(seat_ids, token, lease))
            finally:
                self._release(seat_ids, lease)

    async def clear(self, reservation: Reservation) -> None:
        keys = _keys([seat.id for seat in reservation.seats])
        await _run(self._nodes, CLEAR, keys, str(reservation.id))

    async def mark_sold(self, reservation: Reservation) -> None:
        keys = _keys([seat.id for seat in reservation.seats])
        markers = [_marker(reservation, seat) for seat in reservation.seats]
        await _run(self._nodes, MARK_SOLD, keys, SOLD_MARKER_MS, *markers)

    async def _acquire(self, seat_ids: Sequence[UUID], token: str) -> LocalLease:
        """Not `locked` without a majority, or out of patience: Postgres decides alone.

        Raises SeatsUnavailableError.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + PATIENCE_SECONDS
        while clock() < deadline:
            if other := self._lease_on(seat_ids):
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(deadline):
                        await other.decided.wait()
                        if taken := other.taken_among(seat_ids):
                            sale_metrics.REFUSED_BY_PROCESS.inc()
                            raise SeatsUnavailableError(taken)
                        await other.released.wait()
                continue
            lease = LocalLease()
            self._leases.update(dict.fromkeys(seat_ids, lease))
            if await self._try_to_lock(seat_ids, token, lease):
                return lease
            # Another process has one of the seats. The others are free meanwhile.
            await asyncio.sleep(random.uniform(0.005, 0.03))  # noqa: S311  # jitter
        sale_metrics.UNLOCKED_OUT_OF_PATIENCE.inc()
        return LocalLease()

    async def _try_to_lock(
        self, seat_ids: Sequence[UUID], token: str, lease: LocalLease
    ) -> bool:
        """False: another process has the lock, and the lease is released again."""
        locked = None
        try:
            locked = await self._lock_nodes(seat_ids, token)
        except SeatsUnavailableError as refused:
            lease.decide(refused.seats)
            raise
        finally:
            if locked is None:
                self._release(seat_ids, lease)
        lease.locked = bool(locked)
        return locked is not None

    def _lease_on(self, seat_ids: Sequence[UUID]) -> LocalLease | None:
        return next((self._leases[s] for s in seat_ids if s in self._leases), None)

    async def _lock_nodes(self, seat_ids: Sequence[UUID], token: str) -> bool | None:
        """True: locked. None: another process has the lock. False: no majority answers.

        Raises SeatsUnavailableError.
        """
        keys = _keys(seat_ids)
        calls = asyncio.gather(
            *(node.run(ACQUIRE, keys, token, LOCK_MS) for node in self._nodes),
            return_exceptions=True,
        )
        try:
            answers = await asyncio.shield(calls)
        except asyncio.CancelledError:
            # Nodes may still grant the lock to a caller that is gone: give it back.
            await asyncio.shield(self._undo(await calls, keys, token))
            raise
        if answers.count(1) >= self._quorum:
            return True
        await self._undo(answers, keys, token)
        if taken := _taken(answers):
            sale_metrics.REFUSED_BY_MARKER.inc()
            raise SeatsUnavailableError(taken)
        unreached = sum(isinstance(answer, Exception) for answer in answers)
        if len(answers) - unreached >= self._quorum:
            return None
        self._unlocked += 1
        sale_metrics.UNLOCKED_WITHOUT_QUORUM.inc()
        logger.warning(
            "%d of %d lock nodes cannot be reached; Postgres decided alone %d times",
            unreached,
            len(answers),
            self._unlocked,
        )
        return False

    async def _undo(self, answers: Sequence[Any], keys: list[str], token: str) -> None:
        """Unlock the minority of nodes that were locked, or may have been."""
        locked = [
            node
            for node, answer in zip(self._nodes, answers, strict=True)
            if answer == 1 or isinstance(answer, Exception)
        ]
        await _run(locked, CLEAR, keys, token)

    async def _unlock(
        self, seat_ids: Sequence[UUID], token: str, lease: LocalLease
    ) -> None:
        keys = _keys(seat_ids)
        reservation = lease.reservation
        if reservation is None:
            await _run(self._nodes, CLEAR, keys, token)
            return
        markers = {seat.id: _marker(reservation, seat) for seat in reservation.seats}
        in_order = [markers[seat_id] for seat_id in seat_ids]
        await _run(self._nodes, MARK_HELD, keys, token, LOCK_MS, MARKER_MS, *in_order)

    def _release(self, seat_ids: Sequence[UUID], lease: LocalLease) -> None:
        for seat_id in seat_ids:
            if self._leases.get(seat_id) is lease:
                del self._leases[seat_id]
        lease.decided.set()
        lease.released.set()


async def _run(
    nodes: Sequence[ScriptBatch], script: Script, keys: list[str], *args: str | int
) -> None:
    """On a node that cannot be reached the keys expire by themselves."""
    calls = (node.run(script, keys, *args) for node in nodes)
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
    """The seats with a marker on any node. Tokens do not count: they end soon."""
    markers = {
        value
        for answer in answers
        if isinstance(answer, list)
        for value in answer
        if value and not value.startswith(b"lock:")
    }
    seats = [_seat_of(marker) for marker in markers]
    newest = {seat.id: seat for seat in sorted(seats, key=lambda seat: seat.version)}
    return list(newest.values())


@lru_cache(maxsize=1_024)  # a crowd on one seat is refused with the same marker
def _seat_of(marker: bytes) -> SessionSeat:
    return seat_from_json(orjson.loads(marker[ID_LENGTH:]))
