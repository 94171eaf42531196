"""A customer's payments through the schema: in pages, by status, and closed ones."""

from typing import Any
from uuid import UUID

import pytest

from loadtest.documents import APPROVE_PAYMENT, CANCEL_RESERVATION
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.events import open_payment, update_payments
from tests.support.schema_client import SchemaClient

PAYMENTS = """
query ($first: Int, $after: String, $status: PaymentStatus) {
  payments(first: $first, after: $after, status: $status) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage endCursor }
    edges { node { id status approvedAt reservation { id } } }
  }
}
"""


class Bills:
    """Reservations of one customer, each with one seat and a pending payment."""

    def __init__(self, client: SchemaClient, pool: Pool, show: Show, who: UUID) -> None:
        self._desk = client
        self._pool = pool
        self._show = show
        self._who = who
        self.reservations: list[str] = []
        self.payments: list[str] = []

    async def open(self, count: int) -> None:
        for number in range(count):
            made = await self._desk.reserve(self._who, self._show, number)
            payment_id = await open_payment(self._pool, UUID(made["id"]))
            self.reservations.append(made["id"])
            self.payments.append(str(payment_id))

    async def page(self, **variables: Any) -> dict[str, Any]:
        data = await self._desk.data(PAYMENTS, self._who, **variables)
        page: dict[str, Any] = data["payments"]
        return page

    async def approve(self, number: int) -> dict[str, Any]:
        payment = self.payments[number]
        return await self._desk.mutate(APPROVE_PAYMENT, self._who, paymentId=payment)

    async def cancel(self, number: int) -> dict[str, Any]:
        return await self._desk.mutate(
            CANCEL_RESERVATION, self._who, reservationId=self.reservations[number]
        )

    async def let_the_event_come(self, number: int) -> None:
        await update_payments(self._pool, UUID(self.reservations[number]))


@pytest.fixture
def bills(client: SchemaClient, pool: Pool, show: Show, ana: UUID) -> Bills:
    return Bills(client, pool, show, ana)


def ids(page: dict[str, Any]) -> list[str]:
    return [edge["node"]["id"] for edge in page["edges"]]


async def test_three_pages_newest_first(
    bills: Bills, client: SchemaClient, cinema: Cinema
) -> None:
    await bills.open(5)
    [stranger] = await cinema.customers(1)

    first = await bills.page(first=2)
    second = await bills.page(first=2, after=first["pageInfo"]["endCursor"])
    third = await bills.page(first=2, after=second["pageInfo"]["endCursor"])
    theirs = await client.data(PAYMENTS, stranger, first=2)

    pages = (first, second, third)
    newest_first = bills.payments[::-1]
    assert [ids(page) for page in pages] == [
        newest_first[:2],
        newest_first[2:4],
        newest_first[4:],
    ]
    assert [page["totalCount"] for page in pages] == [5, 5, 5]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True, True, False]
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [
        False,
        True,
        True,
    ]
    assert [
        edge["node"]["reservation"]["id"] for page in pages for edge in page["edges"]
    ] == bills.reservations[::-1]
    assert (theirs["payments"]["totalCount"], theirs["payments"]["edges"]) == (0, [])


async def test_filter_by_status(bills: Bills, pool: Pool) -> None:
    await bills.open(5)
    await bills.approve(0)
    await bills.cancel(1)
    await bills.let_the_event_come(1)
    await expire_hold(pool, UUID(bills.reservations[2]))

    listed = {
        status: await bills.page(status=status)
        for status in ("APPROVED", "CANCELLED", "EXPIRED", "PENDING")
    }

    approved, cancelled, expired, *pending = bills.payments
    assert {status: ids(page) for status, page in listed.items()} == {
        "APPROVED": [approved],
        "CANCELLED": [cancelled],
        "EXPIRED": [expired],
        "PENDING": pending[::-1],
    }
    for status, page in listed.items():
        nodes = [edge["node"] for edge in page["edges"]]
        assert page["totalCount"] == len(nodes)
        assert {node["status"] for node in nodes} == {status}
        assert {node["approvedAt"] is not None for node in nodes} == {
            status == "APPROVED"
        }


async def test_pages_of_one_status_skip_the_others(bills: Bills) -> None:
    await bills.open(5)
    await bills.approve(2)

    first = await bills.page(first=2, status="PENDING")
    after = first["pageInfo"]["endCursor"]
    second = await bills.page(first=2, status="PENDING", after=after)

    zero, one, _, three, four = bills.payments
    assert (ids(first), ids(second)) == ([four, three], [one, zero])
    assert (first["totalCount"], second["totalCount"]) == (4, 4)
    assert second["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize("event_came", [True, False])
async def test_a_cancelled_reservation_cannot_be_paid(
    bills: Bills, cinema: Cinema, show: Show, event_came: bool
) -> None:
    await bills.open(1)

    cancelled = await bills.cancel(0)
    if event_came:
        await bills.let_the_event_come(0)
    answer = await bills.approve(0)

    assert cancelled["__typename"] == "Reservation"
    assert cancelled["payment"] == {"status": "CANCELLED"}
    assert answer == {
        "__typename": "PaymentClosed",
        "code": "PAYMENT_CLOSED",
        "status": "CANCELLED",
    }
    assert (await cinema.seat_states(show))[0] == ("AVAILABLE", 3)
