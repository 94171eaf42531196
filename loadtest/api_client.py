"""The requests of the load test, and a client that finds a session for it."""

import http.client
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from loadtest import documents
from loadtest.measurements import HTTP_OK
from loadtest.target import Target
from runtime.errors import CommandError

# A session must not begin while the test holds its seats.
STARTS_IN = timedelta(hours=1)
MAX_SESSIONS = 100
MAX_MAPS = 20
TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class SessionOnSale:
    """`seats` are the ids of those that are available."""

    id: str
    name: str
    seats: tuple[str, ...]


NOOP = json.dumps({"query": documents.MEASURED_NO_OP}).encode()


def reserve(session_id: str, seat_id: str) -> bytes:
    entered = {"sessionId": session_id, "seatIds": [seat_id]}
    return ask(documents.MEASURED_RESERVE_SEATS, {"input": entered})


def reserve_pair(session_id: str, ticket_type_id: str) -> bytes:
    """The best two seats side by side."""
    tickets = [{"ticketTypeId": ticket_type_id, "count": 2}]
    entered = {"sessionId": session_id, "tickets": tickets}
    return ask(documents.MEASURED_RESERVE_BEST_SEATS, {"input": entered})


def seat_map(session_id: str) -> bytes:
    return ask(documents.MEASURED_SEAT_MAP, {"id": session_id})


def cancel(reservation_id: str) -> bytes:
    entered = {"reservationId": reservation_id}
    return ask(documents.MEASURED_CANCEL_RESERVATION, {"input": entered})


def headers(token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
    }


class ApiClient:
    """One customer, who sends one request at a time; locust sends the load."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._headers = headers(target.tokens[0])

    def find_session(self, seats: int) -> SessionOnSale:
        """A session with that many seats on sale, in the largest room if possible."""
        fitting = [node for node in self._sessions() if _capacity(node) >= seats]
        for node in sorted(fitting, key=_capacity, reverse=True)[:MAX_MAPS]:
            free = self._free_seats(node["id"])
            if len(free) >= seats:
                name = (
                    f"{node['movie']['title']}, {node['startsAt']}, "
                    f"{node['room']['name']}"
                )
                return SessionOnSale(node["id"], name, free)
        raise CommandError(
            f"No session to come has {seats} seats on sale: take fewer users, "
            "wait half a minute for holds to end, or add more with `make seed`."
        )

    def default_ticket_type(self) -> str:
        types = self.send(ask(documents.TICKET_TYPES, {}))["ticketTypes"]
        return str(types[0]["id"])

    def send(self, body: bytes) -> dict[str, Any]:
        """`data` of the answer; raises CommandError if there is none."""
        target = self._target
        connection = http.client.HTTPConnection(
            target.host, target.port, TIMEOUT_SECONDS
        )
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
        answer = json.loads(text) if response.status == HTTP_OK else {}
        if answer.get("data") is None or answer.get("errors"):
            excerpt = text[:300].decode(errors="replace")
            raise CommandError(f"{target.origin} said {response.status}: {excerpt}")
        return dict(answer["data"])

    def _sessions(self) -> list[dict[str, Any]]:
        after = (datetime.now(UTC) + STARTS_IN).strftime("%Y-%m-%dT%H:%M:%SZ")
        variables = {"first": MAX_SESSIONS, "filter": {"startsAfter": after}}
        sessions = self.send(ask(documents.SESSIONS, variables))["sessions"]
        return [edge["node"] for edge in sessions["edges"]]

    def _free_seats(self, session_id: str) -> tuple[str, ...]:
        body = ask(documents.SEAT_MAP, {"id": session_id})
        seat_map = self.send(body)["seatMap"] or {}
        return tuple(
            seat["id"]
            for seat in seat_map.get("seats", ())
            if seat["status"] == "AVAILABLE"
        )


def ask(query: str, variables: dict[str, Any]) -> bytes:
    return json.dumps({"query": query, "variables": variables}).encode()


def _capacity(node: dict[str, Any]) -> int:
    return int(node["room"]["capacity"])
