"""Events carry the id of the request that caused them, and so do their events."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson
import pytest

from domain.events import PAYMENTS, RESERVATIONS
from domain.reservation import Reservation
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from persistence.sales.outbox import Outbox
from realtime.broker import Kafka
from realtime.cloud_event import CloudEvent
from realtime.payments import PaymentsHandler
from telemetry import origin
from tests.support.cinema import Cinema, expire_hold
from tests.support.null_services import NoWakeup
from tests.support.polling import eventually
from tests.support.realtime import Worker
from tests.support.sale_events import hold, read_topic, until_outbox_is_empty

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
async def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


async def origins(cinema: Cinema) -> list[tuple[str, str | None]]:
    rows = await cinema.pool.fetch(
        "SELECT type, request_id FROM outbox ORDER BY position"
    )
    return [(row["type"], row["request_id"]) for row in rows]


async def payment_of(cinema: Cinema, reservation: Reservation) -> UUID:
    payment: UUID = await cinema.pool.fetchval(
        "SELECT id FROM payments WHERE reservation_id = $1", reservation.id
    )
    return payment


async def created(
    cinema: Cinema, reservation: Reservation, request_id: str | None
) -> CloudEvent:
    data = await cinema.pool.fetchval(
        "SELECT data FROM outbox WHERE data->>'reservation_id' = $1",
        str(reservation.id),
    )
    return CloudEvent(
        id=uuid4(),
        type="ReservationCreated",
        time=datetime.now(UTC),
        session_id=reservation.session_id,
        data=data,
        request_id=request_id,
        trace_parent=TRACE,
    )


async def test_each_change_carries_the_request_that_made_it(cinema: Cinema) -> None:
    ledger = PostgresLedger(cinema.pool)
    show = await cinema.open_session()

    origin.begin("hold-1")
    first = await hold(cinema, show, 0)
    origin.begin("hold-2")
    second = await hold(cinema, show, 1)
    origin.begin("cancel-1")
    await ledger.cancel(first.id, first.customer_id)
    await expire_hold(cinema.pool, second.id)
    origin.begin("sweep-1")
    await ledger.expire_due(10)

    assert await origins(cinema) == [
        ("ReservationCreated", "hold-1"),
        ("ReservationCreated", "hold-2"),
        ("ReservationCancelled", "cancel-1"),
        ("ReservationExpired", "sweep-1"),
    ]


async def test_the_request_of_a_buyer_who_ends_an_expired_hold_is_named(
    cinema: Cinema,
) -> None:
    show = await cinema.open_session()
    origin.begin("hold-1")
    held = await hold(cinema, show, 0)
    await expire_hold(cinema.pool, held.id)

    origin.begin("hold-2")
    await PostgresLedger(cinema.pool).expire([held.id])

    assert (await origins(cinema))[-1] == ("ReservationExpired", "hold-2")


async def test_each_payment_of_a_batch_has_the_request_of_its_own_hold(
    scratch_pool: Pool, cinema: Cinema
) -> None:
    show = await cinema.open_session()
    origin.begin("seats")
    held = [await hold(cinema, show, seat) for seat in range(3)]
    events = [
        await created(cinema, reservation, f"hold-{number}")
        for number, reservation in enumerate(held)
    ]
    events[2] = await created(cinema, held[2], None)  # of a program without origins
    await put_into_outbox(cinema, events)

    handler = PaymentsHandler(PostgresLedger(scratch_pool), NoWakeup())
    await handler.handle([*events, events[0]])

    rows = await cinema.pool.fetch(
        "SELECT (data->>'reservation_id')::uuid AS of, request_id, trace_parent"
        " FROM outbox WHERE type = 'PaymentOpened'"
    )
    origins = {row["of"]: (row["request_id"], row["trace_parent"]) for row in rows}
    assert len(rows) == 3
    assert origins == {
        held[0].id: ("hold-0", TRACE),
        held[1].id: ("hold-1", TRACE),
        held[2].id: (None, TRACE),
    }


async def put_into_outbox(cinema: Cinema, events: list[CloudEvent]) -> None:
    """As if they had been sent: a handler reads them there."""
    await cinema.pool.executemany(
        "INSERT INTO outbox (id, topic, type, session_id, data, awaiting, sends)"
        " VALUES ($1, 'reservations', $2, $3, $4, '{payments}', 1)",
        [(event.id, event.type, event.session_id, event.data) for event in events],
    )


async def test_events_on_kafka_carry_it(
    worker: Worker, cinema: Cinema, kafka: Kafka
) -> None:
    worker.start("relay", "payments", "fanout", "notices")
    show = await cinema.open_session()

    origin.begin("hold-1")
    held = await hold(cinema, show, 0)
    await until_outbox_is_empty(cinema)
    origin.begin("approve-1")
    await PostgresLedger(cinema.pool).approve(
        await payment_of(cinema, held), held.customer_id, None
    )
    await until_outbox_is_empty(cinema)

    events = [
        orjson.loads(record.value)
        for topic in (RESERVATIONS, PAYMENTS)
        for record in await read_topic(kafka, topic, show.session_id)
    ]
    received = {event["id"]: (event["type"], event["requestid"]) for event in events}
    assert list(received.values()) == [  # each may come twice
        ("ReservationCreated", "hold-1"),
        ("ReservationConfirmed", "approve-1"),
        ("PaymentOpened", "hold-1"),
        ("PaymentApproved", "approve-1"),
    ]


async def test_a_sweep_has_an_id_of_its_own(worker: Worker, cinema: Cinema) -> None:
    show = await cinema.open_session()
    origin.begin("hold-1")
    held = await hold(cinema, show, 0)
    await expire_hold(cinema.pool, held.id)

    swept = await _sweep(worker, cinema)

    assert swept.startswith("sweep-") and len(swept) == len("sweep-") + 32


async def _sweep(worker: Worker, cinema: Cinema) -> str:
    worker.start("expiry")
    found: list[str | None] = []

    async def is_swept() -> bool:
        found[:] = [
            request_id
            for type_, request_id in await origins(cinema)
            if type_ == "ReservationExpired"
        ]
        return bool(found)

    await eventually(is_swept)
    [request_id] = found
    assert request_id
    return request_id


async def test_the_outbox_passes_both_to_the_relay(cinema: Cinema) -> None:
    show = await cinema.open_session()
    origin.begin("hold-1")
    await hold(cinema, show, 0)
    await cinema.pool.execute("UPDATE outbox SET trace_parent = $1", TRACE)
    outbox, holder = Outbox(cinema.pool), uuid4()
    await outbox.renew_lease(holder)

    [event] = await outbox.due(holder, 10)

    assert (event.request_id, event.trace_parent) == ("hold-1", TRACE)
