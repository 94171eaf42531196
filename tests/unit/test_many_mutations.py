"""Several mutations in one document wait only once for an unavailable server.

Mutations are non-null, so GraphQL executes none after the first that fails.
"""

from typing import Any
from uuid import UUID, uuid4

import pytest
from graphql import is_non_null_type

from app.executable_schema import build_schema
from domain.errors import NotFoundError
from domain.people import Role, Viewer
from domain.reservation import Reservation
from resolvers.context import Context, Services
from tests.support.engine import PLANS
from tests.support.null_services import UNUSED
from transport.documents.document import read
from transport.operation_extension import DOCUMENT

CANCEL_THREE = """mutation ($id: ID!) {
  one: cancelReservation(input: {reservationId: $id}) { ...Answer }
  two: cancelReservation(input: {reservationId: $id}) { ...Answer }
  three: cancelReservation(input: {reservationId: $id}) { ...Answer }
}
fragment Answer on CancelReservationResult { __typename }
"""


class FailingBooking:
    """Raises one error after the other."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = iter(errors)
        self.asked = 0

    async def cancel_reservation(
        self, reservation_id: UUID, customer_id: UUID
    ) -> Reservation:
        self.asked += 1
        raise next(self._errors)

    reserve_seats = UNUSED
    choose_tickets = UNUSED


def context(booking: FailingBooking) -> Context:
    services = Services(
        best_seats=UNUSED,
        booking=booking,
        extensions=UNUSED,
        payments=UNUSED,
        refunds=UNUSED,
        check_ins=UNUSED,
        ticket_codes=UNUSED,
        transfers=UNUSED,
        cancellations=UNUSED,
        rescheduling=UNUSED,
        accounts=UNUSED,
        addresses=UNUSED,
        passwords=UNUSED,
        profiles=UNUSED,
        devices=UNUSED,
        identities=UNUSED,
        catalog=UNUSED,
        venues=UNUSED,
        prices=UNUSED,
        blocks=UNUSED,
        queries=UNUSED,
        rate_limits=UNUSED,
        seat_feed=UNUSED,
        reservation_feed=UNUSED,
    )
    viewer = Viewer(uuid4(), Role.CUSTOMER)
    return Context(services=services, viewer=viewer, request_id="r")


async def cancel_three(within: Context) -> tuple[Any, list[tuple[Any, Any]]]:
    """The data, and for each error the mutation and the code."""
    result = await build_schema(plans=PLANS).execute(
        CANCEL_THREE,
        variable_values={"id": str(uuid4())},
        context_value=within,
        operation_extensions={DOCUMENT: read(CANCEL_THREE)},
    )
    return result.data, [
        (error.path and error.path[0], (error.extensions or {}).get("code"))
        for error in result.errors or ()
    ]


@pytest.mark.parametrize("outage", [TimeoutError(), ConnectionRefusedError()])
async def test_mutations_after_an_unavailable_server_are_not_executed(
    outage: Exception,
) -> None:
    booking = FailingBooking(NotFoundError(), outage)
    data, errors = await cancel_three(context(booking))

    assert booking.asked == 2
    assert data is None
    assert errors == [("two", "UNAVAILABLE")]


def test_mutations_are_non_null() -> None:
    mutations = build_schema()._schema.mutation_type

    assert mutations
    assert all(is_non_null_type(each.type) for each in mutations.fields.values())


async def test_refusals_do_not_stop_later_mutations() -> None:
    booking = FailingBooking(NotFoundError(), NotFoundError(), NotFoundError())
    data, errors = await cancel_three(context(booking))

    assert booking.asked == 3
    assert errors == []
    assert data == {
        name: {"__typename": "NotFound"} for name in ("one", "two", "three")
    }
