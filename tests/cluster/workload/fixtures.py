"""The sessions of a run and the accounts of its clients, with access tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from auth.signing_keys import KeyRing, utc_now
from auth.tokens import LOAD_TEST_LIFETIME, TokenIssuer
from domain.people import Role, Viewer
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema
from tests.support.prices import ADD_QUOTA, ADD_TYPE, DEFAULT_TYPE

SESSIONS_ON_SALE = 3
SEATS = 80
MATINEE_SEATS = 12
CUSTOMERS = 18
# Tokens come from an API whose clock is ahead and are used at APIs that are behind.
FAST_CLOCK = timedelta(seconds=45)
MANAGER = """
INSERT INTO accounts (email, name, role)
VALUES (gen_random_uuid() || '@cinema.example', 'Mara', 'MANAGER') RETURNING id
"""

# A session at midnight, where it is tomorrow for most of the day of UTC.
MOVE_ACROSS_THE_DATE_LINE = """
WITH cinema AS (
    INSERT INTO cinemas (name, city, address, time_zone, currency)
    VALUES ('Kiritimati', 'Tabwakea', 'Street 1', 'Pacific/Kiritimati', 'BRL')
    RETURNING id, time_zone
), moved AS (
    UPDATE rooms SET cinema_id = cinema.id FROM cinema WHERE rooms.id = $2
), midnight AS (
    SELECT (current_timestamp AT TIME ZONE time_zone)::date::timestamp
        + interval '2 days' AS local, time_zone FROM cinema
)
UPDATE sessions SET starts_at = local AT TIME ZONE time_zone,
    ends_at = (local + interval '2 hours') AT TIME ZONE time_zone
FROM midnight WHERE sessions.id = $1
"""

STUDENTS = 10  # tickets
PRICE_OF_STUDENTS = """
INSERT INTO session_prices (session_id, zone_id, ticket_type_id, amount_minor)
SELECT DISTINCT session_id, zone_id, $2::uuid, 1250 FROM session_seats
WHERE session_id = $1
"""


@dataclass(frozen=True)
class Fixtures:
    shows: Mapping[str, tuple[str, ...]]  # seats by session
    matinee: str  # few buy here, so a manager can change price and seats
    matinee_seats: tuple[str, ...]
    matinee_room: str
    closing: tuple[str, tuple[str, ...]]  # a session whose sales the manager ends
    probed: tuple[str, tuple[str, ...]]  # the prober's session and its seats
    tokens: Mapping[str, str]  # by customer
    prober: tuple[str, str]  # account id and token
    manager_token: str
    ticket_type: str  # the default one
    students: tuple[str, str]  # the session that has tickets for them, and their type

    @property
    def sessions(self) -> list[str]:
        return [*self.seats, self.probed[0]]

    @property
    def seats(self) -> Mapping[str, tuple[str, ...]]:
        """Of all sessions in which customers buy."""
        others = {self.matinee: self.matinee_seats, self.closing[0]: self.closing[1]}
        return {**self.shows, **others}


async def create_fixtures(pool: Pool, keys: Path) -> Fixtures:
    cinema = Cinema(pool)
    # Late enough to be given back: the policy is a day.
    shows = [
        await cinema.open_session(SEATS, starts_in=timedelta(days=2))
        for _ in range(SESSIONS_ON_SALE)
    ]
    probed = await cinema.open_session(SEATS)
    await pool.execute(
        MOVE_ACROSS_THE_DATE_LINE, probed.session_id, await cinema.room_of(probed)
    )
    session, student = shows[0].session_id, await pool.fetchval(ADD_TYPE, "Student")
    await pool.execute(PRICE_OF_STUDENTS, session, student)
    await pool.execute(ADD_QUOTA, session, student, STUDENTS)
    matinee = await cinema.open_session(MATINEE_SEATS, price_minor=1800)
    closing = await cinema.open_session(SEATS)
    issuer = TokenIssuer(
        KeyRing(keys), LOAD_TEST_LIFETIME, now=lambda: utc_now() + FAST_CLOCK
    )

    def token(id: UUID, role: Role) -> str:
        return issuer.issue(Viewer(id, role)).text

    prober, *customers = await cinema.customers(1 + CUSTOMERS)
    return Fixtures(
        shows={str(show.session_id): tuple(map(str, show.seat_ids)) for show in shows},
        matinee=str(matinee.session_id),
        matinee_seats=tuple(map(str, matinee.seat_ids)),
        matinee_room=str(await cinema.room_of(matinee)),
        closing=(str(closing.session_id), tuple(map(str, closing.seat_ids))),
        probed=(str(probed.session_id), tuple(map(str, probed.seat_ids))),
        tokens={str(each): token(each, Role.CUSTOMER) for each in customers},
        prober=(str(prober), token(prober, Role.CUSTOMER)),
        manager_token=token(await pool.fetchval(MANAGER), Role.MANAGER),
        ticket_type=str(await pool.fetchval(DEFAULT_TYPE)),
        students=(str(session), str(student)),
    )
