"""From the outbox through Kafka to the payments: in order, never lost, once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from domain.ports import Hold
from domain.reservation import Reservation
from persistence.ledger import PostgresLedger
from persistence.outbox import Outbox
from persistence.pool import Pool
from realtime.cloud_event import CloudEvent
from realtime.kafka import MARKER, Kafka
from realtime.topics import PARTITIONS, RESERVATIONS, dead_letters
from tests.support.cinema import Cinema, Show, let_time_pass
from tests.support.embedded import EmbeddedStack
from tests.support.realtime import Worker
from tests.support.waiting import eventually


@pytest.fixture
async def worker(
    scratch_pool: Pool, stack: EmbeddedStack, kafka: Kafka
) -> AsyncIterator[Worker]:
    async with Worker(scratch_pool, stack.redis_url, kafka) as worker:
        yield worker


@pytest.fixture
async def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


async def hold(cinema: Cinema, show: Show, seat: int) -> Reservation:
    [customer] = await cinema.customers(1)
    verdict = await PostgresLedger(cinema.pool).hold(
        Hold(
            reservation_id=uuid4(),
            session_id=show.session_id,
            customer_id=customer,
            seat_ids=(show.seat_ids[seat],),
            period=timedelta(seconds=30),
        )
    )
    assert verdict.reservation
    return verdict.reservation


async def payments(cinema: Cinema, show: Show) -> list[str]:
    rows = await cinema.pool.fetch(
        "SELECT p.status FROM payments p JOIN reservations r"
        " ON r.id = p.reservation_id WHERE r.session_id = $1 ORDER BY r.created_at",
        show.session_id,
    )
    return [row["status"] for row in rows]


async def outbox_size(cinema: Cinema) -> int:
    return int(await cinema.pool.fetchval("SELECT count(*) FROM outbox"))


async def until_all_is_told(cinema: Cinema, seconds: float = 20) -> None:
    async def nothing_waits() -> bool:
        return await outbox_size(cinema) == 0

    await eventually(nothing_waits, seconds)


async def test_a_hold_gets_its_payment_and_the_outbox_empties(
    worker: Worker, cinema: Cinema
) -> None:
    worker.start()
    show = await cinema.open_session()

    for seat in range(10):
        await hold(cinema, show, seat)
    await until_all_is_told(cinema)

    assert await payments(cinema, show) == ["PENDING"] * 10


async def test_a_hold_that_is_over_is_swept_and_its_payment_closed(
    worker: Worker, cinema: Cinema
) -> None:
    worker.start()
    show = await cinema.open_session()

    held = await hold(cinema, show, 0)
    await until_all_is_told(cinema)
    await let_time_pass(cinema.pool, held.id)

    async def is_closed() -> bool:
        return await payments(cinema, show) == ["EXPIRED"]

    await eventually(is_closed, 10)
    assert (await cinema.seat_states(show))[0] == ("AVAILABLE", 3)


async def test_events_are_cloud_events_keyed_by_session_in_order_per_seat(
    worker: Worker, cinema: Cinema, kafka: Kafka
) -> None:
    worker.start("relay", "payments", "fanout")
    show = await cinema.open_session(seats=1)
    ledger = PostgresLedger(cinema.pool)
    for _ in range(5):
        held = await hold(cinema, show, 0)
        await ledger.cancel(held.id, held.customer_id)
    await until_all_is_told(cinema)

    records = await read_topic(kafka, RESERVATIONS, show.session_id)

    first = orjson.loads(records[0].value)
    assert {key: first[key] for key in ("specversion", "type", "partitionkey")} == {
        "specversion": "1.0",
        "type": "ReservationCreated",
        "partitionkey": str(show.session_id),
    }
    # Each may come again; the first time it comes in its order.
    events = [CloudEvent.decode(record.value) for record in records]
    firsts = {event.id: event for event in reversed(events)}
    seen = dict.fromkeys(event.id for event in events)
    versions = [
        seat["version"] for event_id in seen for seat in firsts[event_id].data["seats"]
    ]
    assert versions == list(range(2, 12))


async def test_a_relay_killed_between_send_and_mark_repeats_and_harms_nothing(
    worker: Worker,
    cinema: Cinema,
    kafka: Kafka,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    show = await cinema.open_session(seats=3)
    killed = asyncio.Event()

    async def die(*_: object) -> None:
        killed.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as fault:
        fault.setattr(Outbox, "mark_sent", die)
        worker.start("relay")
        for seat in range(3):
            await hold(cinema, show, seat)
        await asyncio.wait_for(killed.wait(), 10)
        await worker.stop()
    # Another relay, which has to wait until the lease is over; nobody reads yet, or
    # the first sending would do.
    worker.start("relay")

    async def all_marked() -> bool:
        return await cinema.count("outbox", "sends = 1") == 3

    await eventually(all_marked, 10)
    worker.start("payments", "fanout")
    await until_all_is_told(cinema)

    records = await read_topic(kafka, RESERVATIONS, show.session_id)
    events = [CloudEvent.decode(record.value).id for record in records]
    assert len(events) > len(set(events)) == 3
    assert await payments(cinema, show) == ["PENDING"] * 3


async def test_one_relay_sends_at_a_time(scratch_pool: Pool, cinema: Cinema) -> None:
    outbox = Outbox(scratch_pool)
    show = await cinema.open_session()
    await hold(cinema, show, 0)
    first, second = uuid4(), uuid4()

    assert await outbox.renew_lease(first)
    assert not await outbox.renew_lease(second)
    assert len(await outbox.due(first, 10)) == 1
    assert await outbox.due(second, 10) == []

    await scratch_pool.execute(
        "UPDATE relay_lease SET held_until = clock_timestamp() - interval '1 ms'"
    )
    assert await outbox.due(first, 10) == []
    assert await outbox.renew_lease(second)


async def test_sales_go_on_without_the_broker_and_are_told_when_it_is_back(
    worker: Worker, cinema: Cinema, stack: EmbeddedStack
) -> None:
    worker.start()
    show = await cinema.open_session()
    await hold(cinema, show, 0)
    await until_all_is_told(cinema)

    stack.broker.stop()
    try:
        for seat in range(1, 5):
            await hold(cinema, show, seat)
        await asyncio.sleep(2)
        assert await payments(cinema, show) == ["PENDING"]
        assert await outbox_size(cinema) == 4
    finally:
        stack.broker.start()
    await until_all_is_told(cinema, 40)

    assert await payments(cinema, show) == ["PENDING"] * 5


async def test_what_the_broker_forgot_is_sent_again(
    worker: Worker, cinema: Cinema, stack: EmbeddedStack
) -> None:
    show = await cinema.open_session()
    worker.start("relay")  # nobody reads: it is acknowledged and then forgotten
    for seat in range(4):
        await hold(cinema, show, seat)

    async def all_sent() -> bool:
        return await cinema.count("outbox", "sends = 1") == 4

    await eventually(all_sent, 10)
    stack.broker.kill()
    stack.broker.start()
    worker.start("payments", "fanout")
    await cinema.pool.execute("UPDATE outbox SET send_after = clock_timestamp()")
    await until_all_is_told(cinema, 40)

    assert await payments(cinema, show) == ["PENDING"] * 4


async def test_a_poison_message_stops_nobody(
    worker: Worker, cinema: Cinema, kafka: Kafka
) -> None:
    show = await cinema.open_session()
    worker.start()
    await hold(cinema, show, 0)
    await until_all_is_told(cinema)

    key = str(show.session_id).encode()
    wrong = CloudEvent(
        id=uuid4(),
        type="ReservationCreated",
        time=(await hold(cinema, show, 1)).created_at,
        session_id=show.session_id,
        data={"reservation_id": "none"},
    )
    async with kafka.producer() as producer:
        await producer.send_and_wait(RESERVATIONS, b"{poison", key=key)
        await producer.send_and_wait(
            RESERVATIONS, wrong.encode().replace(b'"reservation_id"', b'"x"'), key=key
        )
    await hold(cinema, show, 2)
    await until_all_is_told(cinema)

    assert await payments(cinema, show) == ["PENDING"] * 3

    async def buried() -> list[Any]:
        return await read_topic(kafka, dead_letters(RESERVATIONS), show.session_id)

    async def all_buried() -> bool:
        letters = await buried()
        return {letter.value for letter in letters} >= {b"{poison"}

    await eventually(all_buried, 10)
    letter = next(x for x in await buried() if x.value == b"{poison")
    headers = dict(letter.headers)
    assert headers["topic"] == b"reservations"
    assert headers["consumer"] in {b"payments", b"fanout"}
    assert b"MalformedEventError" in headers["reason"]


async def test_a_payment_is_opened_fast(worker: Worker, cinema: Cinema) -> None:
    """By the rows' own times, so nothing that the test does is counted."""
    worker.start()
    show = await cinema.open_session(seats=40)
    for seat in range(40):
        await hold(cinema, show, seat)
    await until_all_is_told(cinema)

    late = await cinema.pool.fetchval(
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY p.created_at -"
        " r.created_at) FROM payments p JOIN reservations r"
        " ON r.id = p.reservation_id WHERE r.session_id = $1",
        show.session_id,
    )
    assert late < timedelta(seconds=5), late


async def read_topic(kafka: Kafka, topic: str, session_id: UUID) -> list[Any]:
    """All that it holds of one session, from its beginning."""
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap_servers, enable_auto_commit=False
    )
    await consumer.start()
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    found = []
    quiet = 0
    while quiet < 3:
        batches = await consumer.getmany(timeout_ms=200)
        quiet = 0 if batches else quiet + 1
        found += [
            record
            for batch in batches.values()
            for record in batch
            if record.value != MARKER and record.key == str(session_id).encode()
        ]
    await consumer.stop()
    return found
