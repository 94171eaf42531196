"""Sends events to the shop, signed, and again until they are received."""

import hmac
import time
from collections.abc import Iterable

from httpx2 import AsyncClient, HTTPError

from sandbox.database import Database, Row, now

AT_ONCE = 32
TIMEOUT_SECONDS = 10.0
LONGEST_DELAY_SECONDS = 60.0
GIVE_UP_SECONDS = 3 * 24 * 60 * 60
# While one is sent; if we are killed meanwhile, it is sent again after it.
LEASE_SECONDS = 2 * TIMEOUT_SECONDS


def signature(body: str, secrets: Iterable[str], at: int) -> str:
    """The header Stripe-Signature: one signature for each secret."""
    signed = f"{at}.{body}".encode()
    digests = [hmac.digest(each.encode(), signed, "sha256").hex() for each in secrets]
    return ",".join([f"t={at}", *(f"v1={digest}" for digest in digests)])


class Deliveries:
    def __init__(
        self, db: Database, client: AsyncClient, url: str, secrets: tuple[str, ...]
    ) -> None:
        self._db = db
        self._client = client
        self._url = url
        self._secrets = secrets
        self.under_way = 0

    def claim(self) -> list[Row]:
        due = self._db.rows(
            "SELECT deliveries.id, tries, body, created FROM deliveries"
            " JOIN events ON events.id = event_id"
            " WHERE due_at <= ? ORDER BY due_at LIMIT ?",
            now(),
            AT_ONCE - self.under_way,
        )
        for row in due:
            self._set(row["id"], now() + LEASE_SECONDS, row["tries"], None)
        self.under_way += len(due)
        return due

    def next_due(self) -> float | None:
        if self.under_way == AT_ONCE:
            return None
        found: float | None = self._db.value("SELECT min(due_at) FROM deliveries")
        return found

    async def send(self, row: Row) -> None:
        answer = await self._post(row["body"])
        tries = row["tries"] + 1
        due_at: float | None = now() + min(2.0 ** row["tries"], LONGEST_DELAY_SECONDS)
        if answer.startswith("2") or now() - row["created"] > GIVE_UP_SECONDS:
            due_at = None
        self._set(row["id"], due_at, tries, answer)
        self.under_way -= 1

    async def _post(self, body: str) -> str:
        """The status, or what went wrong."""
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(body, self._secrets, int(time.time())),
        }
        try:
            response = await self._client.post(
                self._url, content=body.encode(), headers=headers
            )
        except HTTPError as error:
            return type(error).__name__
        return str(response.status_code)

    def _set(
        self, delivery_id: int, due_at: float | None, tries: int, answer: str | None
    ) -> None:
        self._db.execute(
            "UPDATE deliveries SET due_at = ?, tries = ?, answer = ? WHERE id = ?",
            due_at,
            tries,
            answer,
            delivery_id,
        )
