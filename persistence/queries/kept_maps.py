"""Seat maps that are kept, so that only what has changed since has to be read."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

import asyncpg

from domain.money import Money
from domain.seat_plan import SeatPlan
from domain.seats import Position, SeatMap, SeatStatus, SessionSeat, seat_order
from domain.sessions import SessionStatus
from domain.ticket_prices import SeatPrices
from runtime.kept_values import KeptValues

MAX_SEATS = 50_000  # of all maps, some 400 bytes each
KEPT_SECONDS = 60.0  # somebody may have repaired rows by hand

STATUS = {str(status): status for status in SeatStatus}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMap:
    seat_map: SeatMap
    price: Money
    server: datetime  # when it was started: another one may have another history
    read_at: float  # as a whole, on the monotonic clock
    places: dict[UUID, int]  # of the seats, in the map

    @classmethod
    def of(
        cls, rows: Sequence[asyncpg.Record], plan: SeatPlan, prices: SeatPrices
    ) -> Self:
        """All rows of a session."""
        seats = seats_of(rows)
        return cls(
            seat_map=SeatMap(
                session_id=rows[0]["session_id"],
                starts_at=rows[0]["starts_at"],
                status=SessionStatus(rows[0]["session_status"]),
                seats=seats,
                position=Position(rows[0]["position"]),
                plan=plan,
                prices=prices,
            ),
            price=_price(rows),
            server=rows[0]["server"],
            read_at=time.monotonic(),
            places={seat.id: place for place, seat in enumerate(seats)},
        )

    def with_changes(
        self, rows: Sequence[asyncpg.Record], plan: SeatPlan, prices: SeatPrices
    ) -> Self | None:
        """The map as it is now; None if that has to be read as a whole.

        The rows are those that have changed since the position of this map, and those
        of holds that are over. All other seats stay the same objects, and the tuple of
        them too if none has changed.
        """
        if not self._continues(rows):
            return None
        seats = list(self.seat_map.seats)
        has_changed = False
        for seat in seats_of(rows):
            place = self.places.get(seat.id)
            if place is None:
                return None
            if seat_order(seats[place]) != seat_order(seat):  # it is in another room
                return None
            if seats[place] != seat:
                seats[place] = seat
                has_changed = True
        seat_map = replace(
            self.seat_map,
            starts_at=rows[0]["starts_at"],
            status=SessionStatus(rows[0]["session_status"]),
            seats=tuple(seats) if has_changed else self.seat_map.seats,
            position=Position(rows[0]["position"]),
            plan=plan,
            prices=prices,
        )
        return replace(self, seat_map=seat_map)

    def _continues(self, rows: Sequence[asyncpg.Record]) -> bool:
        """Whether the rows are of the same history, and no seat has gone."""
        return (
            rows[0]["server"] == self.server
            and rows[0]["position"] >= self.seat_map.position
            and rows[0]["total"] == len(self.places)
            and _price(rows) == self.price
            and time.monotonic() < self.read_at + KEPT_SECONDS
        )


class KeptMaps:
    """The latest map of each session that was read lately."""

    def __init__(self, max_seats: int = MAX_SEATS) -> None:
        self._maps: KeptValues[UUID, KeptMap] = KeptValues(max_seats)
        self.get = self._maps.get
        self.drop = self._maps.drop

    def keep(self, new: KeptMap) -> None:
        session_id = new.seat_map.session_id
        kept = self.get(session_id)
        if kept and kept.server == new.server and _position(kept) > _position(new):
            return  # another read was faster
        # A map without seats takes memory too.
        self._maps.keep(session_id, new, len(new.places) + 1)


def seats_of(rows: Sequence[asyncpg.Record]) -> tuple[SessionSeat, ...]:
    price = _price(rows)
    prices = {None: price}  # one object for all seats that cost the same
    for row in rows:
        minor = row["seat_minor"]
        if minor not in prices:
            prices[minor] = Money(minor, price.currency)
    return tuple(
        SessionSeat(
            id=row["id"],
            row=row["row_label"],
            number=row["number"],
            status=STATUS.get(row["status"], SeatStatus.BLOCKED),
            version=row["version"],
            price=prices[row["seat_minor"]],
            held_until=row["held_until"],
        )
        for row in rows
        if row["id"] is not None
    )


def _price(rows: Sequence[asyncpg.Record]) -> Money:
    return Money(rows[0]["price_minor"], rows[0]["currency"])


def _position(kept: KeptMap) -> Position:
    return kept.seat_map.position
