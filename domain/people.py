"""The person behind a request, and their role."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    CUSTOMER = "CUSTOMER"
    MANAGER = "MANAGER"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in person that an access token names."""

    id: UUID
    role: Role
