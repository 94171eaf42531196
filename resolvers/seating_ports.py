"""Ports: what the resolvers need to choose seats and to judge choices."""

from typing import Protocol
from uuid import UUID

from domain.best_seats import Wish
from domain.reservation import Reservation
from domain.seating import Seats
from domain.session_seating import SessionSeating


class BestSeatsBooking(Protocol):
    async def reserve_best_seats(
        self,
        session_id: UUID,
        wish: Wish,
        customer_id: UUID,
        idempotency_key: str | None,
        type_ids: tuple[UUID, ...],
    ) -> Reservation: ...


class SeatingReader(Protocol):
    async def newest(self, session_id: UUID) -> tuple[SessionSeating, Seats] | None: ...

    def forget_rules(self) -> None: ...
