"""The loop that sends the mails in the queue. Any number of workers may run it."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

from mail.letters import Letters
from mail.metrics import MAILS
from mail.outlets import (
    MailRefusedError,
    MailServerUnavailableError,
    Outlet,
    RecipientRefusedError,
    Send,
    TryLaterError,
)
from mail.pacing import paced
from persistence.codec import event_from_json
from persistence.outages import is_unavailable
from persistence.people.notice_queue import Notice, NoticeQueue
from telemetry import origin

logger = logging.getLogger(__name__)

# As long as mail servers usually try.
PATIENCE = timedelta(days=2)
ATTEMPTS = 3  # where we are at fault
AT_ONCE = 16
LONGEST_SECONDS = 30.0  # until the next look: another worker may have been killed
PAUSE_SECONDS = 5.0  # for a server that is unavailable


class MailSender:
    def __init__(
        self, queue: NoticeQueue, letters: Letters, outlet: Outlet, sender: str
    ) -> None:
        self._queue = queue
        self._letters = letters
        self._outlet = outlet
        self._sender = sender
        self._woken = asyncio.Event()
        self._is_down = False  # the mail server, when we last tried

    def wake(self) -> None:
        """A mail was queued by this process."""
        self._woken.set()

    async def run(self) -> None:
        while True:
            self._woken.clear()
            tried = await self.send_due()
            if self._is_down:
                await asyncio.sleep(PAUSE_SECONDS)
            elif not tried:
                await self._wait()

    async def send_due(self) -> int:
        """Try some mails that are due; how many there were."""
        due = await self._queue.take_due(AT_ONCE)
        self._is_down = False
        if not due:
            return 0
        # All of them, also without a server: some need no mail any more.
        async with self._outlet.open() as send:
            for notice in due:
                # Another worker has it, if this one was too slow.
                if await self._queue.keep(notice):
                    with origin.on_behalf_of(notice.request_id):
                        await self._try(notice, send)
        return len(due)

    async def _wait(self) -> None:
        left = await self._queue.seconds_to_next()
        seconds = LONGEST_SECONDS if left is None else min(left, LONGEST_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    async def _try(self, notice: Notice, send: Send) -> None:
        try:
            result = await self._send(notice, send)
        except RecipientRefusedError:
            logger.info("a mail was refused", extra=_named(notice))
            result = "refused"
        except TryLaterError as error:
            self._is_down |= isinstance(error, MailServerUnavailableError)
            if notice.age <= PATIENCE:
                logger.info("a mail waits: %s", error, extra=_named(notice))
                return await self._put_off(notice)
            result = "refused"
        except MailRefusedError as error:
            return await self._fail(notice, error)
        except Exception as error:
            if is_unavailable(error):
                raise
            if notice.tries < ATTEMPTS:
                logger.warning("a mail fails: %r", error, extra=_named(notice))
                return await self._put_off(notice)
            return await self._fail(notice, error)
        return await self._finish(notice, result)

    async def _send(self, notice: Notice, send: Send) -> str:
        event = event_from_json(notice.type, notice.data)
        if notice.holder_id is None and (
            holders := await self._letters.other_holders(event)
        ):
            await self._queue.share(notice.event_id, holders)
        letter = await self._letters.write(notice.event_id, event, notice.holder_id)
        if letter is None:
            return "unsent"
        async with paced():
            message = letter.message(notice.event_id, self._sender)
        await send(message)
        return "sent"

    async def _put_off(self, notice: Notice) -> None:
        await self._queue.put_off(notice.event_id)
        MAILS.labels("delayed").inc()

    async def _fail(self, notice: Notice, error: Exception) -> None:
        logger.error("a mail failed", exc_info=error, extra=_named(notice))
        await self._finish(notice, "failed", repr(error)[:1_000])

    async def _finish(
        self, notice: Notice, result: str, error: str | None = None
    ) -> None:
        await self._queue.finish(notice.event_id, result, error)
        MAILS.labels(result).inc()


def _named(notice: Notice) -> dict[str, str]:
    return {"event": str(notice.event_id)}
