"""What Stripe sends to our webhook: a hint at an attempt, signed."""

import json
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import stripe

from domain.payment_provider import ForgedEventError, ProviderEvent

TOLERANCE_SECONDS: Final = 300
LONGEST_NAME: Final = 255


def verified_event(
    signature: str | None, body: bytes, secrets: Sequence[str], *, is_live: bool
) -> ProviderEvent:
    """Raises ForgedEventError."""
    if not any(_is_signed(signature, body, secret) for secret in secrets):
        raise ForgedEventError("no valid signature")
    try:
        return _event(json.loads(body), is_live=is_live)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ForgedEventError(f"no event: {type(error).__name__}") from error


def _is_signed(signature: str | None, body: bytes, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(
            body, signature, secret, TOLERANCE_SECONDS
        )
    except (stripe.SignatureVerificationError, ValueError, TypeError):
        return False  # TypeError: a signature that is not ASCII
    return True


def _event(data: dict[str, Any], *, is_live: bool) -> ProviderEvent:
    if data["livemode"] is not is_live:
        raise ForgedEventError("of the other mode: test or live")
    event = ProviderEvent(
        id=data["id"],
        type=data["type"],
        attempt_id=_attempt_id(data),
        is_about_refund=data["data"]["object"].get("object") == "refund",
    )
    for name in (event.id, event.type):
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
            raise ForgedEventError("no id or no type")
        if not (name.isascii() and name.isprintable()):  # no table stores every text
            raise ForgedEventError("no id or no type")
    return event


def _attempt_id(data: dict[str, Any]) -> UUID | None:
    """The mark that `open` and `refund` have set. None: of another shop, or none."""
    marked = data["data"]["object"]
    marks = marked.get("metadata") or {}
    try:
        return UUID(marks.get("attempt_id") or marked.get("client_reference_id") or "")
    except (ValueError, TypeError, AttributeError):
        return None
