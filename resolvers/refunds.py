"""Tickets that are given back, by customers or by managers."""

from typing import Annotated

import strawberry

from domain.refunds import RefundRequest
from resolvers.context import Info
from resolvers.ids import require_id
from resolvers.permissions import managed_places, require_viewer
from schema.refunds import Refund, RefundTicketsInput, RefundTicketsResult


@strawberry.type
class RefundMutations:
    @strawberry.mutation(
        description="Give sold tickets back: their seats are on sale again at once, and"
        " the money goes back. Customers may until `refundHoursBeforeStart` of the"
        " cinema before the start, unless a ticket is USED or somebody else holds it;"
        " managers of the cinema at any time. The money goes to who paid."
    )
    async def refund_tickets(
        self,
        info: Info,
        input: Annotated[
            RefundTicketsInput,
            strawberry.argument(description="The tickets to give back."),
        ],
    ) -> RefundTicketsResult:
        viewer = require_viewer(info)
        ids = input.ticket_ids
        request = RefundRequest(
            reservation_id=require_id(input.reservation_id),
            ticket_ids=None if ids is None else tuple(map(require_id, ids)),
            reason=input.reason,
            requested_by=viewer.id,
            manages=await managed_places(info),
        )
        refund = await info.context.services.refunds.refund_tickets(
            request, input.idempotency_key
        )
        info.context.clear_loaders()
        return Refund.from_domain(refund)
