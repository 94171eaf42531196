"""Leases on seats within one process: a crowd sends one caller to the servers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from uuid import UUID

import asyncpg

from domain.errors import (
    CustomerLimitError,
    DomainError,
    SeatsUnavailableError,
    TooManyAtOnceError,
)
from domain.ports import Wanted
from domain.reservation import Reservation
from persistence.key_value.seat_markers import held_ms
from persistence.outages import is_unavailable
from runtime.turns import TurnEvent, Turns
from telemetry import sale_metrics

# A caller who waited for a server in vain has waited for all of those behind it.
TIMED_OUT = (TimeoutError, asyncpg.QueryCanceledError)
# A server that is down fails quickly. One lost connection is no reason to give up.
FAILURES = 3


class LocalLease:
    """Lets one caller of this process ask the servers for some seats; others wait.

    A refusal does not depend on who asks, but for CustomerLimitError: it is the answer
    for all callers that waited for the same seats.
    """

    def __init__(self, wanted: Wanted, turns: Turns) -> None:
        self.wanted = wanted
        self.locked = False
        self.held: tuple[Reservation, datetime, datetime] | None = None
        self.refusal: DomainError | None = None
        self.failure: Exception | None = None  # of a server
        self.lines = [str(seat_id).encode() for seat_id in wanted.seat_ids]
        self.decided = TurnEvent(turns, self.lines)
        self.released = TurnEvent(turns, self.lines)
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._known_until = 0.0

    def mark_held(self, held: Reservation, starts_at: datetime, end: datetime) -> None:
        self.held = (held, starts_at, end)
        # As long as the marker says it, which counts from the lock: that came later.
        period = held_ms(held, end)
        self._known_until = self._began + period / 1_000
        self.refuse_others(SeatsUnavailableError(held.seats))

    def refuse_others(self, refusal: DomainError) -> None:
        """Waiting callers are refused now, before the nodes have the markers."""
        if not isinstance(refusal, CustomerLimitError):
            self.refusal = refusal
            self.decided.set()

    async def wait(self, wanted: Wanted) -> None:
        """Afterwards the lease is released, and the caller has to try.

        Raises the refusal of an equal call. Callers that come after a refusal have to
        try as well: the sales may have ended since.
        """
        if wanted == self.wanted and (
            not self.decided.is_set() or self._clock() < self._known_until
        ):
            await self.decided.wait()
            if self.refusal:
                if isinstance(self.refusal, SeatsUnavailableError):
                    sale_metrics.REFUSED_BY_PROCESS.inc()
                raise self.refusal.with_traceback(None)
        await self.released.wait()


class LocalLeases:
    """Nobody watches a clock here: those ahead do, and each of them ends.

    So nobody gives up because a crowd keeps the process busy.
    """

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._leases: dict[UUID, LocalLease] = {}  # by seat

    @asynccontextmanager
    async def lease(self, wanted: Wanted) -> AsyncIterator[LocalLease]:
        """Raises the refusal of an equal call ahead, or the failure of a server."""
        await self.wait_for_others(wanted)
        lease = LocalLease(wanted, self._turns)
        self._leases.update(dict.fromkeys(wanted.seat_ids, lease))
        try:
            yield lease
        except DomainError as refusal:
            lease.refuse_others(refusal)
            raise
        except Exception as error:
            if is_unavailable(error) or isinstance(error, TooManyAtOnceError):
                lease.failure = error
            raise
        finally:
            self._release(lease)

    async def wait_for_others(self, wanted: Wanted) -> None:
        """Nobody has a lease afterwards. Raises likewise."""
        failures = 0
        while ahead := self._lease_on(wanted.seat_ids):
            await ahead.wait(wanted)
            if ahead.failure is None:
                failures = 0
                continue
            failures += 1
            if isinstance(ahead.failure, TIMED_OUT) or failures == FAILURES:
                raise ahead.failure.with_traceback(None)

    def _lease_on(self, seat_ids: Sequence[UUID]) -> LocalLease | None:
        for seat_id in seat_ids:
            if (lease := self._leases.get(seat_id)) is not None:
                return lease
        return None

    def forget(self, seat_ids: Sequence[UUID]) -> None:
        """Those who come now have to try: the seats have been given back."""
        for seat_id in seat_ids:
            lease = self._leases.get(seat_id)
            if lease is not None and lease.held is not None:
                self._end(lease)

    def _release(self, lease: LocalLease) -> None:
        # After a failure all wait together for the next who tries: only a few will.
        lease.decided.set(at_once=lease.failure is not None)
        if lease.held is None:
            self._end(lease)
        else:
            # Behind those who came before the seats were taken: they are refused. Those
            # whose turn has just begun have not run yet.
            loop = asyncio.get_running_loop()
            end = partial(loop.call_soon, self._end, lease)
            self._turns.call(end, lease.lines)

    def _end(self, lease: LocalLease) -> None:
        if lease.released.is_set():
            return
        for seat_id in lease.wanted.seat_ids:
            del self._leases[seat_id]
        lease.released.set(at_once=lease.failure is not None)
