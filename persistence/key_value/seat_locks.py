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
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

import orjson
from redis.exceptions import RedisError

from domain.errors import SeatsUnavailableError
from domain.reservation import HOLD_PERIOD, Reservation
from domain.seats import SessionSeat
from persistence.key_value.script_batch import ScriptBatch
from persistence.key_value.seat_scripts import ACQUIRE, FORGET, KEEP, MARK_SOLD
from persistence.sales.codec import seat_from_json, seat_to_json
from telemetry import sale_metrics

logger = logging.getLogger(__name__)

LOCK_MS = 3_000
PATIENCE_SECONDS = 1.0  # of waiting for somebody else's lock, then Postgres decides
# Word of a hold ends before the hold does: a seat that is free is never refused.
MARKER_MS = int(HOLD_PERIOD.total_seconds() * 1_000) - 250
SOLD_MARKER_MS = 10 * 60 * 1_000
ID_LENGTH = 36


class Turn:
    """One caller's go at some seats; its fellows in this process wait for its end.

    `known` is what it came to know of seats that are taken: by itself, or by others.
    """

    def __init__(self) -> None:
        self.locked = False
        self.reservation: Reservation | None = None
        self.known: tuple[SessionSeat, ...] = ()
        self.decided = asyncio.Event()
        self.left = asyncio.Event()

    def keep(self, reservation: Reservation) -> None:
        self.reservation = reservation
        self.decide(reservation.seats)

    def decide(self, known: tuple[SessionSeat, ...]) -> None:
        """Its fellows need not wait until the nodes have heard of it."""
        self.known = known
        self.decided.set()

    def taken_of(self, seat_ids: Sequence[UUID]) -> list[SessionSeat]:
        return [seat for seat in self.known if seat.id in seat_ids]


class RedlockSeatLocks:
    """One ScriptBatch per independent lock node; a majority is a lock.

    Of a crowd in this very process one asks the nodes, and then Postgres; the others
    are answered with what it came to know, without a trip to anywhere.
    """

    def __init__(self, nodes: Sequence[ScriptBatch]) -> None:
        self._nodes = nodes
        self._quorum = len(nodes) // 2 + 1
        self._turns: dict[UUID, Turn] = {}  # whose it is in this process
        self._unlocked = 0

    @asynccontextmanager
    async def guard(self, seat_ids: Sequence[UUID]) -> AsyncIterator[Turn]:
        token = f"lock:{uuid4()}"
        turn = await self._take_turn(seat_ids, token)
        try:
            yield turn
        except SeatsUnavailableError as refused:
            sale_metrics.REFUSED_BY_POSTGRES.inc()
            turn.decide(refused.seats)
            raise
        finally:
            try:
                if turn.locked:
                    # A cancelled caller leaves no lock behind.
                    await asyncio.shield(self._unlock(seat_ids, token, turn))
            finally:
                self._leave(seat_ids, turn)

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

    async def _take_turn(self, seat_ids: Sequence[UUID], token: str) -> Turn:
        """Locked with a majority; when that cannot be had, Postgres decides alone.

        Raises SeatsUnavailableError.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + PATIENCE_SECONDS
        while clock() < deadline:
            if ahead := self._ahead_of(seat_ids):
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(deadline):
                        await ahead.decided.wait()
                        if taken := ahead.taken_of(seat_ids):
                            sale_metrics.REFUSED_BY_PROCESS.inc()
                            raise SeatsUnavailableError(taken)
                        await ahead.left.wait()
                continue
            turn = Turn()
            self._turns.update(dict.fromkeys(seat_ids, turn))
            if await self._try(seat_ids, token, turn):
                return turn
            # Another process has one of the seats. Meanwhile the others are anybody's.
            await asyncio.sleep(random.uniform(0.005, 0.03))  # noqa: S311  # jitter
        sale_metrics.UNLOCKED_OUT_OF_PATIENCE.inc()
        return Turn()

    async def _try(self, seat_ids: Sequence[UUID], token: str, turn: Turn) -> bool:
        """False, or an exception: the turn is over."""
        locked = None
        try:
            locked = await self._ask_nodes(seat_ids, token)
        except SeatsUnavailableError as refused:
            turn.decide(refused.seats)
            raise
        finally:
            if locked is None:
                self._leave(seat_ids, turn)
        turn.locked = bool(locked)
        return locked is not None

    def _ahead_of(self, seat_ids: Sequence[UUID]) -> Turn | None:
        return next((self._turns[s] for s in seat_ids if s in self._turns), None)

    async def _ask_nodes(self, seat_ids: Sequence[UUID], token: str) -> bool | None:
        """None: somebody else has the lock. Raises SeatsUnavailableError."""
        keys = _keys(seat_ids)
        asking = asyncio.gather(
            *(node.run(ACQUIRE, keys, token, LOCK_MS) for node in self._nodes),
            return_exceptions=True,
        )
        try:
            answers = await asyncio.shield(asking)
        except asyncio.CancelledError:
            # The nodes may say yes to nobody: what they gave is given back.
            await asyncio.shield(self._undo(await asking, keys, token))
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
        """Give back the minority that was locked, or may have been."""
        await self._tell(
            node.run(FORGET, keys, token)
            for node, answer in zip(self._nodes, answers, strict=True)
            if answer == 1 or isinstance(answer, Exception)
        )

    async def _unlock(self, seat_ids: Sequence[UUID], token: str, turn: Turn) -> None:
        keys = _keys(seat_ids)
        reservation = turn.reservation
        if reservation is None:
            await self._tell(node.run(FORGET, keys, token) for node in self._nodes)
            return
        markers = {seat.id: _marker(reservation, seat) for seat in reservation.seats}
        in_order = [markers[seat_id] for seat_id in seat_ids]
        await self._tell(
            node.run(KEEP, keys, token, LOCK_MS, MARKER_MS, *in_order)
            for node in self._nodes
        )

    def _leave(self, seat_ids: Sequence[UUID], turn: Turn) -> None:
        for seat_id in seat_ids:
            if self._turns.get(seat_id) is turn:
                del self._turns[seat_id]
        turn.decided.set()
        turn.left.set()

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
    seats = [_seat_of(marker) for marker in markers]
    newest = {seat.id: seat for seat in sorted(seats, key=lambda seat: seat.version)}
    return list(newest.values())


@lru_cache(maxsize=1_024)  # a crowd on one seat is refused with the same word of it
def _seat_of(marker: bytes) -> SessionSeat:
    return seat_from_json(orjson.loads(marker[ID_LENGTH:]))
