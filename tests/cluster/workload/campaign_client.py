"""A client that sends each request to one of several addresses."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.cluster.evidence import Outcome
from tests.support import http_client

TIMEOUT_SECONDS = 8.0
# Errors that come before any change of state. After all others the outcome is unknown.
REFUSALS = {
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
    value: dict[str, Any]  # of the only root field


class CampaignClient:
    def __init__(self, urls: Sequence[str], rng: random.Random) -> None:
        self._urls = urls
        self._rng = rng
        self._http = httpx2.AsyncClient(
            timeout=TIMEOUT_SECONDS, limits=httpx2.Limits(max_connections=None)
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(self, token: str, document: str, variables: dict[str, Any]) -> Reply:
        url = self._rng.choice(self._urls)
        try:
            response = await http_client.ask(
                self._http, document, variables, token=token, url=f"{url}/graphql"
            )
            answer = response.json()
        except (httpx2.HTTPError, ValueError) as error:
            return Reply("unknown", type(error).__name__, {})
        if not isinstance(answer, dict):
            return Reply("unknown", f"HTTP {response.status_code}", {})
        return reply_of(answer, response.status_code)


def reply_of(answer: dict[str, Any], status: int) -> Reply:
    if errors := answer.get("errors"):
        code = str((errors[0].get("extensions") or {}).get("code"))
        return Reply("refused" if code in REFUSALS else "unknown", code, {})
    if status != HTTP_OK or not answer.get("data"):
        return Reply("unknown", f"HTTP {status}", {})
    value = next(iter(answer["data"].values())) or {}
    if "code" in value:
        return Reply("refused", value["code"], value)
    return Reply("ok", None, value)
