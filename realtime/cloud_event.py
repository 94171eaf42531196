"""The envelope of every event on Kafka: CloudEvents 1.0, structured JSON."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

import orjson

SOURCE: Final = "/cinema-tickets"
SPEC_VERSION: Final = "1.0"
ORIGIN: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class MalformedEventError(ValueError):
    """Not one of our events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudEvent:
    """`session_id` is the Kafka key, so that the changes of a session stay in order.

    The subject is the reservation, or the session if there is none.
    """

    id: UUID
    type: str
    time: datetime
    session_id: UUID
    data: dict[str, Any]
    # Of the request that caused it; an event without an origin has neither.
    request_id: str | None = None
    trace_parent: str | None = None

    def encode(self) -> bytes:
        fields = {
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
        if self.request_id:
            fields["requestid"] = self.request_id
        if self.trace_parent:
            fields["traceparent"] = self.trace_parent
        return orjson.dumps(fields)

    @classmethod
    def decode(cls, value: bytes) -> Self:
        """Raises MalformedEventError."""
        try:
            fields = orjson.loads(value)
            if fields["specversion"] != SPEC_VERSION:
                raise MalformedEventError(fields["specversion"])
            return cls(
                id=UUID(fields["id"]),
                type=str(fields["type"]),
                time=datetime.fromisoformat(fields["time"]),
                session_id=UUID(fields["partitionkey"]),
                data=dict(fields["data"]),
                request_id=_origin(fields.get("requestid")),
                trace_parent=_origin(fields.get("traceparent")),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise MalformedEventError(repr(error)) from error


def _origin(text: Any) -> str | None:
    """Text that is no origin is dropped: the event is still handled."""
    return text if isinstance(text, str) and ORIGIN.fullmatch(text) else None
