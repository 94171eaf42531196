"""What is written for each type of event, and to whom."""

from dataclasses import dataclass
from uuid import UUID

from domain.account_events import AccountEvent
from domain.events import Event, PaymentSettled, ReservationEvent
from mail.account_letters import AccountLetters
from mail.letter import Letter
from mail.payment_letters import PaymentLetters
from mail.sale_letters import SaleLetters


@dataclass(frozen=True, slots=True)
class Letters:
    accounts: AccountLetters
    sales: SaleLetters
    payments: PaymentLetters

    async def other_holders(self, event: Event) -> list[UUID]:
        """Who is to be sent a mail, too: they have tickets by a transfer."""
        if isinstance(event, ReservationEvent):
            return await self.sales.other_holders(event)
        return []

    async def write(
        self, notice_id: UUID, event: Event, holder_id: UUID | None = None
    ) -> Letter | None:
        """To a holder of tickets, or else to who bought them, or to the account.

        The notice of a payment has the id of the attempt, others that of the event.
        None if nobody has to be sent anything, or not any more.
        """
        match event:
            case AccountEvent():
                return await self.accounts.write(notice_id, event)
            case ReservationEvent():
                return await self.sales.write(notice_id, event, holder_id)
            case PaymentSettled():
                return await self.payments.write(notice_id, event)
        return None
