"""Sessions that managers move with their customers."""

from typing import Annotated

import strawberry

from domain.rescheduling import Reschedule
from resolvers.context import Info
from resolvers.ids import id_of_saved, require_id
from resolvers.permissions import require_manager_of_session, require_viewer
from schema.catalog import Session
from schema.rescheduling import RescheduleSessionInput, RescheduleSessionResult


@strawberry.type
class ReschedulingMutations:
    @strawberry.mutation(
        description="Give a session that is not over another start, or another room of"
        " its cinema. Tickets and holds stay good, with the same ids. Customers who"
        " bought before may give them back until the new start. Managers of its cinema"
        " only."
    )
    async def reschedule_session(
        self,
        info: Info,
        input: Annotated[
            RescheduleSessionInput,
            strawberry.argument(description="The session, with its new start or room."),
        ],
    ) -> RescheduleSessionResult:
        key = await require_manager_of_session(info, input.session_id)
        wanted = Reschedule(
            session_id=key,
            starts_at=input.starts_at,
            room_id=id_of_saved(input.room_id),
            seats=[
                (require_id(move.from_), require_id(move.to))
                for move in input.seats or ()
            ],
            reason=input.reason,
            by=require_viewer(info).id,
        )
        session = await info.context.services.rescheduling.reschedule_session(
            wanted, input.idempotency_key
        )
        info.context.services.queries.seatings.forget_rules()
        info.context.clear_loaders()
        return Session.from_domain(session)
