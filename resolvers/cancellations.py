"""Sessions that managers cancel."""

from typing import Annotated

import strawberry

from resolvers.context import Info
from resolvers.permissions import require_manager_of_session, require_viewer
from schema.cancellations import CancelSessionInput, CancelSessionResult
from schema.catalog import Session


@strawberry.type
class CancellationMutations:
    @strawberry.mutation(
        description="Cancel a session that is not over: nothing of it can be held any"
        " more, its holds end, and all that was sold is refunded, in one step and once,"
        " however often it is called. Managers of its cinema only."
    )
    async def cancel_session(
        self,
        info: Info,
        input: Annotated[
            CancelSessionInput,
            strawberry.argument(description="The session to cancel."),
        ],
    ) -> CancelSessionResult:
        key = await require_manager_of_session(info, input.session_id)
        session = await info.context.services.cancellations.cancel_session(
            key, input.reason, require_viewer(info).id, input.idempotency_key
        )
        info.context.services.queries.seatings.forget_rules()
        info.context.clear_loaders()
        return Session.from_domain(session)
