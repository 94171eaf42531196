"""The door: tickets are checked in."""

import logging
from functools import partial
from typing import Annotated

import strawberry

from domain.check_ins import CheckedIn, Scan
from domain.errors import DomainError
from domain.seats import Position
from resolvers.context import Info
from resolvers.ids import NO_ROW, parse_id
from resolvers.permissions import require_staff, require_staff_of_session
from schema import door
from schema.door import CheckInInput, CheckInResult
from schema.gate_lists import GateList
from telemetry import door_metrics

logger = logging.getLogger(__name__)


@strawberry.type
class DoorQueries:
    @strawberry.field(
        description="What is used or void in a session, for gates. For who works in its"
        " cinema."
    )
    async def gate_list(
        self,
        info: Info,
        session_id: Annotated[
            strawberry.ID, strawberry.argument(description="The gate's session.")
        ],
        since: Annotated[
            str | None,
            strawberry.argument(
                description="Position of the last list. Null, or one that cannot be"
                " read: the whole list."
            ),
        ] = None,
    ) -> GateList:
        key = await require_staff_of_session(info, session_id)
        position = Position.parse(since) or Position(0)
        services = info.context.services
        listed = await services.queries.gate_lists.of_session(key, position)
        session = await info.context.loaders.session(key)
        return GateList.from_domain(
            listed,
            opens_at=session.starts_at - services.check_ins.opens_before,
            read_sold=partial(services.queries.tickets.sold, key, listed.since),
        )


@strawberry.type
class DoorMutations:
    @strawberry.mutation(
        description="Check a ticket in, by the code of its QR. Of all scans of a ticket"
        " one succeeds. For who works in the cinema of its session."
    )
    async def check_in(
        self,
        info: Info,
        input: Annotated[
            CheckInInput, strawberry.argument(description="What the gate has scanned.")
        ],
    ) -> CheckInResult:
        viewer, works_at = await require_staff(info)
        session_id = input.session_id
        scan = Scan(
            code=input.code,
            session_id=None if session_id is None else parse_id(session_id) or NO_ROW,
            gate=input.gate,
            scanned_at=input.scanned_at,
            nonce=input.idempotency_key,
            scanned_by=viewer.id,
            works_at=works_at,
        )
        try:
            checked_in = await info.context.services.check_ins.check_in(scan)
        except DomainError as refused:
            _note(scan, refused.code)
            raise
        if checked_in.displaced_at:
            _note(scan, door_metrics.DISPLACED, checked_in)
        else:
            _note(scan, door_metrics.CHECKED_IN)
        info.context.clear_loaders()
        return door.CheckedIn(ticket_id=checked_in.ticket_id)


def _note(scan: Scan, result: str, checked_in: CheckedIn | None = None) -> None:
    """Staff hear of a scan that a gate without a connection has judged otherwise."""
    door_metrics.count(result, sent_later=scan.scanned_at is not None)
    if scan.scanned_at is None or result == door_metrics.CHECKED_IN:
        return
    facts = {
        "result": result,
        "gate": scan.gate,
        "session_id": str(scan.session_id) if scan.session_id else None,
        "scanned_at": scan.scanned_at.isoformat(),
    }
    if checked_in and checked_in.displaced_at:
        facts |= {
            "ticket_id": str(checked_in.ticket_id),
            "other_gate": checked_in.displaced_gate,
            "other_scan_at": checked_in.displaced_at.isoformat(),
        }
    logger.warning("two scans of a ticket, or one that is not valid", extra=facts)
