"""The person behind a request, and their role."""

from dataclasses import dataclass, field
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
    # The sign-in of the token; None for tokens of the last release. Two devices are
    # one viewer.
    family_id: UUID | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplaces:
    """Where a member of the staff works: everywhere, or in these cinemas."""

    whole_network: bool = False
    cinema_ids: tuple[UUID, ...] = ()  # the oldest cinema first

    def include(self, cinema_id: UUID) -> bool:
        return self.whole_network or cinema_id in self.cinema_ids
