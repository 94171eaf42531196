"""Refusals of calls that lead to a payment provider."""

from domain.errors import DomainError


class WrongProviderError(DomainError):
    """The payment is made another way: `provider` says by whom."""

    code = "WRONG_PROVIDER"

    def __init__(self, provider: str) -> None:
        super().__init__(f"the payment is made through {provider}")
        self.provider = provider


class CheckoutUnavailableError(DomainError):
    """The provider gives no page now. The same call goes on with what has begun."""

    code = "PROVIDER_UNAVAILABLE"


class TicketUsedError(DomainError):
    """Customers cannot give back a ticket with which somebody went in."""

    code = "TICKET_USED"


class TicketTransferredError(DomainError):
    """Another person has the ticket now: only managers give its money back."""

    code = "TICKET_TRANSFERRED"
