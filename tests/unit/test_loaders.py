"""What the loaders of one operation leave behind."""

import gc
from types import SimpleNamespace
from typing import Any
from uuid import uuid4
from weakref import ref

from domain.people import Role, Viewer
from resolvers.loaders import Loaders


async def _no_rows(*_keys: object) -> dict[object, Any]:
    return {}


async def test_loaders_go_with_their_operation() -> None:
    """If they were cycles, their collection would stop the loop for 25 ms at a time."""
    read = SimpleNamespace(whole=_no_rows, by_id=_no_rows)
    queries: Any = SimpleNamespace(seat_maps=read, reservations=read)
    gc.disable()
    try:
        loaders = Loaders(queries, Viewer(uuid4(), Role.CUSTOMER))
        assert await loaders.seat_maps.load(uuid4()) is None
        assert await loaders.reservations.load(uuid4()) is None
        seen = ref(loaders)
        del loaders
        assert seen() is None
    finally:
        gc.enable()
