"""Where a provider's messages arrive. Each is verified, stored and answered at once.

The settler, in a worker, does what follows from it.
"""

import logging
from typing import Final, Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from domain.payment_provider import ForgedEventError, PaymentProvider, ProviderEvent
from domain.ports import RelayWakeup
from persistence.outages import is_unavailable
from telemetry.money_metrics import (
    REFUSED_WEBHOOKS,
    STORED_WEBHOOKS,
    UNAVAILABLE_WEBHOOKS,
)
from telemetry.rare_warning import RareWarning

PATH: Final = "/webhooks/stripe"
MAX_BODY_BYTES: Final = 256 * 1024

logger = logging.getLogger(__name__)


class EventStore(Protocol):
    async def record(self, provider: str, event: ProviderEvent) -> bool:
        """Store it, once. True: an attempt has to be looked at."""


class Webhooks:
    def __init__(
        self, provider: PaymentProvider, events: EventStore, wakeup: RelayWakeup
    ) -> None:
        self._provider = provider
        self._events = events
        self._wakeup = wakeup
        self._refused = RareWarning(logger, "webhooks are refused")

    async def answer(self, request: Request) -> Response:
        """400 for what the provider has not signed; it sends the others again."""
        body = await _body(request)
        if body is None:
            REFUSED_WEBHOOKS.inc()
            return PlainTextResponse("too long, or cut off", 400)
        try:
            event = self._provider.verify(request.headers, body)
        except ForgedEventError as error:
            self._refused.warn(error)
            REFUSED_WEBHOOKS.inc()
            return PlainTextResponse("no event with a valid, recent signature", 400)
        try:
            is_due = await self._events.record(self._provider.name, event)
        except Exception as error:
            if not is_unavailable(error):
                raise
            UNAVAILABLE_WEBHOOKS.inc()
            return PlainTextResponse("try again", 503)
        STORED_WEBHOOKS.inc()
        if is_due:
            self._wakeup.notify()
        return PlainTextResponse("ok")


async def _body(request: Request) -> bytes | None:
    """As it arrived. None if it is longer than MAX_BODY_BYTES, or ends too early."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)
