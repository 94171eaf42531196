"""Mutations that take seats of a session off sale, for managers."""

from typing import Annotated

import strawberry

from resolvers.context import Info
from resolvers.ids import require_id
from resolvers.permissions import require_manager_of_session, require_viewer
from schema.blocks import (
    BlockSeatsInput,
    BlockSeatsResult,
    SeatsChanged,
    UnblockSeatsInput,
    UnblockSeatsResult,
)

BlockedSeats = Annotated[
    BlockSeatsInput, strawberry.argument(description="The seats to block.")
]
UnblockedSeats = Annotated[
    UnblockSeatsInput, strawberry.argument(description="The seats to unblock.")
]


@strawberry.type
class BlockMutations:
    @strawberry.mutation(
        description="Take seats off sale in one session: all of them, or none if one"
        " is held or sold. Managers of its cinema only."
    )
    async def block_seats(self, info: Info, input: BlockedSeats) -> BlockSeatsResult:
        key = await require_manager_of_session(info, input.session_id)
        seats = await info.context.services.blocks.block_seats(
            key,
            [require_id(seat_id) for seat_id in input.seat_ids],
            input.reason,
            require_viewer(info).id,
        )
        info.context.clear_loaders()
        return SeatsChanged.from_domain(key, seats)

    @strawberry.mutation(
        description="Put blocked seats on sale again. Managers of the session's cinema"
        " only."
    )
    async def unblock_seats(
        self, info: Info, input: UnblockedSeats
    ) -> UnblockSeatsResult:
        key = await require_manager_of_session(info, input.session_id)
        seats = await info.context.services.blocks.unblock_seats(
            key, [require_id(seat_id) for seat_id in input.seat_ids]
        )
        info.context.clear_loaders()
        return SeatsChanged.from_domain(key, seats)
