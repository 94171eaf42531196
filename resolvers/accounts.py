"""What people do with their own account."""

from typing import Annotated

import strawberry

from resolvers.context import Info
from resolvers.permissions import require_viewer
from resolvers.rate_limits import check_rate
from schema.accounts import Done, VerifyEmailInput, VerifyEmailResult
from schema.people import Viewer


@strawberry.type
class AccountMutations:
    @strawberry.mutation(
        description="Send the viewer a mail with a code for `verifyEmail`. Nothing is"
        " sent when the address is verified, or when five such codes of the viewer"
        " are still valid."
    )
    async def request_email_verification(self, info: Info) -> Done:
        viewer = require_viewer(info)
        await check_rate(info, str(viewer.id))
        await info.context.services.addresses.request_verification(viewer.id)
        return Done()

    @strawberry.mutation(
        description="Verify the viewer's address with the code of a mail. It works"
        " once, for 24 hours, and for the account that it was sent to."
    )
    async def verify_email(
        self,
        info: Info,
        input: Annotated[
            VerifyEmailInput, strawberry.argument(description="The code.")
        ],
    ) -> VerifyEmailResult:
        viewer = require_viewer(info)
        await check_rate(info, str(viewer.id))
        account = await info.context.services.addresses.verify(viewer.id, input.token)
        return Viewer.from_domain(account)
