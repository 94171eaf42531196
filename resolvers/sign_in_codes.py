"""The last step of signing in through an identity provider."""

from typing import Annotated

import strawberry

from resolvers.context import Info
from resolvers.rate_limits import check_rate
from schema.people import AuthTokens, SignInResult


@strawberry.type
class SignInCodeMutations:
    @strawberry.mutation(
        description="Have tokens for the `code` that an identity provider's sign-in"
        " brought back to the client. A code is good for a minute, once."
    )
    async def exchange_sign_in_code(
        self,
        info: Info,
        code: Annotated[
            str, strawberry.argument(description="From the URL of the return.")
        ],
    ) -> SignInResult:
        await check_rate(info, None)
        signed_in = await info.context.services.identities.exchange(code)
        return AuthTokens.from_domain(signed_in)
