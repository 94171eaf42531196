"""The requests of the load test, and the session that it plays in."""

import http.client
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from loadtest import documents
from loadtest.figures import HTTP_OK
from loadtest.target import Target
from runtime.errors import CommandError

# A session must not begin while seats of it are being held.
NOT_BEFORE = timedelta(hours=1)
SESSIONS_LOOKED_AT = 100
MAPS_LOOKED_AT = 20
TIMEOUT = 30.0


@dataclass(frozen=True)
class Stage:
    """A session and its seats on sale."""

    session_id: str
    name: str
    seats: tuple[str, ...]


def reserve(session_id: str, seat_id: str) -> bytes:
    entered = {"sessionId": session_id, "seatIds": [seat_id]}
    return _body(documents.MEASURED_RESERVE_SEATS, {"input": entered})


def cancel(reservation_id: str) -> bytes:
    entered = {"reservationId": reservation_id}
    return _body(documents.MEASURED_CANCEL_RESERVATION, {"input": entered})


def headers(token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
    }


class BoxOffice:
    """One customer's view of the server, one question after the other."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._headers = headers(target.tokens[0])

    def choose(self, seats: int) -> Stage:
        """A session with that many seats on sale, in the largest room that will do."""
        fitting = [node for node in self._sessions() if _capacity(node) >= seats]
        for node in sorted(fitting, key=_capacity, reverse=True)[:MAPS_LOOKED_AT]:
            free = self._free_seats(node["id"])
            if len(free) >= seats:
                name = (
                    f"{node['movie']['title']}, {node['startsAt']}, "
                    f"{node['room']['name']}"
                )
                return Stage(node["id"], name, free)
        raise CommandError(
            f"No session to come has {seats} seats on sale: take fewer users, "
            "wait half a minute for holds to end, or plant more with `make seed`."
        )

    def send(self, body: bytes) -> dict[str, Any]:
        """`data` of the answer; raises CommandError when there is none."""
        target = self._target
        connection = http.client.HTTPConnection(target.host, target.port, TIMEOUT)
        try:
            connection.request("POST", target.path, body, self._headers)
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise CommandError(
                f"Nothing answers at {target.origin} ({error}): "
                "start it with `make run`."
            ) from error
        finally:
            connection.close()
        told = json.loads(text) if response.status == HTTP_OK else {}
        if told.get("data") is None or told.get("errors"):
            excerpt = text[:300].decode(errors="replace")
            raise CommandError(f"{target.origin} said {response.status}: {excerpt}")
        return dict(told["data"])

    def _sessions(self) -> list[dict[str, Any]]:
        after = (datetime.now(UTC) + NOT_BEFORE).strftime("%Y-%m-%dT%H:%M:%SZ")
        variables = {"first": SESSIONS_LOOKED_AT, "filter": {"startsAfter": after}}
        sessions = self.send(_body(documents.SESSIONS, variables))["sessions"]
        return [edge["node"] for edge in sessions["edges"]]

    def _free_seats(self, session_id: str) -> tuple[str, ...]:
        body = _body(documents.SEAT_MAP, {"id": session_id})
        seat_map = self.send(body)["seatMap"] or {}
        return tuple(
            seat["id"]
            for seat in seat_map.get("seats", ())
            if seat["status"] == "AVAILABLE"
        )


def _body(query: str, variables: dict[str, Any]) -> bytes:
    return json.dumps({"query": query, "variables": variables}).encode()


def _capacity(node: dict[str, Any]) -> int:
    return int(node["room"]["capacity"])


NOOP = json.dumps({"query": documents.MEASURED_NO_OP}).encode()
