"""What a gate has to know of a session to judge tickets without a connection."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.seats import Position

LONGEST: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GateList:
    """What has changed since a position. Entries may come again, and none is missed.

    `void`: the generation below which codes of a ticket are void.
    """

    since: Position
    position: Position
    used: tuple[UUID, ...]
    void: dict[UUID, int]
