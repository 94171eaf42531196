"""Ids that depend on names alone: seeding again adds nothing twice."""

from uuid import NAMESPACE_DNS, UUID, uuid5

CINEMA = uuid5(NAMESPACE_DNS, "cinema.example")


def seeded_id(kind: str, name: str) -> UUID:
    return uuid5(CINEMA, f"{kind}:{name}")
