"""Accounts of the demo, and the customers of the load tests."""

from dataclasses import dataclass
from uuid import UUID

from domain.people import Role
from seeds.ids import seeded_id


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    name: str
    role: Role = Role.CUSTOMER
    # Public on purpose, like all demo data; None: the account cannot sign in.
    password: str | None = None

    @property
    def id(self) -> UUID:
        return seeded_id("account", self.email)


DEMO_PEOPLE = (
    Person("manager@cinema.example", "Marina", Role.MANAGER, "correct-horse-manager"),
    Person("ana@cinema.example", "Ana", Role.CUSTOMER, "correct-horse-ana"),
    Person("bruno@cinema.example", "Bruno", Role.CUSTOMER, "correct-horse-bruno"),
)

LOAD_CUSTOMERS = tuple(
    Person(f"load-{number:03}@cinema.example", f"Load {number:03}")
    for number in range(1, 601)
)
