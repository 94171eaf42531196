"""Cinemas, the people who work there, and what their managers may do."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.people import Role, Viewer
from loadtest.documents import BLOCK_SEATS, CREATE_MOVIE, UNBLOCK_SEATS
from persistence.postgres.pool import Pool
from tests.support.catalog import moment
from tests.support.cinema import Cinema
from tests.support.session_documents import CANCEL_SESSION, RESCHEDULE_SESSION
from tests.support.venue_documents import (
    ADD_SEATS,
    ARCHIVE_MOVIE,
    CREATE_CINEMA,
    CREATE_ROOM,
    CREATE_SESSION,
    REMOVE_ROOM,
    REMOVE_SESSION,
    SAVE_PRICE_CARD,
    SAVE_PRICE_ZONE,
    SAVE_TICKET_TYPE,
    UPDATE_CINEMA,
    UPDATE_MOVIE,
    UPDATE_ROOM,
    UPDATE_SEATS,
    UPDATE_SESSION,
)

PRICE = {"amountMinor": 2500, "currency": "BRL"}
ROWS = [{"row": "A", "seats": 2}]
ADD_CINEMA = """
INSERT INTO cinemas (name, city, address, time_zone, currency, name_key)
VALUES ($1, 'Belém', 'Street 1', 'UTC', 'BRL', lower($1)) RETURNING id
"""
ADD_ACCOUNT = """
INSERT INTO accounts (email, name, role, works_locally)
VALUES (gen_random_uuid() || '@cinema.example', 'Rita', $1, $2) RETURNING id
"""
DEFAULT_ZONE = "SELECT id FROM price_zones WHERE cinema_id = $1 AND is_default"
SEAT_OF_ROOM = "SELECT id FROM seats WHERE room_id = $1 LIMIT 1"
DEFAULT_TYPE = "SELECT id FROM ticket_types WHERE is_default"
JOIN = "INSERT INTO memberships (account_id, cinema_id) SELECT $1, unnest($2::uuid[])"


@dataclass(frozen=True)
class Site:
    """A cinema with a room, and a session in another room."""

    cinema: str
    room: str
    movie: str
    session: str
    room_of_session: str
    seats: list[str]  # of the session
    seat_of_room: str = ""  # of the room
    zone: str = ""  # the default one
    ticket_type: str = ""


class Staff:
    def __init__(self, pool: Pool, cinema: Cinema) -> None:
        self._pool = pool
        self._cinema = cinema

    async def add(
        self, role: Role, *sites: Site, local: bool = True, token: Role | None = None
    ) -> Viewer:
        """`token`: the role of an older access token."""
        account_id = await self._pool.fetchval(ADD_ACCOUNT, role, local)
        cinemas = [UUID(site.cinema) for site in sites]
        await self._pool.execute(JOIN, account_id, cinemas)
        return Viewer(account_id, token or role)

    async def site(self, name: str = "Cine") -> Site:
        cinema_id = await self._pool.fetchval(ADD_CINEMA, name)
        show = await self._cinema.open_session(seats=1)
        place = await self._cinema.empty_room()
        room_of_session = await self._cinema.room_of(show)
        await self._pool.execute(
            "UPDATE rooms SET cinema_id = $1 WHERE id = ANY($2)",
            cinema_id,
            [room_of_session, UUID(place["roomId"])],
        )
        return Site(
            cinema=str(cinema_id),
            room=place["roomId"],
            movie=place["movieId"],
            session=str(show.session_id),
            room_of_session=str(room_of_session),
            seats=[*map(str, show.seat_ids)],
            seat_of_room=str(
                await self._pool.fetchval(SEAT_OF_ROOM, UUID(place["roomId"]))
            ),
            zone=str(await self._pool.fetchval(DEFAULT_ZONE, cinema_id)),
            ticket_type=str(await self._pool.fetchval(DEFAULT_TYPE)),
        )


def of_cinema(site: Site) -> list[tuple[str, dict[str, Any]]]:
    """Each mutation for managers of the site, with its input."""
    return [
        (UPDATE_CINEMA, {"id": site.cinema, "city": "Santarém"}),
        (CREATE_ROOM, {"name": "Sala", "rows": ROWS, "cinemaId": site.cinema}),
        (UPDATE_ROOM, {"id": site.room, "name": "Sala 2"}),
        (ADD_SEATS, {"roomId": site.room, "rows": ROWS}),
        (
            UPDATE_SEATS,
            {"roomId": site.room, "seats": [{"id": site.seat_of_room, "x": 9.5}]},
        ),
        (SAVE_PRICE_ZONE, {"cinemaId": site.cinema, "name": "Premium"}),
        (
            CREATE_SESSION,
            {
                "movieId": site.movie,
                "roomId": site.room_of_session,
                "startsAt": moment(5),
                "pricePerSeat": PRICE,
            },
        ),
        (UPDATE_SESSION, {"id": site.session, "startsAt": moment(3)}),
        (
            RESCHEDULE_SESSION,
            {"sessionId": site.session, "startsAt": moment(4), "reason": "a repair"},
        ),
        (
            BLOCK_SEATS,
            {"sessionId": site.session, "seatIds": site.seats, "reason": "broken"},
        ),
        (UNBLOCK_SEATS, {"sessionId": site.session, "seatIds": site.seats}),
        (
            SAVE_PRICE_CARD,
            {
                "cinemaId": site.cinema,
                "name": "Week",
                "prices": [
                    {
                        "zoneId": site.zone,
                        "ticketTypeId": site.ticket_type,
                        "price": PRICE,
                    }
                ],
            },
        ),
        (CANCEL_SESSION, {"sessionId": site.session, "reason": "a repair"}),
        (REMOVE_SESSION, {"id": site.session}),
        (REMOVE_ROOM, {"id": site.room}),
    ]


def of_network(site: Site) -> list[tuple[str, dict[str, Any]]]:
    cinema = {"name": "Cine", "city": "Belém", "address": "Street 1"}
    movie = {"title": "Limite", "synopsis": "A boat.", "durationMinutes": 114}
    return [
        (CREATE_CINEMA, {**cinema, "timeZone": "UTC", "currency": "BRL"}),
        (CREATE_MOVIE, movie),
        (UPDATE_MOVIE, {"id": site.movie, "title": "Limite"}),
        (ARCHIVE_MOVIE, {"id": site.movie}),
        (SAVE_TICKET_TYPE, {"name": f"Student of {site.cinema}"}),
    ]
