"""Ids that never change: planting twice is planting once."""

from uuid import NAMESPACE_DNS, UUID, uuid5

CINEMA = uuid5(NAMESPACE_DNS, "cinema.example")


def seeded_id(kind: str, name: str) -> UUID:
    return uuid5(CINEMA, f"{kind}:{name}")
