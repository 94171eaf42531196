"""What Strawberry declared for a part of graphql-core's schema."""

from typing import Any

from strawberry.schema.schema_converter import GraphQLCoreConverter


def definition_of(part: Any) -> Any:
    """None for what Strawberry did not declare, such as introspection."""
    return (part.extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
