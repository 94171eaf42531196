"""Names of topics and channels that senders and receivers share."""

from typing import Final
from uuid import UUID

RELAY_WAKEUP: Final = "relay:bell"
RELAY_RELEASED: Final = "relay:released"
SETTLER_WAKEUP: Final = "settler:wakeup"
# Its messages are the names of consumers that events were sent for.
EVENTS_SENT: Final = "relay:sent"
# Sent instead of a message when some may have been missed: read the whole map again.
RESYNC: Final = b""


def dead_letters_of(topic: str) -> str:
    return f"{topic}.dead-letters"


def seat_channel(session_id: UUID | str) -> str:
    return f"session:{session_id}:seats"


def reservation_channel(reservation_id: UUID | str) -> str:
    return f"reservation:{reservation_id}"
