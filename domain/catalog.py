"""Changes of movies and sessions, which managers make."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.errors import InvalidInputError
from domain.money import Money
from domain.movies import Movie, MovieFacts, validated_movie
from domain.ports import RelayWakeup
from domain.session_changes import SessionChange, SessionFacts, check_session
from domain.sessions import OrphanRule, Session


class Catalog(Protocol):
    """The stored catalog. Each call is one transaction, its events included.

    `expected_version`: OutdatedError if the stored version is another. None: any.
    """

    async def add_movie(self, facts: MovieFacts) -> Movie: ...

    async def change_movie(
        self, movie_id: UUID, facts: MovieFacts, expected_version: int | None = None
    ) -> Movie:
        """With the ends of its sessions that have not begun.

        Raises NotFoundError, OutdatedError and RoomBusyError.
        """

    async def archive_movie(self, movie_id: UUID) -> Movie:
        """Lists do not show it any more, and it gets no new sessions.

        Raises NotFoundError, and MovieInUseError if it has sessions to come.
        """

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
        """With every seat of the room on sale, at one price or those of a card.

        Until `sales_end_at`, or as long as the cinema sells after the start.
        Raises NotFoundError, InvalidInputError and RoomBusyError.
        """

    async def change_session(
        self,
        session_id: UUID,
        change: SessionChange,
        expected_version: int | None = None,
    ) -> Session:
        """Raises NotFoundError, OutdatedError, InvalidInputError and RoomBusyError."""

    async def remove_session(self, session_id: UUID) -> Session:
        """With its seats. The answer is the session as it was.

        Raises NotFoundError, and SessionInUseError if it has or had reservations.
        """


class CatalogCache(Protocol):
    async def drop(self) -> None:
        """Forget all that was read of the catalog. Never raises."""


class CatalogService:
    """Checks all of the input: InvalidInputError names each wrong field."""

    def __init__(
        self, catalog: Catalog, cache: CatalogCache, wakeup: RelayWakeup
    ) -> None:
        self._catalog = catalog
        self._cache = cache
        self._wakeup = wakeup

    async def create_movie(self, facts: MovieFacts) -> Movie:
        movie = await self._catalog.add_movie(validated_movie(facts))
        await self._cache.drop()
        return movie

    async def update_movie(
        self, movie_id: UUID, facts: MovieFacts, expected_version: int | None = None
    ) -> Movie:
        facts = validated_movie(facts)
        movie = await self._catalog.change_movie(movie_id, facts, expected_version)
        self._wakeup.notify()
        await self._cache.drop()
        return movie

    async def archive_movie(self, movie_id: UUID) -> Movie:
        movie = await self._catalog.archive_movie(movie_id)
        await self._cache.drop()
        return movie

    async def create_session(
        self,
        movie_id: UUID,
        room_id: UUID,
        starts_at: datetime,
        price: Money | None,
        orphan_rule: OrphanRule = OrphanRule.OFF,
        *,
        card_id: UUID | None = None,
        sales_end_at: datetime | None = None,
    ) -> Session:
        """With one price, or those of a card."""
        facts: SessionFacts = {"starts_at": starts_at}
        if price is not None:
            facts["price_per_seat"] = price
        check_session(facts)
        either = price or card_id
        if either is None or (price and card_id):
            raise InvalidInputError("pricePerSeat", rule="price_or_card")
        session = await self._catalog.add_session(
            movie_id,
            room_id,
            starts_at,
            either,
            orphan_rule,
            sales_end_at=sales_end_at,
        )
        await self._cache.drop()
        return session

    async def update_session(
        self, session_id: UUID, facts: SessionFacts, expected_version: int | None = None
    ) -> Session:
        """Raises InvalidInputError if it has begun or is cancelled.

        It does not move while a seat is held or sold. Holds and sales keep their
        prices. The end of sales may change at any time. It moves with the start.
        """
        check_session(facts)
        change = SessionChange(
            starts_at=facts.get("starts_at"),
            price=facts.get("price_per_seat"),
            orphan_rule=facts.get("orphan_rule"),
            prices=facts.get("prices"),
            sales_end_at=facts.get("sales_end_at"),
        )
        session = await self._catalog.change_session(
            session_id, change, expected_version
        )
        self._wakeup.notify()
        await self._cache.drop()
        return session

    async def remove_session(self, session_id: UUID) -> Session:
        session = await self._catalog.remove_session(session_id)
        self._wakeup.notify()
        await self._cache.drop()
        return session
