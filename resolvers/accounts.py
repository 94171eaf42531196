"""What people do with their own account."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from resolvers.context import Info
from resolvers.faults import unauthenticated
from resolvers.ids import NO_ROW, parse_id
from resolvers.permissions import require_sign_in
from resolvers.rate_limits import check_rate
from schema.accounts import (
    Done,
    EndDeviceInput,
    EraseAccountInput,
    EraseAccountResult,
    UpdateViewerInput,
    UpdateViewerResult,
    VerifyEmailInput,
    VerifyEmailResult,
)
from schema.costs import EXPORTING, cost
from schema.people import Viewer


@strawberry.type
class AccountQueries:
    @strawberry.field(
        description="All that is stored of the viewer: a JSON object with a list of"
        " rows for each table. It has no hashes of passwords and tokens.",
        metadata=cost(extra=EXPORTING),
    )
    async def export_viewer(self, info: Info) -> str:
        viewer = await require_sign_in(info)
        await check_rate(info, str(viewer.id))
        exported = await info.context.services.profiles.export(viewer.id)
        if exported is None:
            raise unauthenticated()
        return exported


@strawberry.type
class AccountMutations:
    @strawberry.mutation(
        description="Send the viewer a mail with a code for `verifyEmail`. Nothing is"
        " sent when the address is verified, or when five such codes of the viewer"
        " are still valid."
    )
    async def request_email_verification(self, info: Info) -> Done:
        viewer = await require_sign_in(info)
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
        viewer = await require_sign_in(info)
        await check_rate(info, str(viewer.id))
        account = await info.context.services.addresses.verify(viewer.id, input.token)
        return Viewer.from_domain(account, viewer.family_id)

    @strawberry.mutation(
        description="Change the viewer's name, language or address. A new address is"
        " sent a code, and counts once `verifyEmail` has it. The old one is sent a"
        " mail, too."
    )
    async def update_viewer(
        self,
        info: Info,
        input: Annotated[
            UpdateViewerInput, strawberry.argument(description="What to change.")
        ],
    ) -> UpdateViewerResult:
        viewer = await require_sign_in(info)
        await check_rate(info, str(viewer.id))
        facts = {
            name: value for name, value in vars(input).items() if value is not UNSET
        }
        account = await info.context.services.profiles.update(viewer.id, facts)
        if account is None:
            raise unauthenticated()
        return Viewer.from_domain(account, viewer.family_id)

    @strawberry.mutation(
        description="Erase the viewer's account: name, address, password, devices and"
        " links to providers are gone for good, and the sales stay without them."
        " Access tokens are valid until they expire."
    )
    async def erase_account(
        self,
        info: Info,
        input: Annotated[
            EraseAccountInput, strawberry.argument(description="The password.")
        ],
    ) -> EraseAccountResult:
        viewer = await require_sign_in(info)
        await check_rate(info, str(viewer.id))
        await info.context.services.profiles.erase(
            viewer.id, input.password, give_up_tickets=input.give_up_tickets
        )
        return Done()

    @strawberry.mutation(
        description="End a sign-in of the viewer, on any device: its refresh tokens are"
        " not valid any more. Its access token is, until it expires. The answer is the"
        " same if it has ended before, or is somebody else's."
    )
    async def end_device(
        self,
        info: Info,
        input: Annotated[
            EndDeviceInput, strawberry.argument(description="The device.")
        ],
    ) -> Done:
        viewer = await require_sign_in(info)
        family_id = parse_id(input.id) or NO_ROW
        await info.context.services.devices.end(viewer.id, family_id)
        return Done()
