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
    # Of the request that caused it, and of its trace; an older event has neither.
    request_id: str | None = None
    trace_parent: str | None = None

    def encode(self) -> bytes:
        told = {
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
            told["requestid"] = self.request_id
        if self.trace_parent:
            told["traceparent"] = self.trace_parent
        return orjson.dumps(told)

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
                request_id=_origin(told.get("requestid")),
                trace_parent=_origin(told.get("traceparent")),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise MalformedEventError(repr(error)) from error


def _origin(text: Any) -> str | None:
    """What is none is no reason to refuse an event."""
    return text if isinstance(text, str) and ORIGIN.fullmatch(text) else None
