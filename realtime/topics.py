"""Names that senders and receivers share."""

from typing import Final
from uuid import UUID

RESERVATIONS: Final = "reservations"
PAYMENTS: Final = "payments"

# Who confirms an event in the outbox (its `awaiting`), and the Kafka consumer groups.
PAYMENTS_CONSUMER: Final = "payments"
FANOUT_CONSUMER: Final = "fanout"

RELAY_WAKEUP: Final = "relay:bell"
# Instead of a message: some may have been missed, so read the whole again.
RESYNC: Final = b""


def dead_letters(topic: str) -> str:
    return f"{topic}.dead-letters"


def seat_channel(session_id: UUID | str) -> str:
    return f"session:{session_id}:seats"


def reservation_channel(reservation_id: UUID | str) -> str:
    return f"reservation:{reservation_id}"
