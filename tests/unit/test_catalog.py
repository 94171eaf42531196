"""What follows a change of the catalog, and does not follow a refusal."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.catalog import CatalogService
from domain.errors import InvalidInputError, NotFoundError
from domain.money import Money
from domain.movies import Movie, MovieFacts
from domain.new_seats import NewSeats
from domain.rooms import NewRoom
from domain.seat_changes import SeatChange
from domain.session_changes import SessionChange
from domain.sessions import OrphanRule, Session, SessionStatus
from domain.venues import VenueService

ID = UUID(int=1)
STARTS_AT = datetime(2030, 1, 1, 20, tzinfo=UTC)
PRICE = Money(2500, "BRL")
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
    sales_end_at=STARTS_AT,
)
Act = Callable[[CatalogService, VenueService], Awaitable[object]]


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

    async def change_movie(
        self, movie_id: UUID, facts: MovieFacts, expected_version: int | None = None
    ) -> Movie:
        self._answer()
        return MOVIE

    async def archive_movie(self, movie_id: UUID) -> Movie:
        self._answer()
        return MOVIE

    async def add_session(
        self,
        movie_id: UUID,
        room_id: UUID,
        starts_at: datetime,
        price: Money | UUID,
        orphan_rule: OrphanRule = OrphanRule.OFF,
        *,
        sales_end_at: datetime | None = None,
    ) -> Session:
        self._answer()
        return SESSION

    async def change_session(
        self,
        session_id: UUID,
        change: SessionChange,
        expected_version: int | None = None,
    ) -> Session:
        self._answer()
        return SESSION

    async def remove_session(self, session_id: UUID) -> Session:
        self._answer()
        return SESSION


class FakeVenues:
    """Accepts every change, or refuses every change."""

    def __init__(self, refusal: Exception | None = None) -> None:
        self._refusal = refusal

    async def _answer(self, *_: object) -> Any:
        if self._refusal:
            raise self._refusal

    add_cinema = change_cinema = add_room = change_room = _answer
    add_seats = change_seats = save_price_zone = remove_room = _answer


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
CHANGE = SeatChange(ID, {"label": "A1"})
ROOM = NewRoom(cinema_id=ID, name="Sala 1", turnaround_minutes=0, rows=ROWS)
ACTS: list[tuple[Act, list[str]]] = [
    (lambda catalog, _: catalog.create_movie({"title": "Limite"}), ["drop"]),
    (lambda catalog, _: catalog.update_movie(ID, {}), ["notify", "drop"]),
    (lambda catalog, _: catalog.archive_movie(ID), ["drop"]),
    (lambda catalog, _: catalog.create_session(ID, ID, STARTS_AT, PRICE), ["drop"]),
    (lambda catalog, _: catalog.update_session(ID, {}), ["notify", "drop"]),
    (lambda catalog, _: catalog.remove_session(ID), ["notify", "drop"]),
    (lambda _, venues: venues.create_cinema({"name": "Cine"}), ["drop"]),
    (lambda _, venues: venues.update_cinema(ID, {}), ["drop"]),
    (lambda _, venues: venues.create_room(ROOM), ["drop"]),
    (lambda _, venues: venues.update_room(ID, {}), ["drop"]),
    (lambda _, venues: venues.add_seats(ID, ROWS), ["notify", "drop"]),
    (lambda _, venues: venues.update_seats(ID, [CHANGE]), ["drop"]),
    (lambda _, venues: venues.save_price_zone(ID, None, "VIP"), ["drop"]),
    (lambda _, venues: venues.remove_room(ID), ["drop"]),
]
WRONG: list[Act] = [
    lambda catalog, _: catalog.create_movie({"title": ""}),
    lambda catalog, _: catalog.update_movie(ID, {"title": None}),
    lambda catalog, _: catalog.create_session(ID, ID, STARTS_AT, Money(-1, "BRL")),
    lambda catalog, _: catalog.update_session(ID, {"starts_at": None}),
    lambda _, venues: venues.create_cinema({"time_zone": "Brasilia"}),
    lambda _, venues: venues.update_cinema(ID, {"name": None}),
    lambda _, venues: venues.create_room(replace(ROOM, name="")),
    lambda _, venues: venues.update_room(ID, {"turnaround_minutes": -1}),
    lambda _, venues: venues.add_seats(ID, []),
    lambda _, venues: venues.update_seats(ID, [CHANGE, CHANGE]),
    lambda _, venues: venues.save_price_zone(ID, ID, ""),
]


def services(
    effects: Effects, refusal: Exception | None = None
) -> tuple[CatalogService, VenueService]:
    return (
        CatalogService(FakeCatalog(refusal), effects, effects),
        VenueService(FakeVenues(refusal), effects, effects),
    )


@pytest.mark.parametrize(("act", "expected"), ACTS)
async def test_a_change_drops_the_cache_and_wakes_the_relay_for_its_events(
    effects: Effects, act: Act, expected: list[str]
) -> None:
    await act(*services(effects))

    assert effects.calls == expected


@pytest.mark.parametrize("act", [act for act, _ in ACTS])
async def test_nothing_follows_a_refusal(effects: Effects, act: Act) -> None:
    with pytest.raises(NotFoundError):
        await act(*services(effects, NotFoundError()))

    assert effects.calls == []


@pytest.mark.parametrize("act", WRONG)
async def test_wrong_input_reaches_nothing(effects: Effects, act: Act) -> None:
    with pytest.raises(InvalidInputError):
        await act(*services(effects, AssertionError()))

    assert effects.calls == []
