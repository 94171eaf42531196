"""Events: what happened to an object, with the object as it was then."""

import json
import random
from typing import Any

from sandbox.database import Database, new_id, now
from sandbox.errors import missing_object
from sandbox.faults import Faults

# That of the library `stripe` that we use; it says which form objects have.
API_VERSION = "2026-10-28.endive"


class Events:
    def __init__(self, db: Database, faults: Faults) -> None:
        self._db = db
        self._faults = faults

    def add(self, type_: str, value: dict[str, Any]) -> None:
        """In the transaction of the change, so that no event is lost or invented."""
        event = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": int(now()),
            "data": {"object": value},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": type_,
        }
        self._db.insert(
            "events",
            id=event["id"],
            created=now(),
            type=type_,
            body=json.dumps(event),
        )
        if self._faults.take("webhooks_never"):
            return
        times = 2 if self._faults.take("webhooks_twice") else 1
        for _ in range(times):
            self._db.insert("deliveries", event_id=event["id"], due_at=self._due_at())

    def send_again(self, event_id: str) -> None:
        if self._db.row("SELECT 1 FROM events WHERE id = ?", event_id) is None:
            raise missing_object("event", event_id)
        self._db.insert("deliveries", event_id=event_id, due_at=now())

    def _due_at(self) -> float:
        due_at = now()
        if late := self._faults.take("webhooks_late"):
            due_at += late.delay
        if shuffled := self._faults.take("webhooks_out_of_order"):
            due_at += random.uniform(0, shuffled.delay)  # noqa: S311 # no secret
        return due_at
