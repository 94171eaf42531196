"""Who may ask for what: the person behind a request."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    CUSTOMER = "CUSTOMER"
    MANAGER = "MANAGER"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person who signed in, as the access token names them."""

    id: UUID
    role: Role
