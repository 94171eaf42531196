"""Give sessions another start or room although seats of them are held or sold."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.catalog import CatalogCache
from domain.errors import InvalidInputError, raise_if_any
from domain.idempotency import RESCHEDULE_SESSION, earlier_result, key_for
from domain.new_seats import MAX_SEATS_IN_ROOM
from domain.ports import IdempotencyKey, KeyReusedError, Ledger, RelayWakeup
from domain.refunds import MAX_REASON_LENGTH, wrong_reason
from domain.seat_transfers import Moves
from domain.sessions import Session
from domain.text import composed


@dataclass(frozen=True, slots=True, kw_only=True)
class Reschedule:
    """The new start or room; None: it stays. `seats` are chosen places in the room."""

    session_id: UUID
    starts_at: datetime | None
    room_id: UUID | None
    seats: Moves
    reason: str
    by: UUID


class Reschedules(Protocol):
    async def reschedule(
        self, wanted: Reschedule, key: IdempotencyKey | None
    ) -> Session:
        """One transaction, its events included: tickets and holds stay good.

        A session that is there already stays as it is. Raises NotFoundError,
        InvalidInputError, RoomBusyError, SessionOverError, KeyReusedError, and
        SeatsUnavailableError for the seats of customers that get no place.
        """


class ReschedulingService:
    def __init__(
        self,
        reschedules: Reschedules,
        ledger: Ledger,
        cache: CatalogCache,
        wakeup: RelayWakeup,
    ) -> None:
        self._reschedules = reschedules
        self._ledger = ledger
        self._cache = cache
        self._wakeup = wakeup

    async def reschedule_session(
        self, wanted: Reschedule, idempotency_key: str | None = None
    ) -> Session:
        """With the same key it moves once; the answer is the session as it is then."""
        wanted = _checked(wanted)
        key = key_for(
            RESCHEDULE_SESSION,
            idempotency_key,
            wanted.session_id,
            wanted.starts_at,
            wanted.room_id,
            sorted(wanted.seats),
            wanted.reason,
        )
        if await earlier_result(self._ledger, wanted.by, key):
            return await self._unchanged(wanted)
        try:
            session = await self._reschedules.reschedule(wanted, key)
        except KeyReusedError:  # by a call at the same moment
            await earlier_result(self._ledger, wanted.by, key)
            return await self._unchanged(wanted)
        self._wakeup.notify()
        await self._cache.drop()
        return session

    async def _unchanged(self, wanted: Reschedule) -> Session:
        stays = replace(wanted, starts_at=None, room_id=None, seats=())
        return await self._reschedules.reschedule(stays, None)


def _checked(wanted: Reschedule) -> Reschedule:
    """With a composed reason. Raises InvalidInputError for all wrong fields."""
    reason = composed(wanted.reason, MAX_REASON_LENGTH)
    wrong = wrong_reason(reason)
    if wanted.starts_at is None and wanted.room_id is None:
        wrong.append(InvalidInputError("startsAt", rule="move_missing"))
    if wanted.seats and wanted.room_id is None:
        wrong.append(InvalidInputError("seats", rule="seats_without_room"))
    elif len(wanted.seats) > MAX_SEATS_IN_ROOM:
        wrong.append(
            InvalidInputError("seats", rule="list_length", longest=MAX_SEATS_IN_ROOM)
        )
    raise_if_any(wrong)
    return replace(wanted, reason=reason)
