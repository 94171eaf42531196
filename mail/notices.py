"""Kafka -> the queue of mails: the consumer of the events that mails are about."""

from collections.abc import Callable, Sequence

from domain.account_events import NOTICES_CONSUMER
from domain.events import EVENTS, topics_of
from mail.metrics import MAILS
from persistence.people.notice_queue import NoticeQueue
from realtime.cloud_event import CloudEvent

TYPES = {name for name, type_ in EVENTS.items() if NOTICES_CONSUMER in type_.awaited_by}


class NoticesHandler:
    name = NOTICES_CONSUMER
    topics = topics_of(NOTICES_CONSUMER)

    def __init__(self, queue: NoticeQueue, wake: Callable[[], None] | None) -> None:
        """`wake` is called after a mail was queued. None: no mail is sent at all."""
        self._queue = queue
        self._wake = wake

    async def handle(self, events: Sequence[CloudEvent]) -> None:
        ours = [event for event in events if event.type in TYPES]
        if not ours:
            return
        wanted = [event.id for event in ours if self._wake and is_for_somebody(event)]
        await self._queue.accept([event.id for event in ours], wanted)
        MAILS.labels("unsent").inc(len(ours) - len(wanted))
        if self._wake and wanted:
            self._wake()

    async def on_dead_letter(self, session_key: str, event: CloudEvent | None) -> None:
        if event:
            await self._queue.accept([event.id], [])


def is_for_somebody(event: CloudEvent) -> bool:
    """Most events of a stranger are about an address that nobody has."""
    return event.data.get("account_id", "") is not None
