"""Publishes the domain's enums, with the descriptions that they owe to clients."""

from enum import EnumMeta

import strawberry
from strawberry.types.enum import has_enum_definition


def publish(enum: EnumMeta, description: str, **members: str) -> None:
    """Let types use `enum` itself; `members` describes each of its members."""
    # A type that used it first made Strawberry define it: a second definition clashes.
    if not has_enum_definition(enum):
        strawberry.enum(enum)
    if has_enum_definition(enum):
        definition = enum.__strawberry_definition__
        definition.description = description
        for value in definition.values:
            value.description = members[value.name]
