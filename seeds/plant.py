"""Plants the demo data, or what is new of it today; changes nothing that is there."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import date

import argon2

from persistence.postgres.connection import connect
from persistence.postgres.pool import Connection
from seeds import statements as sql
from seeds.films import FILMS
from seeds.people import DEMO_PEOPLE, LOAD_CUSTOMERS, Person
from seeds.programme import CURRENCY, Show, programme, today_in_sao_paulo
from seeds.rooms import ROOMS

Rows = list[tuple[object, ...]]
Hashed = list[tuple[Person, str | None]]


def needs_planting(database_url: str) -> bool:
    """Two weeks after the last time, there is nothing left to buy."""
    return asyncio.run(_nothing_to_come(database_url))


def main(database_url: str) -> None:
    planted = asyncio.run(plant(database_url, today_in_sao_paulo()))
    new = ", ".join(f"{count:,} {what}" for what, count in planted.items() if count)
    print(f"Planted {new}." if new else "Nothing new to plant today.")  # noqa: T201  # the command's answer


async def plant(database_url: str, today: date) -> Counter[str]:
    """How many of each were new. All of it lands together or not at all."""
    db = await connect(database_url)
    try:
        # Hashing takes its time: not inside the transaction that others wait for.
        people = await _with_hashes(await _missing(db))
        async with db.transaction():
            await db.execute(sql.ONE_AT_A_TIME)
            return await _plant_all(db, people, today)
    finally:
        await db.close()


async def _nothing_to_come(database_url: str) -> bool:
    db = await connect(database_url)
    try:
        return bool(await db.fetchval(sql.NOTHING_TO_COME))
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


async def _plant_all(db: Connection, people: Hashed, today: date) -> Counter[str]:
    shows = list(programme(today))
    planted: Counter[str] = Counter()
    for what, statement, rows in (
        ("accounts", sql.ADD_ACCOUNT, _accounts(people)),
        ("films", sql.ADD_FILM, _films()),
        ("rooms", sql.ADD_ROOM, [(room.id, room.name) for room in ROOMS]),
        ("chairs", sql.ADD_CHAIR, _chairs()),
        ("sessions", sql.ADD_SESSION, _sessions(shows)),
    ):
        planted[what] = len(await db.fetchmany(statement, rows))
    on_sale = await db.execute(sql.PUT_ON_SALE, [show.id for show in shows])
    planted["seats on sale"] = int(on_sale.rpartition(" ")[2])
    return planted


def _accounts(people: Hashed) -> Rows:
    return [
        (who.id, who.email, who.name, who.role, password_hash)
        for who, password_hash in people
    ]


def _films() -> Rows:
    return [
        (film.id, film.title, film.synopsis, film.minutes, film.genres, film.rating)
        for film in FILMS
    ]


def _chairs() -> Rows:
    return [
        (chair, room.id, *place) for room in ROOMS for chair, *place in room.chairs()
    ]


def _sessions(shows: Iterable[Show]) -> Rows:
    return [
        (
            show.id,
            show.film.id,
            show.room.id,
            show.starts_at,
            show.ends_at,
            show.price_minor,
            CURRENCY,
        )
        for show in shows
    ]
