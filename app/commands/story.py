"""`story`: everything that happened to a reservation, in order of time."""

from argparse import Namespace
from datetime import UTC, datetime
from uuid import UUID

from app.commands.outages import outages_explained
from app.commands.servers import as_json, run_with_servers
from domain.events import TOPICS
from persistence.postgres.pool import Pool
from persistence.sales.stories import Moment, rows_of
from realtime.broker import Kafka
from realtime.dead_letters import event_in
from realtime.topic_reading import read_topics
from runtime.errors import CommandError

LAST = datetime.max.replace(tzinfo=UTC)  # sorts the present state to the end


@outages_explained()
def run(arguments: Namespace) -> None:
    key = _reservation_id(arguments.reservation_id)

    async def main(pool: Pool, broker: Kafka) -> None:
        rows = await rows_of(pool, key)
        if rows is None:
            raise CommandError(f"There is no reservation {key}.")
        moments = [*rows.moments, *await _events(broker, rows.session_id, key)]
        for moment in sorted(moments, key=lambda each: each.at or LAST):
            at = moment.at.isoformat(timespec="milliseconds") if moment.at else "now"
            print(f"{at:29}  {moment.what:22}  {as_json(moment.facts)}")

    run_with_servers(main)


def _reservation_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(
            f"{text!r} is no id of a reservation: give one such as"
            " 019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b."
        ) from None


async def _events(
    broker: Kafka, session_id: UUID, reservation_id: UUID
) -> list[Moment]:
    """From Kafka, which may have an event twice, or may have deleted it."""
    moments: list[Moment] = []
    async for record in read_topics(broker, TOPICS):
        if record.key != str(session_id).encode():
            continue
        event = event_in(record.value)
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
