"""Reservations of the viewer: queries, reserve, cancel, follow."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import Annotated

import strawberry

from domain import reservation
from domain.payment import PaymentStatus
from domain.refunds import Refund
from resolvers.context import Info
from resolvers.faults import not_found
from resolvers.ids import parse_id, require_id
from resolvers.paging import connection, window
from resolvers.permissions import require_box_office, require_viewer
from resolvers.rate_limits import check_reserving_rate
from resolvers.tickets import chosen_types
from schema.enums import ReservationStatus
from schema.extensions import ExtendReservationInput, ExtendReservationResult
from schema.pages import DEFAULT_FIRST, After, Before, Connection, First, Last
from schema.reserving import ReserveSeatsInput, ReserveSeatsResult
from schema.sales import (
    CancelReservationInput,
    CancelReservationResult,
    Reservation,
)

ReservationId = Annotated[
    strawberry.ID,
    strawberry.argument(description="Id of one of the viewer's reservations."),
]
Status = Annotated[
    ReservationStatus | None,
    strawberry.argument(description="Only reservations with this status."),
]


@strawberry.type
class ReservationQueries:
    @strawberry.field(
        description="One of the viewer's reservations. Null if it does not exist or"
        " belongs to somebody else."
    )
    async def reservation(self, info: Info, id: ReservationId) -> Reservation | None:
        require_viewer(info)
        key = parse_id(id)
        found = await info.context.loaders.reservations.load(key) if key else None
        return Reservation.from_domain(found) if found else None

    @strawberry.field(description="The viewer's reservations, newest first.")
    async def reservations(
        self,
        info: Info,
        *,
        first: First = DEFAULT_FIRST,
        after: After = None,
        last: Last = None,
        before: Before = None,
        status: Status = None,
    ) -> Connection[Reservation]:
        own = require_viewer(info).id
        wanted = reservation.ReservationStatus[status.name] if status else None
        reservations = info.context.services.queries.reservations
        page = reservations.page(own, window(first, after, last, before), wanted)
        return await connection(
            page, Reservation.from_domain, partial(reservations.count, own, wanted)
        )


@strawberry.type
class ReservationMutations:
    @strawberry.mutation(
        description="Hold all the seats for 30 seconds, or none of them. In some"
        " installations it is another time: see `expiresAt`."
    )
    async def reserve_seats(
        self,
        info: Info,
        input: Annotated[
            ReserveSeatsInput, strawberry.argument(description="The seats to reserve.")
        ],
    ) -> ReserveSeatsResult:
        viewer = require_viewer(info)
        check_reserving_rate(info, viewer.id)
        if input.accept_orphans:
            await require_box_office(info, input.session_id)
        reservation = await info.context.services.booking.reserve_seats(
            require_id(input.session_id),
            [require_id(seat_id) for seat_id in input.seat_ids],
            viewer.id,
            input.idempotency_key,
            expected=input.expected(),
            types=chosen_types(input.tickets or ()),
            accept_orphans=input.accept_orphans,
        )
        info.context.clear_loaders()
        return Reservation.from_domain(reservation)

    @strawberry.mutation(
        description="Cancel a reservation that is not paid yet. Its seats are for"
        " sale again at once."
    )
    async def cancel_reservation(
        self,
        info: Info,
        input: Annotated[
            CancelReservationInput,
            strawberry.argument(description="The reservation to cancel."),
        ],
    ) -> CancelReservationResult:
        viewer = require_viewer(info)
        reservation = await info.context.services.booking.cancel_reservation(
            require_id(input.reservation_id), viewer.id
        )
        info.context.clear_loaders()
        return Reservation.from_domain(reservation)

    @strawberry.mutation(
        description="Give the customer more time to pay: 30 seconds more, up to ten"
        " times, or what the installation allows. See `expiresAt` and"
        " `extensionsLeft`."
    )
    async def extend_reservation(
        self,
        info: Info,
        input: Annotated[
            ExtendReservationInput,
            strawberry.argument(description="The reservation to extend."),
        ],
    ) -> ExtendReservationResult:
        viewer = require_viewer(info)
        extensions = info.context.services.extensions
        reservation = await extensions.extend_reservation(
            require_id(input.reservation_id), viewer.id, input.idempotency_key
        )
        info.context.clear_loaders()
        return Reservation.from_domain(reservation)


@strawberry.type
class ReservationSubscriptions:
    @strawberry.subscription(
        description="One of the viewer's reservations: its current state, then"
        " every change of the reservation or its payment."
    )
    async def reservation(
        self, info: Info, id: ReservationId
    ) -> AsyncGenerator[Reservation, None]:
        require_viewer(info)
        key = parse_id(id)
        if key is None:
            raise not_found()
        shown = None
        feed = info.context.services.reservation_feed
        async with aclosing(feed.watch(key)) as ticks:
            async for _ in ticks:
                info.context.start_next_event()
                loaders = info.context.loaders
                now = await loaders.reservations.load(key)
                if now is None:
                    raise not_found()
                payment = await loaders.payment_of(key)
                refunds: list[Refund] = []
                if payment and payment.status is not PaymentStatus.PENDING:
                    refunds = await loaders.refunds_of(payment.id)
                state = (
                    *(now.status, now.expires_at, now.total),
                    [seat.version for seat in now.seats],
                    payment and (payment.status, payment.outcome),
                    [(refund.id, refund.status) for refund in refunds],
                )
                if state != shown:
                    if shown is not None:
                        await info.context.wait_for_turn()
                    shown = state
                    yield Reservation.from_domain(now)
