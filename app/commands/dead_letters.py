"""`dead-letters`: the events that a consumer could not handle."""

import json
from argparse import Namespace

from app.commands.servers import as_json, run_with_servers
from persistence.postgres.pool import Pool
from realtime import dead_letters
from realtime.broker import Kafka
from realtime.dead_letters import DeadLetter
from runtime.errors import CommandError


def run(arguments: Namespace) -> None:
    match arguments.action, arguments.id:
        case "list", _:
            list_letters()
        case "show", None:
            raise CommandError("Say which one, as in `dead-letters show ID`.")
        case "show", letter_id:
            show_letter(letter_id)
        case "replay", letter_id:
            replay_letters(letter_id)


def list_letters() -> None:
    async def main(_pool: Pool, broker: Kafka) -> None:
        letters = await dead_letters.unhandled(broker)
        for letter in letters:
            event = letter.event
            about = f"{event.type} {event.id}" if event else "unreadable"
            print(f"{letter.id}  {letter.buried_at:%FT%TZ}  {letter.consumer}  {about}")
            print(f"    {letter.reason}")
        print(f"{len(letters)} dead letters")

    run_with_servers(main)


def show_letter(letter_id: str) -> None:
    async def main(_pool: Pool, broker: Kafka) -> None:
        letter = await _find(broker, letter_id)
        document = {
            "id": letter.id,
            "buried_at": letter.buried_at,
            "topic": letter.topic,
            "consumer": letter.consumer,
            "reason": letter.reason,
            "key": letter.key.decode(errors="replace"),
            "value": letter.value.decode(errors="replace"),
        }
        if letter.event:
            document["value"] = json.loads(letter.value)
        print(as_json(document, indent=2))

    run_with_servers(main)


def replay_letters(letter_id: str | None) -> None:
    """All of them without an id; unreadable ones stay where they are."""

    async def main(pool: Pool, broker: Kafka) -> None:
        if letter_id is not None:
            await _replay(pool, broker, await _find(broker, letter_id))
            return
        for letter in await dead_letters.unhandled(broker):
            if letter.event:
                await _replay(pool, broker, letter)
            else:
                print(f"{letter.id} cannot be read: it stays")

    run_with_servers(main)


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
