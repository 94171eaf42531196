"""Expected frames of a graphql-transport-ws server."""

from typing import Any


def next_of(id: str, **data: Any) -> dict[str, Any]:
    return {"id": id, "type": "next", "payload": {"data": data}}


def complete_of(id: str) -> dict[str, str]:
    return {"id": id, "type": "complete"}
