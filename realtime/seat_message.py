"""What the fan-out publishes on a session's Redis channel: the changes of its seats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

import orjson

from domain.seats import SeatChange, SessionSeat
from persistence.codec import seat_change_from_json, seat_to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatMessage:
    change: SeatChange
    time: datetime  # of the oldest event
    trace_parents: tuple[str, ...]

    @classmethod
    def merged(cls, messages: Sequence[Self]) -> Self:
        """Messages of one session as one: each seat once, at its highest version.

        A client that has applied it resumes from the oldest position.
        """
        newest: dict[UUID, SessionSeat] = {}
        for message in messages:
            for seat in message.change.seats:
                known = newest.get(seat.id)
                if known is None or seat.version > known.version:
                    newest[seat.id] = seat
        position = min(message.change.position for message in messages)
        return cls(
            change=SeatChange(seats=tuple(newest.values()), position=position),
            time=min(message.time for message in messages),
            trace_parents=tuple(
                parent for message in messages for parent in message.trace_parents
            ),
        )

    def encode(self) -> bytes:
        return orjson.dumps(
            {
                "position": self.change.position,
                "seats": [seat_to_json(seat) for seat in self.change.seats],
                "time": self.time,
                "traceparents": self.trace_parents,
            }
        )

    @classmethod
    def decode(cls, message: bytes) -> Self:
        """Raises ValueError, KeyError, TypeError or AttributeError."""
        fields = orjson.loads(message)
        return cls(
            change=seat_change_from_json(fields),
            time=datetime.fromisoformat(fields["time"]),
            # A worker of an older release sends none.
            trace_parents=tuple(fields.get("traceparents", ())),
        )
