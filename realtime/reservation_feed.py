"""Redis -> reservations: a tick whenever one must be read again."""

from collections.abc import AsyncGenerator
from uuid import UUID

from realtime.hub import Hub
from realtime.topics import reservation_channel


class ReservationFeed:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def watch(self, reservation_id: UUID) -> AsyncGenerator[None, None]:
        """One tick at once, once it listens, then one for each burst of changes."""
        async with self._hub.listen(reservation_channel(reservation_id)) as changes:
            yield
            while True:
                await changes.next_burst()
                yield
