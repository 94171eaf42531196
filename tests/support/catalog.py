"""Mutations of a manager."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.schema_client import MANAGER, SchemaClient

NOW = datetime.now(UTC).replace(
    second=0, microsecond=0
)  # one value for the whole test run


async def answer(client: SchemaClient, mutation: str, **entered: Any) -> dict[str, Any]:
    return await client.mutate(mutation, MANAGER, **entered)


def moment(days: float = 0, minutes: float = 0) -> str:
    """In so many days and minutes, from the current whole minute."""
    at = NOW + timedelta(days=days, minutes=minutes)
    return at.isoformat().replace("+00:00", "Z")


def wrong(refusal: dict[str, Any]) -> list[str]:
    """Paths of the invalid fields."""
    assert refusal["__typename"] == "InvalidInput", refusal
    return [".".join(field["path"]) for field in refusal["fields"]]
