"""Changes of cinemas and their rooms, which managers make."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain.catalog import CatalogCache
from domain.cinemas import Cinema, CinemaFacts, validated_cinema
from domain.new_seats import NewSeats, validated_rows
from domain.ports import RelayWakeup
from domain.price_zones import validated_zone_name
from domain.rooms import NewRoom, Room, RoomFacts, validated_room
from domain.seat_changes import SeatChange, validated_changes
from domain.seat_plan import PriceZone


class Venues(Protocol):
    """The stored cinemas and rooms. Each call is one transaction, events included.

    `expected_version`: OutdatedError if the stored version is another. None: any.
    """

    async def add_cinema(self, facts: CinemaFacts) -> Cinema:
        """Raises InvalidInputError."""

    async def change_cinema(
        self, cinema_id: UUID, facts: CinemaFacts, expected_version: int | None
    ) -> Cinema:
        """Raises NotFoundError and OutdatedError."""

    async def add_room(self, room: NewRoom) -> Room:
        """Raises InvalidInputError."""

    async def change_room(
        self, room_id: UUID, facts: RoomFacts, expected_version: int | None
    ) -> Room:
        """Raises NotFoundError, OutdatedError and RoomBusyError."""

    async def add_seats(self, room_id: UUID, rows: Sequence[NewSeats]) -> Room:
        """Add seats to the room, and put them on sale in each of its future sessions.

        Raises NotFoundError and InvalidInputError.
        """

    async def change_seats(
        self, room_id: UUID, changes: Sequence[SeatChange], expected_version: int | None
    ) -> Room:
        """Raises NotFoundError, OutdatedError and InvalidInputError."""

    async def save_price_zone(
        self, cinema_id: UUID, zone_id: UUID | None, name: str
    ) -> PriceZone:
        """Without an id it is a new one. Raises NotFoundError and InvalidInputError."""

    async def remove_room(self, room_id: UUID) -> Room:
        """Raises NotFoundError, and RoomInUseError if it has or had sessions."""


class VenueService:
    """Checks all of the input: InvalidInputError names each wrong field."""

    def __init__(
        self, venues: Venues, cache: CatalogCache, wakeup: RelayWakeup
    ) -> None:
        self._venues = venues
        self._cache = cache
        self._wakeup = wakeup

    async def create_cinema(self, facts: CinemaFacts) -> Cinema:
        cinema = await self._venues.add_cinema(validated_cinema(facts))
        await self._cache.drop()
        return cinema

    async def update_cinema(
        self, cinema_id: UUID, facts: CinemaFacts, expected_version: int | None = None
    ) -> Cinema:
        facts = validated_cinema(facts)
        cinema = await self._venues.change_cinema(cinema_id, facts, expected_version)
        await self._cache.drop()
        return cinema

    async def create_room(self, room: NewRoom) -> Room:
        created = await self._venues.add_room(room.validated())
        await self._cache.drop()
        return created

    async def update_room(
        self, room_id: UUID, facts: RoomFacts, expected_version: int | None = None
    ) -> Room:
        facts = validated_room(facts)
        room = await self._venues.change_room(room_id, facts, expected_version)
        await self._cache.drop()
        return room

    async def add_seats(self, room_id: UUID, rows: Sequence[NewSeats]) -> Room:
        """The new seats of a row get the numbers after its highest."""
        room = await self._venues.add_seats(room_id, validated_rows(rows))
        self._wakeup.notify()
        await self._cache.drop()
        return room

    async def update_seats(
        self,
        room_id: UUID,
        changes: Sequence[SeatChange],
        expected_version: int | None = None,
    ) -> Room:
        """Zones and outOfService count for sessions that are created from now on."""
        changes = validated_changes(changes)
        room = await self._venues.change_seats(room_id, changes, expected_version)
        await self._cache.drop()
        return room

    async def save_price_zone(
        self, cinema_id: UUID, zone_id: UUID | None, name: str
    ) -> PriceZone:
        name = validated_zone_name(name)
        zone = await self._venues.save_price_zone(cinema_id, zone_id, name)
        await self._cache.drop()
        return zone

    async def remove_room(self, room_id: UUID) -> Room:
        room = await self._venues.remove_room(room_id)
        await self._cache.drop()
        return room
