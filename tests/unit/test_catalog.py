"""What follows a change of the catalog, and does not follow a refusal."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.catalog import CatalogService
from domain.errors import InvalidInputError, NotFoundError
from domain.money import Money
from domain.movies import Movie, MovieFacts
from domain.rooms import NewSeats, Room
from domain.session_changes import SessionChange
from domain.sessions import Session, SessionStatus

ID = UUID(int=1)
STARTS_AT = datetime(2030, 1, 1, 20, tzinfo=UTC)
PRICE = Money(2500, "BRL")
ROOM = Room(id=ID, cinema_id=ID, name="Sala 1", turnaround_minutes=0, version=1)
MOVIE = Movie(
    id=ID,
    title="Limite",
    synopsis="",
    duration_minutes=1,
    genres=(),
    rating=None,
    version=1,
)
SESSION = Session(
    id=ID,
    movie_id=ID,
    room_id=ID,
    starts_at=STARTS_AT,
    ends_at=datetime(2030, 1, 1, 22, tzinfo=UTC),
    price_per_seat=PRICE,
    status=SessionStatus.SCHEDULED,
    version=1,
)
Act = Callable[[CatalogService], Awaitable[object]]


class FakeCatalog:
    """Accepts every change, or refuses every change."""

    def __init__(self, refusal: Exception | None = None) -> None:
        self._refusal = refusal

    def _answer(self) -> None:
        if self._refusal:
            raise self._refusal

    async def add_movie(self, facts: MovieFacts) -> Movie:
        self._answer()
        return MOVIE

    async def change_movie(self, movie_id: UUID, facts: MovieFacts) -> Movie | None:
        return None if self._refusal else MOVIE

    async def add_room(self, name: str, rows: Sequence[NewSeats]) -> Room:
        self._answer()
        return ROOM

    async def add_seats(self, room_id: UUID, rows: Sequence[NewSeats]) -> Room:
        self._answer()
        return ROOM

    async def add_session(
        self, movie_id: UUID, room_id: UUID, starts_at: datetime, price: Money
    ) -> Session:
        self._answer()
        return SESSION

    async def change_session(self, session_id: UUID, change: SessionChange) -> Session:
        self._answer()
        return SESSION


class Effects:
    """Records what the cache and the wake-up of the relay are called for."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    async def drop(self) -> None:
        self.calls.append("drop")

    def notify(self) -> None:
        self.calls.append("notify")


@pytest.fixture
def effects() -> Effects:
    return Effects()


ROWS = [NewSeats("A", 1)]
ACTS: list[tuple[Act, list[str]]] = [
    (lambda service: service.create_movie({"title": "Limite"}), ["drop"]),
    (lambda service: service.update_movie(ID, {}), ["notify", "drop"]),
    (lambda service: service.create_room("Sala 1", ROWS), ["drop"]),
    (lambda service: service.add_seats(ID, ROWS), ["notify", "drop"]),
    (lambda service: service.create_session(ID, ID, STARTS_AT, PRICE), ["drop"]),
    (lambda service: service.update_session(ID, {}), ["notify", "drop"]),
]
WRONG: list[Act] = [
    lambda service: service.create_movie({"title": ""}),
    lambda service: service.update_movie(ID, {"title": None}),
    lambda service: service.create_room("", ROWS),
    lambda service: service.add_seats(ID, []),
    lambda service: service.create_session(ID, ID, STARTS_AT, Money(-1, "BRL")),
    lambda service: service.update_session(ID, {"starts_at": None}),
]


@pytest.mark.parametrize(("act", "expected"), ACTS)
async def test_a_change_drops_the_cache_and_wakes_the_relay_for_its_events(
    effects: Effects, act: Act, expected: list[str]
) -> None:
    await act(CatalogService(FakeCatalog(), effects, effects))

    assert effects.calls == expected


@pytest.mark.parametrize("act", [act for act, _ in ACTS])
async def test_nothing_follows_a_refusal(effects: Effects, act: Act) -> None:
    service = CatalogService(FakeCatalog(NotFoundError()), effects, effects)

    with pytest.raises(NotFoundError):
        await act(service)

    assert effects.calls == []


@pytest.mark.parametrize("act", WRONG)
async def test_wrong_input_reaches_nothing(effects: Effects, act: Act) -> None:
    service = CatalogService(FakeCatalog(AssertionError()), effects, effects)

    with pytest.raises(InvalidInputError):
        await act(service)

    assert effects.calls == []
