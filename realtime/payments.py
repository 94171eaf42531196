"""Kafka -> payments: opens one for a new reservation, closes it when that has ended."""

from collections.abc import Sequence

from domain.events import (
    PAYMENTS_CONSUMER,
    ReservationCancelled,
    ReservationCreated,
    ReservationExpired,
    topics_of,
)
from domain.ports import Ledger, RelayWakeup, Trigger
from domain.reservation import Reservation
from persistence.codec import event_from_json
from realtime.cloud_event import CloudEvent


class PaymentsHandler:
    name = PAYMENTS_CONSUMER
    topics = topics_of(PAYMENTS_CONSUMER)

    def __init__(self, ledger: Ledger, wakeup: RelayWakeup) -> None:
        self._ledger = ledger
        self._wakeup = wakeup

    async def handle(self, events: Sequence[CloudEvent]) -> None:
        triggers = []
        for event in events:
            match event_from_json(event.type, event.data):
                case (
                    ReservationCreated(reservation=reservation)
                    | ReservationCancelled(reservation=reservation)
                    | ReservationExpired(reservation=reservation)
                ):
                    triggers.append(_trigger(event, reservation))
        await self._ledger.update_payments([event.id for event in events], triggers)
        self._wakeup.notify()

    async def on_dead_letter(self, session_key: str, event: CloudEvent | None) -> None:
        if event:
            await self._ledger.update_payments([event.id])


def _trigger(event: CloudEvent, reservation: Reservation) -> Trigger:
    return Trigger(
        event_id=event.id,
        reservation_id=reservation.id,
        request_id=event.request_id,
        trace_parent=event.trace_parent,
    )
