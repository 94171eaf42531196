"""A customer who holds seats and chooses types of tickets."""

from typing import Any
from uuid import UUID

from tests.support.cinema import reserving
from tests.support.prices import RESERVE, PricedShow, tickets
from tests.support.schema_client import SchemaClient

CHOOSE = """
mutation ($input: ChooseTicketsInput!) { chooseTickets(input: $input) {
  __typename
  ... on Reservation {
    id total { amountMinor } payment { amount { amountMinor } }
    seats { price { amountMinor } }
  }
  ... on InvalidInput { fields { path } }
  ... on ReservationClosed { status }
  ... on PaymentClosed { paymentStatus: status }
  ... on Problem { code }
} }
"""
TICKETS = """
query ($id: ID!) { reservation(id: $id) { total { amountMinor } tickets {
  id status code usedAt price { amountMinor currency } ticketType { id }
  seat { row number zone { isDefault } } session { id }
} } }
"""


class Buyer:
    def __init__(self, client: SchemaClient, show: PricedShow, customer: UUID) -> None:
        self.client = client
        self.show = show
        self.customer = customer
        self.reservation = ""

    async def hold(self, *seats: int) -> None:
        held = await self.client.mutate(
            RESERVE, self.customer, **reserving(self.show, *seats)
        )
        self.reservation = held["id"]

    async def choose(self, types: dict[int, UUID]) -> dict[str, Any]:
        return await self.client.mutate(
            CHOOSE,
            self.customer,
            reservationId=self.reservation,
            tickets=tickets(self.show, types),
        )

    async def tickets(self) -> list[dict[str, Any]]:
        data = await self.client.data(TICKETS, self.customer, id=self.reservation)
        return list(data["reservation"]["tickets"])
