"""The person behind a request, and their role."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    CUSTOMER = "CUSTOMER"
    MANAGER = "MANAGER"
    CASHIER = "CASHIER"
    USHER = "USHER"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in person that an access token names."""

    id: UUID
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplaces:
    """Where a member of the staff works: everywhere, or in these cinemas."""

    whole_network: bool = False
    cinema_ids: tuple[UUID, ...] = ()  # the oldest cinema first

    def include(self, cinema_id: UUID) -> bool:
        return self.whole_network or cinema_id in self.cinema_ids
