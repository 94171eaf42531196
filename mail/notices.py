"""Kafka -> mail: the consumer that sends people what events mean for them.

An event that was not sent stays unconfirmed, and the outbox sends it again: after ten
seconds, then more rarely, up to every five minutes. So a mail that has to wait holds up
no other.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.account_events import NOTICES_CONSUMER
from domain.events import EVENTS, topics_of
from mail.letters import Letters
from mail.metrics import MAILS
from mail.outlets import (
    Outlet,
    RecipientRefusedError,
    Send,
    TryLaterError,
)
from persistence.codec import event_from_json
from realtime.cloud_event import CloudEvent

logger = logging.getLogger(__name__)

# As long as mail servers usually try.
PATIENCE = timedelta(days=2)
TYPES = {name for name, type_ in EVENTS.items() if NOTICES_CONSUMER in type_.awaited_by}


class Notices(Protocol):
    """Which events were sent; see persistence/people/notices.py."""

    async def awaited(self, event_ids: list[UUID]) -> set[UUID]: ...

    async def claim(self, event_id: UUID) -> bool: ...

    async def is_sent(self, event_id: UUID) -> bool: ...

    async def release(self, event_id: UUID) -> None: ...

    async def finish(self, event_ids: list[UUID]) -> None: ...

    async def give_up(self, event_id: UUID) -> None: ...


class NoticesHandler:
    name = NOTICES_CONSUMER
    topics = topics_of(NOTICES_CONSUMER)

    def __init__(
        self, notices: Notices, letters: Letters, outlet: Outlet | None, sender: str
    ) -> None:
        """Without an outlet nothing is sent, and all events are confirmed."""
        self._notices = notices
        self._letters = letters
        self._outlet = outlet
        self._sender = sender

    async def handle(self, events: Sequence[CloudEvent]) -> None:
        ours = [event for event in events if event.type in TYPES]
        if not ours:
            return None
        awaited = await self._notices.awaited([event.id for event in ours])
        waiting = [event for event in ours if event.id in awaited]
        if not waiting:
            return None
        if self._outlet is None:
            return await self._finish(waiting, "unsent")
        # All of them, also without a server: most events of a stranger need no mail.
        async with self._outlet.open() as send:
            for event in waiting:
                await self._send_once(send, event)
        return None

    async def on_dead_letter(self, session_key: str, event: CloudEvent | None) -> None:
        if event:
            await self._notices.give_up(event.id)

    async def _send_once(self, send: Send, event: CloudEvent) -> None:
        if not await self._notices.claim(event.id):
            if await self._notices.is_sent(event.id):
                await self._notices.finish([event.id])
            return None
        try:
            result = await self._send(send, event)
        except Exception:
            await self._notices.release(event.id)
            raise
        if result is None:
            MAILS.labels("delayed").inc()
            return await self._notices.release(event.id)
        # If this fails the claim stays: a mail that was sent is not sent at once again.
        return await self._finish([event], result)

    async def _send(self, send: Send, event: CloudEvent) -> str | None:
        """What became of it; None if it waits."""
        known = event_from_json(event.type, event.data)
        letter = await self._letters.write(event.id, known)
        if letter is None:
            return "unsent"
        try:
            await send(letter.message(event.id, self._sender))
        except RecipientRefusedError:
            logger.info("a mail was refused", extra={"event": str(event.id)})
            return "refused"
        except TryLaterError as error:
            if datetime.now(UTC) - event.time > PATIENCE:
                return "refused"
            logger.info("a mail waits: %s", error, extra={"event": str(event.id)})
            return None
        return "sent"

    async def _finish(self, events: Sequence[CloudEvent], result: str) -> None:
        await self._notices.finish([event.id for event in events])
        MAILS.labels(result).inc(len(events))
