"""Input and result of startCheckout."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain import checkout
from domain.return_urls import LONGEST
from schema.attempts import IfLate
from schema.problems import (
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    PaymentClosed,
    ProviderUnavailable,
    ReservationExpired,
    WrongProvider,
)
from schema.sales import Payment


@strawberry.type(description="A page of the provider where the customer pays.")
class Checkout:
    payment: Payment = strawberry.field(description="What is paid there.")
    url: str = strawberry.field(
        description="Where to send the browser; with `clientSecret` it is `returnUrl`."
    )
    client_secret: str | None = strawberry.field(
        description="For the provider's own form in a page of the client. Null where"
        " there is none."
    )
    expires_at: datetime = strawberry.field(
        description="When the page closes. The seats are held until then."
    )

    @classmethod
    def from_domain(cls, started: checkout.Checkout) -> Self:
        return cls(
            payment=Payment.from_domain(started.payment),
            url=started.url,
            client_secret=started.client_secret,
            expires_at=started.expires_at,
        )


@strawberry.input(description="The payment to make.")
class StartCheckoutInput:
    payment_id: strawberry.ID = strawberry.field(
        description="Id of one of the viewer's payments."
    )
    return_url: str = strawberry.field(
        description="Where the provider sends the browser afterwards, paid or not:"
        f" https, or http on this machine, up to {LONGEST} characters."
    )
    if_late: IfLate = strawberry.field(
        default=IfLate.SAME_SEATS,
        description="What the customer wants if the money comes after the end of the"
        " hold.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Any text. A repeated call with the same key and input leads to the"
        " same page, as long as it is open.",
    )


StartCheckoutResult = Annotated[
    Checkout
    | NotFound
    | InvalidInput
    | PaymentClosed
    | ReservationExpired
    | ProviderUnavailable
    | WrongProvider
    | IdempotencyConflict,
    strawberry.union(
        "StartCheckoutResult",
        description="Where to pay, also if it was started before, or the reason why"
        " that is not possible.",
    ),
]
