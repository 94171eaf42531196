"""The way in: one of several addresses each time, and what its answer means."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.cluster.evidence import Outcome
from tests.support import http_client

PATIENCE_SECONDS = 8.0
# Faults that are said before anything was done; all others may have come in between.
NOTHING_DONE = {
    "BAD_USER_INPUT",
    "FORBIDDEN",
    "NOT_FOUND",
    "RATE_LIMITED",
    "UNAUTHENTICATED",
}
HTTP_OK = 200


@dataclass(frozen=True, slots=True)
class Reply:
    outcome: Outcome
    code: str | None
    value: dict[str, Any]  # of the one root field


class Door:
    def __init__(self, urls: Sequence[str], dice: random.Random) -> None:
        self._urls = urls
        self._dice = dice
        self._http = httpx2.AsyncClient(
            timeout=PATIENCE_SECONDS, limits=httpx2.Limits(max_connections=None)
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(self, token: str, document: str, variables: dict[str, Any]) -> Reply:
        url = self._dice.choice(self._urls)
        try:
            response = await http_client.ask(
                self._http, document, variables, token=token, url=f"{url}/graphql"
            )
            told = response.json()
        except (httpx2.HTTPError, ValueError) as error:
            return Reply("unknown", type(error).__name__, {})
        if not isinstance(told, dict):
            return Reply("unknown", f"HTTP {response.status_code}", {})
        return judged(told, response.status_code)


def judged(told: dict[str, Any], status: int) -> Reply:
    if errors := told.get("errors"):
        code = str((errors[0].get("extensions") or {}).get("code"))
        return Reply("refused" if code in NOTHING_DONE else "unknown", code, {})
    if status != HTTP_OK or not told.get("data"):
        return Reply("unknown", f"HTTP {status}", {})
    value = next(iter(told["data"].values())) or {}
    if "code" in value:
        return Reply("refused", value["code"], value)
    return Reply("ok", None, value)
