"""Reserve the best seats that are free."""

from typing import Annotated

import strawberry

from domain.best_booking import TicketCount, check_counts, types_of_seats
from domain.best_seats import Together, Wish
from domain.seat_plan import SeatFeature
from resolvers.context import Info
from resolvers.ids import require_id
from resolvers.permissions import require_viewer
from resolvers.rate_limits import check_reserving_rate
from schema.best_seats import ReserveBestSeatsInput, ReserveBestSeatsResult
from schema.sales import Reservation


@strawberry.type
class BestSeatsMutations:
    @strawberry.mutation(
        description="Hold the best free seats for 30 seconds, or none: close together,"
        " no seat left alone beside them, near the middle, two thirds of the way back."
    )
    async def reserve_best_seats(
        self,
        info: Info,
        input: Annotated[
            ReserveBestSeatsInput, strawberry.argument(description="What to reserve.")
        ],
    ) -> ReserveBestSeatsResult:
        viewer = require_viewer(info)
        check_reserving_rate(info, viewer.id)
        services = info.context.services
        tickets = [
            TicketCount(require_id(each.ticket_type_id), each.count)
            for each in input.tickets
        ]
        count = check_counts(tickets)
        types = await services.queries.ticket_types.all()
        reservation = await services.best_seats.reserve_best_seats(
            require_id(input.session_id),
            _wish(input, count),
            viewer.id,
            input.idempotency_key,
            types_of_seats(tickets, types),
        )
        info.context.clear_loaders()
        return Reservation.from_domain(reservation)


def _wish(input: ReserveBestSeatsInput, count: int) -> Wish:
    """Raises NotFoundError."""
    zones = input.zone_ids
    return Wish(
        count=count,
        together=Together[input.together.name],
        zones=frozenset(map(require_id, zones)) if zones else None,
        features=frozenset(SeatFeature[each.name] for each in input.features),
    )
