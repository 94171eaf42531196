"""Events that a consumer could not handle: to list, to show and to replay."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from aiokafka import ConsumerRecord

from domain.events import TOPICS
from persistence.postgres.pool import Pool
from persistence.sales.outbox import put_back
from realtime.broker import MARKER, Kafka
from realtime.cloud_event import CloudEvent, MalformedEventError
from realtime.topic_reading import read_topics
from realtime.topics import dead_letters_of

DEAD_LETTER_TOPICS = tuple(map(dead_letters_of, TOPICS))
REPLAYED = "replayed"  # header of a marker that says which letter was replayed


class NoSuchLetterError(Exception):
    """There is no letter with this id, or it was replayed already."""


class UnreadableLetterError(Exception):
    """The letter is none of our events, so no consumer can handle it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """`id` is its topic, partition and offset; `event` is None if unreadable."""

    id: str
    buried_at: datetime
    topic: str  # that the event came from
    consumer: str
    reason: str
    key: bytes
    value: bytes
    event: CloudEvent | None

    @classmethod
    def of(cls, record: ConsumerRecord) -> Self:
        headers = {
            name: value.decode(errors="replace") for name, value in record.headers
        }
        return cls(
            id=f"{record.topic}:{record.partition}:{record.offset}",
            buried_at=datetime.fromtimestamp(record.timestamp / 1_000, UTC),
            topic=headers.get("topic", ""),
            consumer=headers.get("consumer", ""),
            reason=headers.get("reason", ""),
            key=record.key or b"",
            value=record.value or b"",
            event=event_in(record.value),
        )


async def unhandled(kafka: Kafka) -> list[DeadLetter]:
    """Leaves out the letters that were replayed; the oldest comes first."""
    letters: dict[str, DeadLetter] = {}
    replayed = set[str]()
    async for record in read_topics(kafka, DEAD_LETTER_TOPICS):
        headers = dict(record.headers)
        if REPLAYED in headers:
            replayed.add(headers[REPLAYED].decode())
        elif record.value not in {None, MARKER}:
            letter = DeadLetter.of(record)
            letters[letter.id] = letter
    waiting = [each for key, each in letters.items() if key not in replayed]
    return sorted(waiting, key=lambda letter: letter.buried_at)


async def find(kafka: Kafka, letter_id: str) -> DeadLetter:
    """Raises NoSuchLetterError."""
    for letter in await unhandled(kafka):
        if letter.id == letter_id:
            return letter
    raise NoSuchLetterError(letter_id)


async def replay(kafka: Kafka, pool: Pool, letter: DeadLetter) -> None:
    """Await the event's consumer again, and only that one. A repeat does no harm.

    The event is put back into the outbox, and the relay sends it. The marker comes
    last: if we are killed before it, the letter is still listed. Raises
    UnreadableLetterError.
    """
    event = letter.event
    if event is None or not letter.topic or not letter.consumer:
        raise UnreadableLetterError(letter.id)
    await put_back(
        pool,
        event_id=event.id,
        topic=letter.topic,
        type=event.type,
        session_id=event.session_id,
        data=event.data,
        consumer=letter.consumer,
        created_at=event.time,
        request_id=event.request_id,
        trace_parent=event.trace_parent,
    )
    topic = letter.id.split(":", maxsplit=1)[0]
    async with kafka.producer() as producer:
        await producer.send_and_wait(
            topic, MARKER, key=letter.key, headers=[(REPLAYED, letter.id.encode())]
        )


def event_in(value: bytes | None) -> CloudEvent | None:
    try:
        return CloudEvent.decode(value or b"")
    except MalformedEventError:
        return None
