"""A manager's mutations, and what they are answered."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.schema_client import MANAGER, SchemaClient

NOW = datetime.now(UTC).replace(second=0, microsecond=0)  # the same for a whole run


async def answer(client: SchemaClient, mutation: str, **entered: Any) -> dict[str, Any]:
    return await client.mutate(mutation, MANAGER, **entered)


def moment(days: float = 0, minutes: float = 0) -> str:
    """From a whole minute, about now, on."""
    there = NOW + timedelta(days=days, minutes=minutes)
    return there.isoformat().replace("+00:00", "Z")
