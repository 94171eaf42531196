"""`schema`: writes the GraphQL schema as text, for the tools of clients."""

import json
from argparse import Namespace
from pathlib import Path

from graphql import build_schema as parsed
from graphql import is_abstract_type, lexicographic_sort_schema, print_schema

from app.executable_schema import build_schema

FILE = Path("schema/schema.graphql")
POSSIBLE_TYPES = Path("schema/possible-types.json")


def run(_arguments: Namespace) -> None:
    FILE.write_text(sdl(), "utf-8")
    POSSIBLE_TYPES.write_text(json.dumps(possible_types(), indent=2) + "\n", "utf-8")


def sdl() -> str:
    """Sorted here alone: Strawberry's own sorting breaks unions at run time."""
    return (
        print_schema(lexicographic_sort_schema(parsed(build_schema().as_str()))) + "\n"
    )


def possible_types() -> dict[str, list[str]]:
    """The members of each union and interface, in the form that client caches read."""
    schema = parsed(build_schema().as_str())
    return {
        name: sorted(each.name for each in schema.get_possible_types(abstract))
        for name, abstract in sorted(schema.type_map.items())
        if is_abstract_type(abstract)
    }
