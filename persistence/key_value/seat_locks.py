"""Redlock on seats, and markers of the holds that Redis knows: both only save work.

One key per seat and lock node. While a caller is in Postgres for the seat, the key has
the caller's token. After the commit the token is replaced by a marker of the taken
seat. It refuses the next customer without a transaction, but only with the answer that
Postgres would give. Postgres decides: lost keys and paused holders cost load, never a
seat.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from redis.exceptions import RedisError

from domain.errors import SeatsUnavailableError
from domain.ports import Wanted
from domain.reservation import Reservation
from domain.seats import SessionSeat
from domain.taken_seats import TakenSeat, seats_if_known
from persistence.key_value.script_batch import Script, ScriptBatch
from persistence.key_value.seat_markers import (
    held_ms,
    marker,
    markers_in,
    sold_ms,
    taken_seats,
)
from persistence.key_value.seat_scripts import ACQUIRE, CLEAR, MARK_HELD, MARK_SOLD
from telemetry import sale_metrics

logger = logging.getLogger(__name__)

LOCK_MS = 3_000
PATIENCE_SECONDS = 1.0  # to wait for another caller's lock; then Postgres decides


class LocalLease:
    """Lets one caller of this process ask the nodes for some seats; others wait.

    `taken` are the seats that are taken, by this caller or by others. They are the
    answer for all callers that waited for the same seats.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.locked = False
        self.held: tuple[Reservation, datetime] | None = None
        self.taken: tuple[SessionSeat, ...] = ()
        self.decided = asyncio.Event()
        self.released = asyncio.Event()
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._known_until = 0.0

    def mark_held(self, reservation: Reservation, starts_at: datetime) -> None:
        self.held = (reservation, starts_at)
        # As long as the marker says it, which counts from the lock: that came later.
        self._known_until = self._began + held_ms(reservation, starts_at) / 1_000
        self.decide(reservation.seats)

    def decide(self, taken: tuple[SessionSeat, ...]) -> None:
        """Waiting callers are refused now, before the nodes have the markers."""
        self.taken = taken
        self.decided.set()

    async def answer_for(self, wanted: Wanted) -> tuple[SessionSeat, ...]:
        """Waits. If it returns no seats, the lock is free and the caller has to try.

        Callers that come after a refusal get none: the session may have started since.
        """
        if wanted == self.wanted:
            if self._clock() < self._known_until:
                return self.taken
            if not self.decided.is_set():
                await self.decided.wait()
                if self.taken:
                    return self.taken
        await self.released.wait()
        return ()


class RedlockSeatLocks:
    """One ScriptBatch per independent lock node; a majority is a lock.

    If many callers of this process want the same seats, one of them asks the nodes and
    then Postgres. The others get its answer without a round trip.
    """

    def __init__(self, nodes: Sequence[ScriptBatch]) -> None:
        self._nodes = nodes
        self._quorum = len(nodes) // 2 + 1
        self._leases: dict[UUID, LocalLease] = {}  # by seat
        self._unlocked = 0

    @asynccontextmanager
    async def guard(self, wanted: Wanted) -> AsyncIterator[LocalLease]:
        token = f"lock:{uuid4()}"
        lease = await self._acquire(wanted, token)
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
                    await asyncio.shield(self._unlock(token, lease))
            finally:
                self._release(lease)

    async def clear(self, reservation: Reservation) -> None:
        keys = _keys([seat.id for seat in reservation.seats])
        await _run(self._nodes, CLEAR, keys, str(reservation.id))

    async def mark_sold(
        self, reservation: Reservation, starts_at: datetime, on_sale_for: timedelta
    ) -> None:
        taken = TakenSeat.of(reservation, starts_at)
        keys, markers = _keys(taken), [marker(reservation, t) for t in taken.values()]
        await _run(self._nodes, MARK_SOLD, keys, sold_ms(on_sale_for), *markers)

    async def _acquire(self, wanted: Wanted, token: str) -> LocalLease:
        """Not `locked` without a majority, or out of patience: Postgres decides alone.

        Raises SeatsUnavailableError.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + PATIENCE_SECONDS
        while clock() < deadline:
            if other := self._lease_on(wanted.seat_ids):
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(deadline):
                        if taken := await other.answer_for(wanted):
                            sale_metrics.REFUSED_BY_PROCESS.inc()
                            raise SeatsUnavailableError(taken)
                continue
            lease = LocalLease(wanted)
            self._leases.update(dict.fromkeys(wanted.seat_ids, lease))
            if await self._try_to_lock(token, lease):
                return lease
            # Another process has locked one of the seats. The other seats are free.
            await asyncio.sleep(random.uniform(0.005, 0.03))  # noqa: S311  # jitter
        sale_metrics.UNLOCKED_OUT_OF_PATIENCE.inc()
        return LocalLease(wanted)

    async def _try_to_lock(self, token: str, lease: LocalLease) -> bool:
        """False: another process has the lock, and the lease is released again."""
        locked = None
        try:
            locked = await self._lock_nodes(lease.wanted, token)
        except SeatsUnavailableError as refused:
            lease.decide(refused.seats)
            raise
        finally:
            if locked is None:
                self._release(lease)
        lease.locked = bool(locked)
        return locked is not None

    def _lease_on(self, seat_ids: Sequence[UUID]) -> LocalLease | None:
        return next((self._leases[s] for s in seat_ids if s in self._leases), None)

    async def _lock_nodes(self, wanted: Wanted, token: str) -> bool | None:
        """True: locked. None: another process has the lock. False: go on unlocked.

        Raises SeatsUnavailableError.
        """
        keys = _keys(wanted.seat_ids)
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
        if markers := markers_in(answers):
            if taken := seats_if_known(wanted, taken_seats(markers)):
                sale_metrics.REFUSED_BY_MARKER.inc()
                raise SeatsUnavailableError(taken)
            return False  # only Postgres knows the whole answer
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

    async def _unlock(self, token: str, lease: LocalLease) -> None:
        keys = _keys(lease.wanted.seat_ids)
        if lease.held is None:
            await _run(self._nodes, CLEAR, keys, token)
            return
        reservation, starts_at = lease.held
        taken = TakenSeat.of(reservation, starts_at)
        markers = [marker(reservation, taken[seat]) for seat in lease.wanted.seat_ids]
        period = held_ms(reservation, starts_at)
        await _run(self._nodes, MARK_HELD, keys, token, LOCK_MS, period, *markers)

    def _release(self, lease: LocalLease) -> None:
        for seat_id in lease.wanted.seat_ids:
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


def _keys(seat_ids: Iterable[UUID]) -> list[str]:
    return [f"seat:{seat_id}" for seat_id in seat_ids]
