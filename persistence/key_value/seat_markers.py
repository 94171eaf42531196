"""Markers of taken seats on the lock nodes: their form, and how long they last.

A marker is the id of the reservation and JSON: the seat, its session and the session's
start. It ends before the hold and before the sales of the session, so it is never wrong
about them. Only where a manager has ended sales early, it says for a while that a taken
seat is taken, and Postgres that sales have ended. A marker of release 0.1.0 has no
session. It is ignored, because we cannot know which calls it answers.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from domain.reservation import Extended, Reservation
from domain.taken_seats import TakenSeat
from persistence.codec import seat_from_json, seat_to_json

# A hold's marker ends before the hold does: a seat that is free is never refused.
MARGIN = timedelta(milliseconds=250)
# Longer than a command may be on its way: see client.TIMEOUT_SECONDS.
LATE_MARGIN = timedelta(seconds=2)
LONGEST_SOLD = timedelta(minutes=10)
ID_LENGTH = 36
LOCK = b"lock:"  # begins the token of a lock


def held_ms(reservation: Reservation, sales_end_at: datetime) -> int:
    """From the moment when the lock was taken, which was before the hold began."""
    end = min(reservation.expires_at, sales_end_at)
    return _milliseconds(end - reservation.created_at - MARGIN)


def extended_ms(extended: Extended) -> int:
    """0 if it is too late for a marker."""
    left = min(extended.held_for, extended.on_sale_for)
    return max(0, _milliseconds(left - LATE_MARGIN))


def sold_ms(on_sale_for: timedelta) -> int:
    """0 if it is too late for a marker."""
    return max(0, _milliseconds(min(LONGEST_SOLD, on_sale_for - LATE_MARGIN)))


def marker(reservation: Reservation, taken: TakenSeat) -> str:
    fields = seat_to_json(taken.seat) | {
        "session_id": str(taken.session_id),
        "starts_at": taken.starts_at.isoformat(),
    }
    return f"{reservation.id}{orjson.dumps(fields).decode()}"


def markers_in(answers: Iterable[Any]) -> set[bytes]:
    """The markers of all nodes. Tokens of locks are left out: they end soon."""
    return {value for value in _values(answers) if not value.startswith(LOCK)}


def tokens_in(answers: Iterable[Any]) -> set[bytes]:
    return {value for value in _values(answers) if value.startswith(LOCK)}


def taken_seats(markers: Iterable[bytes]) -> Sequence[TakenSeat]:
    """Each seat at its highest version. Seats without a session are left out."""
    read = [taken for each in markers if (taken := _read(each))]
    newest = {
        taken.seat.id: taken
        for taken in sorted(read, key=lambda taken: taken.seat.version)
    }
    return list(newest.values())


def _values(answers: Iterable[Any]) -> Iterator[bytes]:
    for answer in answers:
        if isinstance(answer, list):
            yield from filter(None, answer)


@lru_cache(maxsize=1_024)  # a crowd on one seat is refused with the same marker
def _read(text: bytes) -> TakenSeat | None:
    fields = orjson.loads(text[ID_LENGTH:])
    if "session_id" not in fields:
        return None
    return TakenSeat(
        session_id=UUID(fields["session_id"]),
        starts_at=datetime.fromisoformat(fields["starts_at"]),
        seat=seat_from_json(fields),
    )


def _milliseconds(period: timedelta) -> int:
    return period // timedelta(milliseconds=1)
