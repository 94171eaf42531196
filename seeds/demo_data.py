"""Adds the demo data, or what is new of it today; changes no row that is there."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import date

import argon2

from domain.text import folded, order_key, search_key
from persistence.postgres.connection import connect
from persistence.postgres.pool import Connection
from seeds import statements as sql
from seeds.cinemas import CINEMAS, CURRENCY, VIP, SeedCinema
from seeds.movies import MOVIES
from seeds.people import DEMO_PEOPLE, LOAD_CUSTOMERS, Person
from seeds.programme import SeedSession, programme, today_in_sao_paulo
from seeds.rooms import ROOMS, TURNAROUND_MINUTES

Rows = list[tuple[object, ...]]
Hashed = list[tuple[Person, str | None]]


def is_needed(database_url: str) -> bool:
    """Whether there is no session to come: two weeks after the last call."""
    return asyncio.run(_has_no_future_session(database_url))


def main(database_url: str) -> None:
    added = asyncio.run(add(database_url, today_in_sao_paulo()))
    new = ", ".join(f"{count:,} {what}" for what, count in added.items() if count)
    print(f"Added {new}." if new else "Nothing new to add today.")  # noqa: T201  # the command's answer


async def add(database_url: str, today: date) -> Counter[str]:
    """How many rows of each kind were new. All are added in one transaction."""
    db = await connect(database_url)
    try:
        # Hashing is slow: not in the transaction, which other calls wait for.
        people = await _with_hashes(await _missing(db))
        async with db.transaction():
            await db.execute(sql.ONE_AT_A_TIME)
            added = await _add_all(db, people, today)
        if added.total():
            await db.execute(sql.TIDY)
        return added
    finally:
        await db.close()


async def _has_no_future_session(database_url: str) -> bool:
    db = await connect(database_url)
    try:
        return bool(await db.fetchval(sql.HAS_NO_FUTURE_SESSION))
    finally:
        await db.close()


async def _missing(db: Connection) -> list[Person]:
    people = (*DEMO_PEOPLE, *LOAD_CUSTOMERS)
    known = await db.fetch(sql.KNOWN_PEOPLE, [person.email for person in people])
    emails = {row["email"] for row in known}
    return [person for person in people if person.email not in emails]


async def _with_hashes(people: list[Person]) -> Hashed:
    hasher = argon2.PasswordHasher()

    async def hashed(person: Person) -> tuple[Person, str | None]:
        if person.password is None:
            return person, None
        return person, await asyncio.to_thread(hasher.hash, person.password)

    return await asyncio.gather(*map(hashed, people))


async def _add_all(db: Connection, people: Hashed, today: date) -> Counter[str]:
    sessions = list(programme(today))
    added: Counter[str] = Counter()
    for what, statement, rows in (
        ("accounts", sql.ADD_ACCOUNT, _accounts(people)),
        ("movies", sql.ADD_MOVIE, _movies()),
        ("cinemas", sql.ADD_CINEMA, _cinemas()),
        ("price zones", sql.ADD_ZONE, _zones()),
        ("rooms", sql.ADD_ROOM, _rooms()),
        ("seats", sql.ADD_SEAT, _seats()),
        ("sessions", sql.ADD_SESSION, _sessions(sessions)),
    ):
        added[what] = len(await db.fetchmany(statement, rows))
    on_sale = await db.execute(sql.PUT_ON_SALE, [session.id for session in sessions])
    added["session seats"] = int(on_sale.rpartition(" ")[2])
    return added


def _accounts(people: Hashed) -> Rows:
    return [
        (who.id, who.email, who.name, who.role, password_hash)
        for who, password_hash in people
    ]


def _movies() -> Rows:
    return [
        (
            movie.id,
            movie.title,
            movie.synopsis,
            movie.minutes,
            movie.genres,
            movie.rating,
            order_key(movie.title),
            search_key(movie.title),
        )
        for movie in MOVIES
    ]


def _cinemas() -> Rows:
    return [
        (
            cinema.id,
            cinema.name,
            cinema.city,
            cinema.address,
            cinema.time_zone,
            CURRENCY,
            *_keys(cinema),
            [room.id for room in ROOMS if room.cinema == cinema],
        )
        for cinema in CINEMAS
    ]


def _keys(cinema: SeedCinema) -> tuple[str, str, str]:
    """Of its order and of searches, and the text that they are made of."""
    named = f"{cinema.name} {cinema.city}"
    return order_key(named), search_key(named), named


def _rooms() -> Rows:
    return [
        (
            room.id,
            room.name,
            order_key(room.name),
            room.cinema.id,
            TURNAROUND_MINUTES,
        )
        for room in ROOMS
    ]


def _zones() -> Rows:
    return [(cinema.vip_zone_id, cinema.id, VIP, folded(VIP)) for cinema in CINEMAS]


def _seats() -> Rows:
    return [
        (
            seat_id,
            room.id,
            seat.row,
            seat.number,
            seat.label,
            folded(seat.label),
            seat.x,
            seat.y,
            seat.place,
            seat.features,
            seat.zone_id,
        )
        for room in ROOMS
        for seat_id, seat in room.seats()
    ]


def _sessions(sessions: Iterable[SeedSession]) -> Rows:
    return [
        (
            session.id,
            session.movie.id,
            session.room.id,
            session.starts_at,
            session.ends_at,
            session.price_minor,
            CURRENCY,
        )
        for session in sessions
    ]
