"""Keys with which a client asks again for an answer that was lost on the way.

A key is stored in the transaction of the change that it stands for, under a primary
key. So a refusal leaves it unused, and the second of two calls at once waits until the
first has committed or failed. Only a call that changed nothing looks the key up.
"""

from hashlib import sha256
from typing import Final
from uuid import UUID

from domain.errors import IdempotencyConflictError, InvalidInputError
from domain.ports import IdempotencyKey, Ledger
from domain.reservation import Reservation

RESERVE_SEATS: Final = "reserveSeats"
RESERVE_BEST_SEATS: Final = "reserveBestSeats"
APPROVE_PAYMENT: Final = "approvePayment"
START_CHECKOUT: Final = "startCheckout"
EXTEND_RESERVATION: Final = "extendReservation"
CANCEL_SESSION: Final = "cancelSession"
RESCHEDULE_SESSION: Final = "rescheduleSession"
REFUND_TICKETS: Final = "refundTickets"
CHECK_IN: Final = "checkIn"
MAX_KEY_LENGTH = 255


def key_for(operation: str, key: str | None, *input: object) -> IdempotencyKey | None:
    """The key with a hash of what it is used for; raises InvalidInputError."""
    if key is None:
        return None
    if not key or len(key) > MAX_KEY_LENGTH or not _is_storable(key):
        raise InvalidInputError(
            "idempotencyKey", rule="idempotency_key_length", limit=MAX_KEY_LENGTH
        )
    input_hash = sha256("\n".join(map(str, input)).encode()).digest()
    return IdempotencyKey(operation, key, input_hash)


async def earlier_result(
    ledger: Ledger, account_id: UUID, key: IdempotencyKey | None
) -> UUID | None:
    """The id of what the account changed with this key before, if it did.

    Raises IdempotencyConflictError when the key was used with another input.
    """
    if key is None:
        return None
    earlier = await ledger.earlier_use(account_id, key)
    if earlier is None:
        return None
    if earlier.input_hash != key.input_hash:
        raise IdempotencyConflictError
    return earlier.result_id


async def earlier_reservation(
    ledger: Ledger, customer_id: UUID, key: IdempotencyKey | None
) -> Reservation | None:
    """The reservation that was changed, as it is now. Raises likewise."""
    earlier = await earlier_result(ledger, customer_id, key)
    return await ledger.reservation(earlier) if earlier else None


def _is_storable(text: str) -> bool:
    """Postgres stores neither NUL nor lone surrogates."""
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
