"""`schema`: writes the GraphQL schema as text, for the tools of clients."""

from argparse import Namespace
from pathlib import Path

from graphql import build_schema as parsed
from graphql import lexicographic_sort_schema, print_schema

from app.executable_schema import build_schema

FILE = Path("schema/schema.graphql")


def run(_arguments: Namespace) -> None:
    FILE.write_text(sdl(), "utf-8")


def sdl() -> str:
    """Sorted here alone: Strawberry's own sorting breaks unions at run time."""
    return (
        print_schema(lexicographic_sort_schema(parsed(build_schema().as_str()))) + "\n"
    )
