"""Take seats of a session off sale, and put them back: for managers."""

from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

from domain.errors import InvalidInputError, raise_if_any
from domain.ports import RelayWakeup
from domain.seats import SessionSeat
from domain.text import composed, is_line

MAX_BLOCKED_AT_ONCE: Final = 500
MAX_REASON_LENGTH: Final = 200


class SeatBlocks(Protocol):
    """Each call is one transaction, its events included.

    Both answer with all the seats as they are now, and raise NotFoundError if one of
    them is not in the session.
    """

    async def block(
        self, session_id: UUID, seat_ids: Sequence[UUID], reason: str, by: UUID
    ) -> list[SessionSeat]:
        """All of them, or none: SeatsUnavailableError if some are held or sold.

        A seat that is blocked stays as it is, with its reason.
        """

    async def unblock(
        self, session_id: UUID, seat_ids: Sequence[UUID]
    ) -> list[SessionSeat]:
        """A seat that is not blocked stays as it is."""


class BlockService:
    def __init__(self, blocks: SeatBlocks, wakeup: RelayWakeup) -> None:
        self._blocks = blocks
        self._wakeup = wakeup

    async def block_seats(
        self, session_id: UUID, seat_ids: Sequence[UUID], reason: str, by: UUID
    ) -> list[SessionSeat]:
        reason = composed(reason, MAX_REASON_LENGTH)
        wrong = _wrong_seats(seat_ids)
        if not is_line(reason, MAX_REASON_LENGTH):
            wrong.append(
                InvalidInputError(
                    "reason", rule="name_length", longest=MAX_REASON_LENGTH
                )
            )
        raise_if_any(wrong)
        seats = await self._blocks.block(session_id, sorted(seat_ids), reason, by)
        self._wakeup.notify()
        return seats

    async def unblock_seats(
        self, session_id: UUID, seat_ids: Sequence[UUID]
    ) -> list[SessionSeat]:
        raise_if_any(_wrong_seats(seat_ids))
        seats = await self._blocks.unblock(session_id, sorted(seat_ids))
        self._wakeup.notify()
        return seats


def _wrong_seats(seat_ids: Sequence[UUID]) -> list[InvalidInputError]:
    if not seat_ids:
        return [InvalidInputError("seatIds", rule="seats_missing")]
    if len(seat_ids) > MAX_BLOCKED_AT_ONCE:
        longest = MAX_BLOCKED_AT_ONCE
        return [InvalidInputError("seatIds", rule="list_length", longest=longest)]
    if len(set(seat_ids)) != len(seat_ids):
        return [InvalidInputError("seatIds", rule="seats_repeated")]
    return []
