"""What the fan-out publishes on a session's Redis channel for every change of seats."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

import orjson

from domain.events import SeatChange
from persistence.codec import seat_change_from_json, seat_to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatMessage:
    change: SeatChange
    time: datetime  # of the event
    trace_parent: str | None

    def encode(self) -> bytes:
        fields = {
            "position": self.change.position,
            "seats": [seat_to_json(seat) for seat in self.change.seats],
            "time": self.time,
        }
        if self.trace_parent is not None:
            fields["traceparent"] = self.trace_parent
        return orjson.dumps(fields)

    @classmethod
    def decode(cls, message: bytes) -> Self:
        """Raises ValueError, KeyError or TypeError."""
        fields = orjson.loads(message)
        return cls(
            change=seat_change_from_json(fields),
            time=datetime.fromisoformat(fields["time"]),
            trace_parent=fields.get("traceparent"),
        )
