"""The last step of sign-in through an identity provider: code for tokens."""

from typing import Annotated

import strawberry

from resolvers.context import Info
from resolvers.rate_limits import check_rate
from schema.people import AuthTokens, SignInResult


@strawberry.type
class SignInCodeMutations:
    @strawberry.mutation(
        description="Exchange the `code` that the identity provider's sign-in"
        " returned to the client for tokens. A code works once, for one"
        " minute."
    )
    async def exchange_sign_in_code(
        self,
        info: Info,
        code: Annotated[
            str, strawberry.argument(description="The code from the return URL.")
        ],
    ) -> SignInResult:
        await check_rate(info, None)
        signed_in = await info.context.services.identities.exchange(
            code, info.context.network
        )
        return AuthTokens.from_domain(signed_in)
