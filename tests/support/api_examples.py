"""The GraphQL documents of docs/api.md, so that tests run what readers copy."""

import re
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs/api.md"
BLOCK = re.compile(r"```graphql\n(.*?)```", re.DOTALL)


def example(operation: str) -> str:
    """The block with the operation of this name."""
    named = re.compile(rf"\b(query|mutation|subscription) {operation}\b")
    [block] = filter(named.search, BLOCK.findall(DOCUMENT.read_text("utf-8")))
    return str(block)
