"""The time of the server."""

from datetime import datetime

import strawberry

from resolvers.context import Info


@strawberry.type
class ClockQueries:
    @strawberry.field(
        description="The server's clock, by which holds expire and sessions start."
        " Use it for countdowns, not the clock of the device."
    )
    async def server_time(self, info: Info) -> datetime:
        return await info.context.services.queries.clock.now()
