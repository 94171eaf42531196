"""Opens a payment for a reservation that was created, closes it for one that ended."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.ports import RelayWakeup
from persistence.postgres.pool import Pool
from persistence.sales import payment_sql as sql
from persistence.sales.outbox import confirm
from realtime.cloud_event import CloudEvent
from realtime.topics import PAYMENTS_CONSUMER, RESERVATIONS

CREATED = "ReservationCreated"
ENDED = {"ReservationCancelled", "ReservationExpired"}


class PaymentsHandler:
    name = PAYMENTS_CONSUMER
    topics = (RESERVATIONS,)

    def __init__(self, pool: Pool, wakeup: RelayWakeup) -> None:
        self._pool = pool
        self._wakeup = wakeup

    async def handle(self, events: Sequence[CloudEvent]) -> None:
        """The effect and its confirmation are one transaction: repeats do nothing.

        Both statements look at the reservation as it is: an event may be late.
        """
        async with self._pool.acquire() as db, db.transaction():
            new = await confirm(db, [event.id for event in events], self.name)
            created, ended = dict[UUID, CloudEvent](), dict[UUID, CloudEvent]()
            for event in events:
                if event.id in new and event.type == CREATED:
                    created[UUID(event.data["reservation_id"])] = event
                if event.id in new and event.type in ENDED:
                    ended[UUID(event.data["reservation_id"])] = event
            if created:
                await db.execute(sql.OPEN_PAYMENTS, *_with_origins(created))
            if ended:
                await db.execute(sql.CLOSE_PAYMENTS, *_with_origins(ended))
        self._wakeup.notify()

    async def on_dead_letter(self, session_key: str, event: CloudEvent | None) -> None:
        if event:
            async with self._pool.acquire() as db, db.transaction():
                await confirm(db, [event.id], self.name)


def _with_origins(
    events: Mapping[UUID, CloudEvent],
) -> tuple[list[UUID], list[str | None], list[str | None]]:
    return (
        list(events),
        [event.request_id for event in events.values()],
        [event.trace_parent for event in events.values()],
    )
