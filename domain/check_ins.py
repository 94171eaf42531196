"""Check tickets in at the door: each of them once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from domain.errors import DomainError, InvalidInputError, raise_if_any
from domain.idempotency import CHECK_IN, key_for
from domain.people import Workplaces
from domain.text import composed, is_line
from domain.ticket_codes import CodeInvalidError, TicketCode, TicketCodes
from domain.tickets import TicketStatus

MAX_GATE_LENGTH: Final = 40
# From a scan until a gate that was offline has sent it.
OLDEST_SCAN: Final = timedelta(days=3)
# The clock of a gate may be fast by so much.
FAST_CLOCK: Final = timedelta(minutes=1)


class AlreadyCheckedInError(DomainError):
    code = "ALREADY_CHECKED_IN"

    def __init__(self, ticket_id: UUID, at: datetime, gate: str | None) -> None:
        super().__init__(f"ticket {ticket_id} was checked in at {at}")
        self.ticket_id = ticket_id
        self.at = at
        self.gate = gate


class TicketNotValidError(DomainError):
    """`status`: what has become of the ticket. None: no ticket of the caller's cinemas.

    A code of an earlier generation is VOID, whatever its ticket is.
    """

    code = "TICKET_NOT_VALID"

    def __init__(self, status: TicketStatus | None) -> None:
        super().__init__(f"the ticket is {status}")
        self.status = status


class WrongSessionError(DomainError):
    """The ticket is for another session, in one of the caller's cinemas.

    Or its session was over, where the gate lets in any.
    """

    code = "WRONG_SESSION"

    def __init__(self, ticket_id: UUID) -> None:
        super().__init__(f"ticket {ticket_id} is for another session")
        self.ticket_id = ticket_id


class TooEarlyError(DomainError):
    code = "TOO_EARLY"

    def __init__(self, opens_at: datetime) -> None:
        super().__init__(f"tickets are checked in from {opens_at} on")
        self.opens_at = opens_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a gate has read, and who stands there.

    `session_id`: the session that the gate lets in; None: any that is not over.
    `scanned_at`: when a gate without a connection has read it; None: now. A repeated
    call has the same `nonce`, and is no second scan.
    """

    code: str
    session_id: UUID | None = None
    gate: str | None = None
    scanned_at: datetime | None = None
    nonce: str | None = None
    scanned_by: UUID
    works_at: Workplaces


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """A scan whose code is genuine."""

    ticket: TicketCode
    scan: Scan
    opens_before: timedelta  # tickets are checked in from so long before the start on

    @property
    def stored_nonce(self) -> str | None:
        """The same nonce of somebody else is another one."""
        scan = self.scan
        return None if scan.nonce is None else f"{scan.scanned_by} {scan.nonce}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedIn:
    """`displaced_at`: when a later scan was checked in that did not stand."""

    ticket_id: UUID
    displaced_at: datetime | None = None
    displaced_gate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAtDoor:
    """A ticket as it is at the moment `now` of the database's clock."""

    session_id: UUID
    generation: int
    status: TicketStatus
    used_at: datetime | None
    used_gate: str | None
    used_scan: str | None  # the stored nonce of the scan that stands
    opens_at: datetime
    ends_at: datetime
    now: datetime


class CheckIns(Protocol):
    async def check_in(self, check_in: CheckIn) -> CheckedIn | None:
        """In one guarded statement. None: nothing has changed."""

    async def ticket(self, check_in: CheckIn) -> TicketAtDoor | None:
        """None: there is none in the cinemas where the caller works."""


class CheckInService:
    def __init__(
        self, check_ins: CheckIns, codes: TicketCodes, opens_before: timedelta
    ) -> None:
        self._check_ins = check_ins
        self._codes = codes
        self.opens_before = opens_before

    async def check_in(self, scan: Scan) -> CheckedIn:
        """A repeated call with the same nonce has the same answer.

        Raises InvalidInputError, TicketNotValidError, WrongSessionError,
        AlreadyCheckedInError or TooEarlyError: then nothing has changed.
        """
        scan = _checked(scan)
        try:
            ticket = self._codes.read(scan.code)
        except CodeInvalidError as error:
            raise TicketNotValidError(None) from error
        check_in = CheckIn(ticket=ticket, scan=scan, opens_before=self.opens_before)
        for _ in range(2):
            checked_in = await self._check_ins.check_in(check_in)
            checked_in = checked_in or await self._judge(check_in)
            if checked_in:
                return checked_in
            # The door has opened between the two statements.
        raise TicketNotValidError(None)

    async def _judge(self, check_in: CheckIn) -> CheckedIn | None:
        """Why it was not checked in; None if it could be by now.

        What is refused for good comes first: a ticket is not given back, transferred or
        used between the statement and this.
        """
        ticket = await self._check_ins.ticket(check_in)
        if ticket is None:
            raise TicketNotValidError(None)
        code, scan = check_in.ticket, check_in.scan
        _check_time(scan, ticket)
        if ticket.status not in {TicketStatus.VALID, TicketStatus.USED}:
            raise TicketNotValidError(ticket.status)
        if ticket.generation != code.generation:
            raise TicketNotValidError(TicketStatus.VOID)
        if ticket.used_scan and ticket.used_scan == check_in.stored_nonce:
            return CheckedIn(ticket_id=code.ticket_id)
        read_at = scan.scanned_at or ticket.now
        is_for_it = scan.session_id == ticket.session_id
        if not is_for_it and (scan.session_id or read_at >= ticket.ends_at):
            raise WrongSessionError(code.ticket_id)
        if ticket.used_at and not (
            scan.scanned_at and scan.scanned_at < ticket.used_at
        ):
            raise AlreadyCheckedInError(
                code.ticket_id, ticket.used_at, ticket.used_gate
            )
        if read_at < ticket.opens_at:
            raise TooEarlyError(ticket.opens_at)
        return None


def _checked(scan: Scan) -> Scan:
    """With a composed gate. Raises InvalidInputError for all wrong fields."""
    wrong: list[InvalidInputError] = []
    if scan.gate is not None:
        scan = replace(scan, gate=composed(scan.gate, MAX_GATE_LENGTH))
        if not is_line(scan.gate or "", MAX_GATE_LENGTH):
            rule = "name_length"
            wrong.append(InvalidInputError("gate", rule=rule, longest=MAX_GATE_LENGTH))
    try:
        key_for(CHECK_IN, scan.nonce)
    except InvalidInputError as error:
        wrong.append(error)
    raise_if_any(wrong)
    return scan


def _check_time(scan: Scan, ticket: TicketAtDoor) -> None:
    """Raises InvalidInputError, by the database's clock."""
    if scan.scanned_at is None:
        return
    if scan.scanned_at > ticket.now + FAST_CLOCK:
        raise InvalidInputError("scannedAt", rule="scan_to_come")
    if scan.scanned_at < ticket.now - OLDEST_SCAN:
        days = OLDEST_SCAN.days
        raise InvalidInputError("scannedAt", rule="scan_too_old", days=days)
