"""The schema as text, as clients' tools read it."""

from graphql import build_schema as parsed
from graphql import lexicographic_sort_schema, print_schema

from app.executable_schema import build_schema


def text() -> str:
    """Sorted here alone: Strawberry's own sorting breaks unions at run time."""
    return (
        print_schema(lexicographic_sort_schema(parsed(build_schema().as_str()))) + "\n"
    )
