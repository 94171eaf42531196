"""The envelope of every event on Kafka: CloudEvents 1.0, structured JSON."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

import orjson

SOURCE: Final = "/cinema-tickets"
SPEC_VERSION: Final = "1.0"


class MalformedEventError(ValueError):
    """Not one of our events; nothing can be done with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudEvent:
    """`session_id` is the Kafka key: changes of one session stay in order.

    What is about no reservation is about the session itself.
    """

    id: UUID
    type: str
    time: datetime
    session_id: UUID
    data: dict[str, Any]

    def encode(self) -> bytes:
        return orjson.dumps(
            {
                "specversion": SPEC_VERSION,
                "id": str(self.id),
                "source": SOURCE,
                "type": self.type,
                "subject": str(self.data.get("reservation_id", self.session_id)),
                "time": self.time.isoformat(),
                "datacontenttype": "application/json",
                "partitionkey": str(self.session_id),
                "data": self.data,
            }
        )

    @classmethod
    def decode(cls, value: bytes) -> Self:
        """Raises MalformedEventError."""
        try:
            told = orjson.loads(value)
            if told["specversion"] != SPEC_VERSION:
                raise MalformedEventError(told["specversion"])
            return cls(
                id=UUID(told["id"]),
                type=str(told["type"]),
                time=datetime.fromisoformat(told["time"]),
                session_id=UUID(told["partitionkey"]),
                data=dict(told["data"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise MalformedEventError(repr(error)) from error
