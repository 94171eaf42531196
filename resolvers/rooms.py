"""Queries for rooms."""

from typing import Annotated

import strawberry

from resolvers.context import Info
from resolvers.ids import parse_id
from resolvers.paging import connection, window
from schema.pages import DEFAULT_FIRST, After, Before, Connection, First, Last
from schema.venues import Room

RoomId = Annotated[strawberry.ID, strawberry.argument(description="Id of the room.")]


@strawberry.type
class RoomQueries:
    @strawberry.field(description="One room. Null if it does not exist.")
    async def room(self, info: Info, id: RoomId) -> Room | None:
        key = parse_id(id)
        room = await info.context.loaders.rooms.load(key) if key else None
        return Room.from_domain(room) if room else None

    @strawberry.field(description="All rooms, ordered by name: Room 2 before Room 10.")
    async def rooms(
        self,
        info: Info,
        *,
        first: First = DEFAULT_FIRST,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Room]:
        rooms = info.context.services.queries.rooms
        page = rooms.page(window(first, after, last, before))
        return await connection(page, Room.from_domain, rooms.count)
