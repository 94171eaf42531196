"""The list by which a gate judges without a connection."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.scanner.screen import Light, Screen, seat_and_type, too_early
from domain.gate_lists import LONGEST
from domain.ticket_codes import TicketCode

UNKNOWN = "not on the list: for another session, or sold since"


class SessionList:
    """What the gate knows of its session. Whatever is added stays true."""

    def __init__(self) -> None:
        self.position: str | None = None
        self._opens_at = ""
        self._sold: dict[str, Mapping[str, Any]] = {}
        self._used: set[str] = set()
        self._void: dict[str, int] = {}

    def add(self, part: Mapping[str, Any]) -> bool:
        """Of gateList. Whether there may be more now.

        The position stays where it is while an older transaction is still open.
        """
        has_moved = part["position"] != self.position
        self._sold |= {ticket["id"]: ticket for ticket in part["sold"]}
        self._used |= {*part["used"]}
        self._void |= {
            each["ticketId"]: each["belowGeneration"] for each in part["void"]
        }
        self.position, self._opens_at = part["position"], part["opensAt"]
        return has_moved and len(part["used"]) + len(part["void"]) >= LONGEST

    def use(self, ticket_id: str) -> None:
        """It was checked in here."""
        self._used.add(ticket_id)

    def judge(self, code: TicketCode) -> Screen:
        ticket_id = str(code.ticket_id)
        if code.generation < self._void.get(ticket_id, 1):
            return Screen(Light.RED, "not valid")
        if ticket_id in self._used:
            return Screen(Light.RED, "checked in before")
        if ticket_id not in self._sold:
            return Screen(Light.YELLOW, UNKNOWN)
        if datetime.now(UTC) < datetime.fromisoformat(self._opens_at):
            return too_early(self._opens_at)
        return Screen(Light.GREEN, seat_and_type(self._sold[ticket_id]))

    def __len__(self) -> int:
        return len(self._sold)
