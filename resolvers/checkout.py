"""Payments that a provider takes."""

from typing import Annotated

import strawberry

from domain.attempts import IfLate
from domain.money_errors import WrongProviderError
from domain.payment import APPROVE
from resolvers.context import Info
from resolvers.ids import require_id
from resolvers.permissions import require_viewer
from schema.checkout import Checkout, StartCheckoutInput, StartCheckoutResult


@strawberry.type
class CheckoutMutations:
    @strawberry.mutation(
        description="Begin to pay at the provider. The first call has the seats held"
        " until its page closes, five minutes in most installations. Called again it"
        " answers the same page. Whether it is paid the subscription `reservation`"
        " says, not the return of the browser."
    )
    async def start_checkout(
        self,
        info: Info,
        input: Annotated[
            StartCheckoutInput, strawberry.argument(description="The payment to make.")
        ],
    ) -> StartCheckoutResult:
        viewer = require_viewer(info)
        checkout = info.context.services.checkout
        payment_id = require_id(input.payment_id)
        if checkout is None:
            raise WrongProviderError(APPROVE)
        started = await checkout.start_checkout(
            payment_id,
            viewer.id,
            input.return_url,
            IfLate[input.if_late.name],
            input.idempotency_key,
        )
        info.context.clear_loaders()
        return Checkout.from_domain(started)
