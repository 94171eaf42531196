"""Queries for the viewer's payments, and their approval."""

from functools import partial
from typing import Annotated

import strawberry

from domain import payment
from resolvers.context import Info
from resolvers.ids import parse_id, require_id
from resolvers.paging import connection, window
from resolvers.permissions import require_viewer
from schema.enums import PaymentStatus
from schema.pages import DEFAULT_FIRST, After, Before, Connection, First, Last
from schema.sales import ApprovePaymentInput, ApprovePaymentResult, Payment

PaymentId = Annotated[
    strawberry.ID,
    strawberry.argument(description="Id of one of the viewer's payments."),
]
Status = Annotated[
    PaymentStatus | None,
    strawberry.argument(description="Only payments with this status."),
]


@strawberry.type
class PaymentQueries:
    @strawberry.field(
        description="One of the viewer's payments. Null if it does not exist or"
        " belongs to somebody else."
    )
    async def payment(self, info: Info, id: PaymentId) -> Payment | None:
        require_viewer(info)
        key = parse_id(id)
        found = await info.context.loaders.payments.load(key) if key else None
        return Payment.from_domain(found) if found else None

    @strawberry.field(description="The viewer's payments, newest first.")
    async def payments(
        self,
        info: Info,
        *,
        first: First = DEFAULT_FIRST,
        after: After = None,
        last: Last = None,
        before: Before = None,
        status: Status = None,
    ) -> Connection[Payment]:
        own = require_viewer(info).id
        wanted = payment.PaymentStatus[status.name] if status else None
        payments = info.context.services.queries.payments
        page = payments.page(own, window(first, after, last, before), wanted)
        return await connection(
            page, Payment.from_domain, partial(payments.count, own, wanted)
        )


@strawberry.type
class PaymentMutations:
    @strawberry.mutation(
        description="Approve a payment and sell the seats of its reservation."
        " Happens exactly once, however often it is called."
    )
    async def approve_payment(
        self,
        info: Info,
        input: Annotated[
            ApprovePaymentInput,
            strawberry.argument(description="The payment to approve."),
        ],
    ) -> ApprovePaymentResult:
        viewer = require_viewer(info)
        payment = await info.context.services.payments.approve_payment(
            require_id(input.payment_id), viewer.id, input.idempotency_key
        )
        info.context.clear_loaders()
        return Payment.from_domain(payment)
