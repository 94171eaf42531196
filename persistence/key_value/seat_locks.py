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
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any
from uuid import UUID, uuid4

from redis.exceptions import RedisError

from domain.errors import DomainError, SeatsUnavailableError
from domain.ports import Wanted
from domain.reservation import Extended, Reservation
from domain.taken_seats import TakenSeat, seats_if_known
from persistence.key_value.local_leases import LocalLease, LocalLeases
from persistence.key_value.script_batch import Script, ScriptBatch
from persistence.key_value.seat_markers import (
    extended_ms,
    held_ms,
    marker,
    markers_in,
    sold_ms,
    taken_seats,
    tokens_in,
)
from persistence.key_value.seat_scripts import (
    ACQUIRE,
    CLEAR,
    MARK_EXTENDED,
    MARK_HELD,
    MARK_SOLD,
)
from runtime.turns import Turns
from telemetry import sale_metrics

logger = logging.getLogger(__name__)

LOCK_MS = 3_000
# How long the same process may have the lock, by the clock and by our own asks: while
# our loop is busy, we do not see what the other one does. Then Postgres decides.
PATIENCE_SECONDS = 1.0
ASKS = 3
PAUSE_SECONDS = (0.005, 0.03)


class RedlockSeatLocks:
    """One ScriptBatch per independent lock node; a majority is a lock.

    If many callers of this process want the same seats, one of them asks the nodes and
    then Postgres. The others get its answer without a round trip.
    """

    def __init__(self, nodes: Sequence[ScriptBatch]) -> None:
        self._nodes = nodes
        self._quorum = len(nodes) // 2 + 1
        self.turns = Turns()  # of the process: requests begin in them, too
        self._leases = LocalLeases(self.turns)
        self._unlocked = 0

    def guard(self, wanted: Wanted) -> AbstractAsyncContextManager[LocalLease]:
        return _Guard(self._leases, self._guarded, wanted)

    @asynccontextmanager
    async def _guarded(self, wanted: Wanted) -> AsyncIterator[LocalLease]:
        async with self._leases.lease(wanted) as lease:
            token = f"lock:{uuid4()}"
            lease.locked = await self._lock(wanted, token)
            try:
                yield lease
            except DomainError as refusal:
                if isinstance(refusal, SeatsUnavailableError):
                    sale_metrics.REFUSED_BY_POSTGRES.inc()
                lease.refuse_others(refusal)
                raise
            finally:
                if lease.locked:
                    # Shielded: a cancelled caller leaves no lock behind.
                    await asyncio.shield(self._unlock(token, lease))

    async def clear(self, reservation: Reservation) -> None:
        seat_ids = [seat.id for seat in reservation.seats]
        self._leases.forget(seat_ids)
        keys = _keys(seat_ids)
        await _run(self._nodes, CLEAR, keys, str(reservation.id))

    async def mark_extended(self, extended: Extended) -> None:
        held = extended.reservation
        taken = TakenSeat.of(held, extended.starts_at)
        markers = [marker(held, each) for each in taken.values()]
        period = extended_ms(extended)
        await _run(
            self._nodes, MARK_EXTENDED, _keys(taken), str(held.id), period, *markers
        )

    async def mark_sold(
        self, reservation: Reservation, starts_at: datetime, on_sale_for: timedelta
    ) -> None:
        taken = TakenSeat.of(reservation, starts_at)
        keys, markers = _keys(taken), [marker(reservation, t) for t in taken.values()]
        await _run(self._nodes, MARK_SOLD, keys, sold_ms(on_sale_for), *markers)

    async def _lock(self, wanted: Wanted, token: str) -> bool:
        """False without a majority, or out of patience: Postgres decides alone.

        Raises SeatsUnavailableError.
        """
        clock = asyncio.get_running_loop().time
        ahead, asks, since = None, 0, clock()
        while not isinstance(answer := await self._lock_nodes(wanted, token), bool):
            if answer != ahead:
                ahead, asks, since = answer, 0, clock()
            asks += 1
            if asks >= ASKS and clock() - since >= PATIENCE_SECONDS:
                sale_metrics.UNLOCKED_OUT_OF_PATIENCE.inc()
                return False
            await asyncio.sleep(random.uniform(*PAUSE_SECONDS))  # noqa: S311  # jitter
        return answer

    async def _lock_nodes(self, wanted: Wanted, token: str) -> bool | set[bytes]:
        """True: locked. Tokens: those processes have the lock. False: go on unlocked.

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
            return tokens_in(answers)
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
        reservation, starts_at, sales_end_at = lease.held
        taken = TakenSeat.of(reservation, starts_at)
        markers = [marker(reservation, taken[seat]) for seat in lease.wanted.seat_ids]
        period = held_ms(reservation, sales_end_at)
        await _run(self._nodes, MARK_HELD, keys, token, LOCK_MS, period, *markers)


class _Guard:
    """A crowd on one seat ends in `__aenter__`, and pays for no generator."""

    def __init__(
        self,
        leases: LocalLeases,
        guarded: Callable[[Wanted], AbstractAsyncContextManager[LocalLease]],
        wanted: Wanted,
    ) -> None:
        self._leases = leases
        self._guarded = guarded
        self._wanted = wanted

    async def __aenter__(self) -> LocalLease:
        await self._leases.wait_for_others(self._wanted)
        self._entered = self._guarded(self._wanted)
        return await self._entered.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        return await self._entered.__aexit__(kind, error, trace)


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
