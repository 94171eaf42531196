"""Sessions of the run's own, and people who may buy in them."""

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

SHOWS = 3
SEATS = 80
MATINEE_SEATS = 12
CUSTOMERS = 18
# They have signed in at an API whose clock is fast, and go to those that are slow.
FAST = timedelta(seconds=45)
MANAGER = """
INSERT INTO accounts (email, name, role)
VALUES (gen_random_uuid() || '@cinema.example', 'Mara', 'MANAGER') RETURNING id
"""


@dataclass(frozen=True)
class Stage:
    shows: Mapping[str, tuple[str, ...]]  # seats by session
    matinee: str  # few buy there, so its price and its seats can change
    matinee_seats: tuple[str, ...]
    matinee_room: str
    probed: tuple[str, tuple[str, ...]]  # a session and its seats: only to measure
    tokens: Mapping[str, str]  # by customer
    prober: tuple[str, str]  # who, and the token
    manager_token: str

    @property
    def sessions(self) -> list[str]:
        return [*self.shows, self.matinee, self.probed[0]]


async def set_up(pool: Pool, keys: Path) -> Stage:
    cinema = Cinema(pool)
    shows = [await cinema.open_session(SEATS) for _ in range(SHOWS)]
    probed = await cinema.open_session(SEATS)
    matinee = await cinema.open_session(MATINEE_SEATS, price_minor=1800)
    issuer = TokenIssuer(
        KeyRing(keys), LOAD_TEST_LIFETIME, now=lambda: utc_now() + FAST
    )

    def token(id: UUID, role: Role) -> str:
        return issuer.issue(Viewer(id, role)).text

    prober, *customers = await cinema.customers(1 + CUSTOMERS)
    return Stage(
        shows={str(show.session_id): tuple(map(str, show.seat_ids)) for show in shows},
        matinee=str(matinee.session_id),
        matinee_seats=tuple(map(str, matinee.seat_ids)),
        matinee_room=str(await cinema.room_of(matinee)),
        probed=(str(probed.session_id), tuple(map(str, probed.seat_ids))),
        tokens={str(who): token(who, Role.CUSTOMER) for who in customers},
        prober=(str(prober), token(prober, Role.CUSTOMER)),
        manager_token=token(await pool.fetchval(MANAGER), Role.MANAGER),
    )
