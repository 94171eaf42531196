"""Signing in from many addresses, in one API process."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis

from loadtest.documents import SIGN_IN, SIGN_UP
from persistence.key_value.rate_limits import RateLimits, Slowdown
from tests.support.schema_client import SchemaClient
from transport.documents.document import read
from transport.operation_extension import DOCUMENT

HOME, NEW = "192.0.2.1", "192.0.2.2"


class PatientLimits(RateLimits):
    """Writes down who would have to wait, and lets them go on."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(
            redis,
            address="100/minute",
            account="10/minute",
            account_total="10/minute",
            reserve="1/second",
        )
        self.slowdowns: list[Slowdown] = []

    async def slow_down(self, what: str, slowdown: Slowdown) -> None:
        assert what in {"signIn", "signUp"}
        self.slowdowns.append(slowdown)


class SigningIn:
    def __init__(self, client: SchemaClient) -> None:
        self.client = client
        self.email = f"ana.{uuid4().hex}@cinema.example"

    async def ask(self, query: str, address: str | None, **variables: Any) -> Any:
        """The answer of the only field, or the code of its fault."""
        context = replace(self.client.context(None), address=address)
        result = await self.client.schema.execute(
            query, variables, context, operation_extensions={DOCUMENT: read(query)}
        )
        if result.errors:
            return (result.errors[0].extensions or {})["code"]
        assert result.data
        [answer] = result.data.values()
        return answer

    async def sign_up(self, address: str | None) -> Any:
        entered = {"email": self.email, "password": "correct-horse", "name": "Ana"}
        return await self.ask(SIGN_UP, address, input=entered)

    async def sign_in(
        self,
        address: str | None,
        password: str = "correct-horse",  # noqa: S107 # of nobody
    ) -> str:
        entered = {"email": self.email, "password": password}
        answer = await self.ask(SIGN_IN, address, input=entered)
        return str(answer if isinstance(answer, str) else answer["__typename"])

    async def guess(self, times: int) -> list[str]:
        """Each from another address."""
        return [
            await self.sign_in(f"198.51.100.{n}", "wrong-horse") for n in range(times)
        ]
