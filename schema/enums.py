"""Publishes the domain's enums, with the descriptions that they owe to clients."""

from enum import EnumMeta

import strawberry
from strawberry.types.enum import has_enum_definition


def publish(enum: EnumMeta, description: str, **members: str) -> None:
    """Let types use `enum` itself; `members` describes each of its members."""
    published = strawberry.enum(enum, description=description)
    if has_enum_definition(published):
        for value in published.__strawberry_definition__.values:
            value.description = members[value.name]
