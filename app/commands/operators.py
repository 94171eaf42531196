"""The commands of operators: dead letters, and the story of a reservation."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

from aiokafka.errors import KafkaError

from app.settings import Settings
from app.wiring import kafka
from persistence.postgres.pool import Pool, open_pool
from persistence.sales.stories import Moment, rows_of
from realtime import dead_letters
from realtime.broker import Kafka
from realtime.dead_letters import DeadLetter
from realtime.topic_reading import read_topics
from realtime.topics import PAYMENTS, RESERVATIONS
from runtime import run_file
from runtime.errors import CommandError

END = datetime.max.replace(tzinfo=UTC)  # what is as it is now comes last
Command = Callable[[Pool, Kafka], Awaitable[None]]


def list_dead_letters() -> None:
    async def main(_pool: Pool, broker: Kafka) -> None:
        letters = await dead_letters.unhandled(broker)
        for letter in letters:
            event = letter.event
            about = f"{event.type} {event.id}" if event else "unreadable"
            print(f"{letter.id}  {letter.buried_at:%FT%TZ}  {letter.consumer}  {about}")
            print(f"    {letter.reason}")
        print(f"{len(letters)} dead letters")

    _run(main)


def show_dead_letter(letter_id: str) -> None:
    async def main(_pool: Pool, broker: Kafka) -> None:
        letter = await _find(broker, letter_id)
        told = {
            "id": letter.id,
            "buried_at": letter.buried_at,
            "topic": letter.topic,
            "consumer": letter.consumer,
            "reason": letter.reason,
            "key": letter.key.decode(errors="replace"),
            "value": letter.value.decode(errors="replace"),
        }
        if letter.event:
            told["value"] = json.loads(letter.value)
        print(_json(told, indent=2))

    _run(main)


def replay_dead_letters(letter_id: str | None) -> None:
    """All of them without an id; the unreadable ones stay where they are."""

    async def main(pool: Pool, broker: Kafka) -> None:
        if letter_id is not None:
            await _replay(pool, broker, await _find(broker, letter_id))
            return
        for letter in await dead_letters.unhandled(broker):
            if letter.event:
                await _replay(pool, broker, letter)
            else:
                print(f"{letter.id} cannot be read: it stays")

    _run(main)


def tell_story(reservation_id: str) -> None:
    try:
        key = UUID(reservation_id)
    except ValueError:
        raise CommandError(
            f"{reservation_id!r} is no id of a reservation: give one such as"
            " 019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b."
        ) from None

    async def main(pool: Pool, broker: Kafka) -> None:
        rows = await rows_of(pool, key)
        if rows is None:
            raise CommandError(f"There is no reservation {key}.")
        moments = [*rows.moments, *await _events(broker, rows.session_id, key)]
        for moment in sorted(moments, key=lambda each: each.at or END):
            at = moment.at.isoformat(timespec="milliseconds") if moment.at else "now"
            print(f"{at:29}  {moment.what:22}  {_json(moment.facts)}")

    _run(main)


async def _events(
    broker: Kafka, session_id: UUID, reservation_id: UUID
) -> list[Moment]:
    """As they are on Kafka, which may have them twice, or not any more."""
    moments: list[Moment] = []
    async for record in read_topics(broker, (RESERVATIONS, PAYMENTS)):
        if record.key != str(session_id).encode():
            continue
        event = dead_letters.event_in(record.value)
        if event and event.data.get("reservation_id") == str(reservation_id):
            place = f"{record.topic}:{record.partition}:{record.offset}"
            facts = {
                "id": event.id,
                "request_id": event.request_id,
                "place": place,
                "data": event.data,
            }
            moments.append(Moment(event.time, event.type, facts))
    return moments


async def _find(broker: Kafka, letter_id: str) -> DeadLetter:
    try:
        return await dead_letters.find(broker, letter_id)
    except dead_letters.NoSuchLetterError:
        raise CommandError(
            f"No dead letter {letter_id} waits: see `python -m app dead-letters list`."
        ) from None


async def _replay(pool: Pool, broker: Kafka, letter: DeadLetter) -> None:
    try:
        await dead_letters.replay(broker, pool, letter)
    except dead_letters.UnreadableLetterError:
        raise CommandError(
            f"{letter.id} is none of our events: nobody could handle it."
        ) from None
    print(f"{letter.id} is in the outbox again, for {letter.consumer}")


def _run(main: Command) -> None:
    asyncio.run(_with_servers(main))


async def _with_servers(main: Command) -> None:
    os.environ.update(run_file.environment(os.environ))
    settings = Settings.load()
    pool = await open_pool(settings.database_url, max_size=1, name="operator")
    try:
        await main(pool, kafka(settings))
    except KafkaError as error:
        raise CommandError(f"The broker cannot be reached: {error!r}.") from error
    finally:
        await pool.close()


def _json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, default=str, ensure_ascii=False, indent=indent)
