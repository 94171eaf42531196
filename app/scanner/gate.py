"""A gate: asks the API about each code, and judges alone while that does not answer."""

import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from app.scanner import screen
from app.scanner.client import GateClient, NoConnectionError
from app.scanner.keys import codes_reader
from app.scanner.scans import Scan, Scans
from app.scanner.screen import Light, Screen
from app.scanner.session_list import SessionList
from domain.ticket_codes import CodeInvalidError, TicketCode

# So old a list is at most when the connection is lost.
REFRESH_SECONDS = 20.0
# A queue does not wait for a connection with each ticket.
ALONE_SECONDS = 15.0

Show = Callable[[str], None]


class Gate:
    """`show` gets what is for the person who stands there, besides the screens."""

    def __init__(
        self,
        client: GateClient,
        scans: Scans,
        show: Show,
        *,
        name: str,
        session_id: str,
        is_offline: bool = False,
    ) -> None:
        self._client = client
        self._scans = scans
        self._show = show
        self._name = name
        self._session_id = session_id
        self._known = SessionList()
        self._alone_until = math.inf if is_offline else 0.0

    def load(self) -> None:
        """The keys and the list. Raises NoConnectionError."""
        self._read = codes_reader(self._client.keys())
        self.refresh()
        waiting = len(self._scans.waiting)
        self._show(f"{len(self._known)} tickets are sold, {waiting} scans not sent yet")

    def refresh(self) -> None:
        """The list, as it has changed. Raises NoConnectionError."""
        while self._known.add(
            self._client.gate_list(self._session_id, self._known.position)
        ):
            pass
        self._refreshed_at = time.monotonic()

    def refresh_if_outdated(self) -> None:
        now = time.monotonic()
        if now >= max(self._alone_until, self._refreshed_at + REFRESH_SECONDS):
            with suppress(NoConnectionError):
                self.refresh()

    def scan(self, code: str) -> Screen:
        """Judges a code, and stores what it lets in alone."""
        scan = self._scan_of(code)
        if time.monotonic() >= self._alone_until:
            try:
                return self._online(scan)
            except NoConnectionError as error:
                self._alone_until = time.monotonic() + ALONE_SECONDS
                self._show(f"no connection: {error}")
        try:
            ticket = self._read(code)
        except CodeInvalidError:
            return Screen(Light.RED, "not valid")
        shown = self._judge(ticket)
        if shown.light is Light.GREEN:
            self._scans.add(scan, str(ticket.ticket_id))
        return shown

    def send(self) -> None:
        """The scans that are still to be sent. Raises NoConnectionError."""
        for scan in self._scans.waiting:
            answer = self._check_in(scan, scannedAt=scan.scanned_at)
            self._scans.answered(scan)
            if answer["__typename"] != "CheckedIn":
                self._show(
                    f"was let in at {screen.clock(scan.scanned_at)}, and should not"
                    f" have been: {screen.of_answer(answer).text}"
                )

    def _judge(self, ticket: TicketCode) -> Screen:
        if before := self._scans.of_ticket(str(ticket.ticket_id)):
            return screen.already_used(before.scanned_at, before.gate)
        return self._known.judge(ticket)

    def _online(self, scan: Scan) -> Screen:
        self.send()
        answer = self._check_in(scan)
        if answer["__typename"] == "CheckedIn":
            self._known.use(answer["ticket"]["id"])
        return screen.of_answer(answer)

    def _check_in(self, scan: Scan, **late: str) -> Mapping[str, Any]:
        return self._client.check_in(
            code=scan.code,
            sessionId=scan.session_id,
            gate=scan.gate,
            idempotencyKey=scan.nonce,
            **late,
        )

    def _scan_of(self, code: str) -> Scan:
        return Scan(
            nonce=str(uuid4()),
            code=code,
            session_id=self._session_id,
            gate=self._name,
            scanned_at=datetime.now(UTC).isoformat(),
        )
