"""Checkouts and their settlement on real rows, with a provider in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.attempts import IfLate
from domain.checkout import Checkout, CheckoutService
from domain.effects import EffectService
from domain.money import Money
from domain.payment_provider import PaymentProvider
from domain.ports import Hold
from domain.reservation import HoldTerms
from domain.settlement import SettlementService
from persistence.money.attempts import PostgresAttempts
from persistence.money.effects import PostgresEffects
from persistence.money.settlement import PostgresSettlements
from persistence.postgres.pool import Pool
from persistence.queries.seat_maps import SeatMaps
from persistence.queries.seatings import Seatings
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Show, expire_hold
from tests.support.events import open_payment
from tests.support.fake_provider import FakeProvider
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.refunds import EVERYWHERE, asking, refund_service

RETURN_URL = "https://app.example/paid"
EFFECTS = "SELECT * FROM payment_effects WHERE attempt_id = $1 ORDER BY created_at"
WINDOW = timedelta(minutes=5)


@dataclass(frozen=True)
class Bought:
    customer_id: UUID
    reservation_id: UUID
    payment_id: UUID


class Payments:
    """`provider` is the one in memory, if a test names no other."""

    def __init__(
        self,
        pool: Pool,
        seats_per_customer: int = 16,
        provider: PaymentProvider | None = None,
    ) -> None:
        self.pool = pool
        self.provider = FakeProvider()
        used = provider or self.provider
        self.ledger = PostgresLedger(pool)
        self.attempts = PostgresAttempts(pool)
        services: dict[str, Any] = {
            "ledger": self.ledger,
            "locks": NoSeatLocks(),
            "wakeup": NoWakeup(),
        }
        self.checkout = CheckoutService(
            used, attempts=self.attempts, window=WINDOW, **services
        )
        self.settlement = SettlementService(
            used,
            attempts=self.attempts,
            settlements=PostgresSettlements(pool),
            seatings=Seatings(pool, SeatMaps(pool)),
            terms=HoldTerms(seats_per_customer=seats_per_customer),
            **services,
        )
        self.effects = EffectService(used, PostgresEffects(pool))

    async def hold(
        self, show: Show, customer: UUID, *seats: int, types: Sequence[UUID] = ()
    ) -> Bought:
        hold = Hold(
            reservation_id=uuid4(),
            customer_id=customer,
            wanted=replace(show.wanting(*seats), type_ids=tuple(types)),
            period=timedelta(minutes=1),
        )
        verdict = await self.ledger.hold(hold)
        assert verdict.reservation
        payment = await open_payment(self.pool, hold.reservation_id)
        return Bought(customer, hold.reservation_id, payment)

    async def start(
        self,
        bought: Bought,
        if_late: IfLate = IfLate.SAME_SEATS,
        key: str | None = None,
        return_url: str = RETURN_URL,
    ) -> Checkout:
        return await self.checkout.start_checkout(
            bought.payment_id, bought.customer_id, return_url, if_late, key
        )

    async def pay(self, bought: Bought, amount: Money | None = None) -> UUID:
        """On the page of the newest attempt."""
        row = await self.attempt(bought)
        asked = Money(row["amount_minor"], row["currency"])
        self.provider.pay(row["id"], amount or asked)
        attempt: UUID = row["id"]
        return attempt

    async def expire(self, bought: Bought) -> None:
        """The hold, and the window of its attempts."""
        await self.let_end(bought)
        await self.ledger.expire([bought.reservation_id])

    async def let_end(self, bought: Bought) -> None:
        """Likewise, before a sweeper sees it."""
        await expire_hold(self.pool, bought.reservation_id)
        await self.pool.execute(
            "UPDATE payment_attempts SET expires_at = clock_timestamp()"
            " WHERE reservation_id = $1",
            bought.reservation_id,
        )

    async def settle(self) -> None:
        """Whatever it is due for, until nothing is: then nothing changes any more."""
        await self.pool.execute(
            "UPDATE payment_attempts SET due_at = clock_timestamp()"
            " WHERE due_at IS NOT NULL"
        )
        while await self.settlement.settle_due() + await self.effects.run_due():
            pass

    async def refund(self, bought: Bought) -> None:
        """All of its tickets, by a manager."""
        sold = await self.ledger.reservation(bought.reservation_id)
        await refund_service(self.pool).refund_tickets(asking(sold, manages=EVERYWHERE))

    async def call_again(self) -> None:
        """Calls that have failed are due now, not in a while."""
        await self.pool.execute(
            "UPDATE payment_effects SET due_at = clock_timestamp()"
            " WHERE due_at IS NOT NULL"
        )
        await self.settle()

    async def attempt(self, bought: Bought) -> Any:
        return await self.pool.fetchrow(
            "SELECT * FROM payment_attempts WHERE payment_id = $1"
            " ORDER BY created_at DESC LIMIT 1",
            bought.payment_id,
        )

    async def outcomes(self, bought: Bought) -> list[str | None]:
        """Of all its attempts, the oldest first."""
        rows = await self.pool.fetch(
            "SELECT outcome FROM payment_attempts WHERE payment_id = $1"
            " ORDER BY created_at",
            bought.payment_id,
        )
        return [row["outcome"] for row in rows]

    async def state(self, bought: Bought) -> tuple[str, str, str | None, str]:
        """Of reservation and payment, the outcome, and the money at the provider."""
        row = await self.pool.fetchrow(
            "SELECT r.status AS reservation, p.status, p.outcome FROM payments p"
            " JOIN reservations r ON r.id = p.reservation_id WHERE p.id = $1",
            bought.payment_id,
        )
        attempt = await self.attempt(bought)
        assert row and attempt["outcome"] == row["outcome"]
        page = self.provider.pages[attempt["id"]]
        return row["reservation"], row["status"], row["outcome"], page.status
