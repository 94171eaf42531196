"""Faults of the relay, the broker and events: nothing is lost or done twice."""

import asyncio
from uuid import UUID

import pytest
from asyncpg import CannotConnectNowError

from domain.events import RESERVATIONS
from persistence.postgres.pool import Pool
from persistence.sales.outbox import Outbox
from realtime.broker import Kafka
from realtime.cloud_event import CloudEvent
from realtime.topics import dead_letters_of
from tests.support.cinema import Cinema
from tests.support.embedded import EmbeddedStack
from tests.support.polling import eventually, soon
from tests.support.realtime import Worker
from tests.support.sale_events import (
    hold,
    outbox_size,
    payments,
    read_topic,
    until_outbox_is_empty,
)

# The fan-out can handle the event of such a reservation; its payment is refused.
REFUSE_PAYMENTS_OF_7 = """
ALTER TABLE payments ADD CONSTRAINT not_7 CHECK (amount_minor <> 7)
"""
SET_PRICE = "UPDATE sessions SET price_minor = $2 WHERE id = $1"


@pytest.fixture
async def cinema(scratch_pool: Pool) -> Cinema:
    return Cinema(scratch_pool)


async def test_a_relay_killed_between_send_and_mark_sends_again_without_harm(
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
        await soon(killed.wait())
        await worker.stop()
    # Another relay, which waits until the lease has expired. No consumer runs yet, or
    # the first sending would be enough.
    worker.start("relay")

    async def all_marked() -> bool:
        return await cinema.count("outbox", "sends = 1") == 3

    await eventually(all_marked)
    worker.start("payments", "fanout")
    await until_outbox_is_empty(cinema)

    records = await read_topic(kafka, RESERVATIONS, show.session_id)
    events = [CloudEvent.decode(record.value).id for record in records]
    assert len(events) > len(set(events)) == 3
    assert await payments(cinema, show) == ["PENDING"] * 3


async def test_sales_go_on_without_the_broker_and_are_sent_when_it_is_back(
    worker: Worker,
    cinema: Cinema,
    stack: EmbeddedStack,
    caplog: pytest.LogCaptureFixture,
) -> None:
    worker.start()
    show = await cinema.open_session()
    await hold(cinema, show, 0)
    await until_outbox_is_empty(cinema)

    async def waits_for_it() -> bool:
        return "the broker is unavailable, events wait" in caplog.text

    stack.broker.stop()
    try:
        for seat in range(1, 5):
            await hold(cinema, show, seat)
        await eventually(waits_for_it)
        assert await payments(cinema, show) == ["PENDING"]
        assert await outbox_size(cinema) == 4
    finally:
        stack.broker.start()
    await until_outbox_is_empty(cinema)

    assert await payments(cinema, show) == ["PENDING"] * 5


async def test_the_relay_waits_for_postgres_and_logs_it(
    worker: Worker,
    cinema: Cinema,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    renew, errors = (
        Outbox.renew_lease,
        [ConnectionRefusedError(), CannotConnectNowError()],
    )

    async def renew_when_it_is_back(outbox: Outbox, holder: UUID) -> bool:
        if errors:
            raise errors.pop()
        return await renew(outbox, holder)

    monkeypatch.setattr(Outbox, "renew_lease", renew_when_it_is_back)
    worker.start("relay", "payments")
    show = await cinema.open_session()
    await hold(cinema, show, 0)

    async def is_unavailable() -> bool:
        return await payments(cinema, show) == ["PENDING"]

    await eventually(is_unavailable)
    assert caplog.text.count("no relay without Postgres") == 2
    assert "a loop failed" not in caplog.text
    assert "the broker is unavailable" not in caplog.text


async def test_events_that_the_broker_lost_are_sent_again(
    worker: Worker, cinema: Cinema, stack: EmbeddedStack
) -> None:
    show = await cinema.open_session()
    worker.start("relay")  # no consumer: events are acknowledged and then lost
    for seat in range(4):
        await hold(cinema, show, seat)

    async def all_sent() -> bool:
        return await cinema.count("outbox", "sends = 1") == 4

    await eventually(all_sent)
    stack.broker.kill()
    stack.broker.start()
    worker.start("payments", "fanout")
    await until_outbox_is_empty(cinema)

    assert await payments(cinema, show) == ["PENDING"] * 4


async def test_a_poison_message_stops_no_consumer(
    worker: Worker, cinema: Cinema, kafka: Kafka
) -> None:
    show = await cinema.open_session()
    worker.start()
    await hold(cinema, show, 0)
    await until_outbox_is_empty(cinema)

    async with kafka.producer() as producer:
        key = str(show.session_id).encode()
        await producer.send_and_wait(RESERVATIONS, b"{poison", key=key)
    await cinema.pool.execute(REFUSE_PAYMENTS_OF_7)
    await cinema.pool.execute(SET_PRICE, show.session_id, 7)
    readable = await hold(cinema, show, 2)
    await cinema.pool.execute(SET_PRICE, show.session_id, 2500)
    await hold(cinema, show, 1)
    await until_outbox_is_empty(cinema)

    async def reasons() -> dict[tuple[bytes, bytes], bytes]:
        """By dead letter and consumer."""
        topic = dead_letters_of(RESERVATIONS)
        found = {}
        for letter in await read_topic(kafka, topic, show.session_id):
            headers = dict(letter.headers)
            assert headers["topic"] == b"reservations"
            found[letter.value, headers["consumer"]] = headers["reason"]
        return found

    async def all_dead_letters() -> bool:
        return len(await reasons()) == 4

    await eventually(all_dead_letters)
    assert await payments(cinema, show) == ["PENDING"] * 2
    found = await reasons()
    consumers = (b"payments", b"fanout", b"notices")
    unreadable = [found.pop((b"{poison", name)) for name in consumers]
    assert all(reason.startswith(b"MalformedEventError(") for reason in unreadable)
    [((letter, consumer), reason)] = found.items()
    assert CloudEvent.decode(letter).data["reservation_id"] == str(readable.id)
    assert consumer == b"payments"
    assert reason.startswith(b"CheckViolationError(")
