"""A schema with the forms of Strawberry that ours does not use."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.scalars import JSON
from strawberry.types import Info
from strawberry.types.field import StrawberryField

from tests.support.unusual_types import (
    PLANTS,
    Box,
    Change,
    Colour,
    Flower,
    Number,
    Plant,
    Refusal,
    Tree,
    Wish,
)
from transport.plans.schema import PlannedSchema


class RefusedError(Exception):
    """Handled, unless it says that it is not to be."""


class RefusalHandler:
    exception_type = RefusedError
    error_type = Refusal

    def handle(
        self, exception: Exception, *, field: StrawberryField, info: Info
    ) -> Any:
        why = str(exception)
        if why == "later":
            return self._later(f"{field.python_name} {info.field_name}")
        return None if why == "declined" else Refusal(why=why)

    async def _later(self, why: str) -> Refusal:
        await asyncio.sleep(0)
        return Refusal(why=why)


class Shouted(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: Info, **arguments: Any) -> Any:
        return str(next_(source, info, **arguments)).upper()


class Nobody(BasePermission):
    message = "nobody may see it"

    def has_permission(self, source: Any, info: Info, **arguments: Any) -> bool:
        return False


@strawberry.type
class Query:
    @strawberry.field
    def plant(self, kind: str) -> Plant | None:
        return PLANTS[kind]  # type: ignore[no-any-return]

    @strawberry.field
    def plants(self, kinds: list[str]) -> list[Plant | None]:
        return [PLANTS[kind] for kind in kinds]

    @strawberry.field
    def tree(self, kind: str = "tree") -> Tree | None:
        return PLANTS[kind]  # type: ignore[no-any-return]

    @strawberry.field
    def either(self, kind: str) -> Tree | Flower | Refusal | None:
        return PLANTS[kind]  # type: ignore[no-any-return]

    @strawberry.field
    async def refused(self, why: str) -> Tree | Refusal:
        raise RefusedError(why)

    @strawberry.field
    def refused_at_once(self, why: str) -> Tree | Refusal | None:
        raise RefusedError(why)

    @strawberry.field
    def boxes(self) -> list[Box[int]]:
        return [Box(content=1), Box(content=2)]

    @strawberry.field
    def number(self) -> Number:
        return 5  # type: ignore[return-value]

    @strawberry.field
    def anything(self) -> JSON:
        return {"a": [1, None, {"b": "c"}]}  # type: ignore[return-value]

    @strawberry.field
    def fractions(self) -> list[float]:
        return [1.5, 2, True]

    @strawberry.field
    def wished(self, wish: Wish, colour: Colour = Colour.BLUE) -> str:
        wish.colours.append(colour)  # it is the resolver's own
        return repr(wish)

    @strawberry.field
    def changed(self, change: Change) -> str:
        return repr(change)

    @strawberry.field(extensions=[Shouted()])  # type: ignore[untyped-decorator]
    def shouted(self, text: str) -> str:
        return text

    @strawberry.field(permission_classes=[Nobody])  # type: ignore[untyped-decorator]
    def secret(self) -> str | None:
        return "secret"

    @strawberry.field
    @staticmethod
    def fixed() -> str:
        return "fixed"

    @strawberry.field
    def later(self) -> int:
        async def number() -> int:
            await asyncio.sleep(0)
            return 7

        return number()  # type: ignore[return-value]

    @strawberry.field
    def each_later(self) -> list[int | None]:
        async def number(value: int) -> int:
            await asyncio.sleep(0)
            return 1 // value

        return [number(1), number(0), 3]  # type: ignore[list-item]

    @strawberry.field
    def broken_list(self) -> list[int] | None:
        def numbers() -> Iterator[int]:
            yield 1
            raise ValueError("secret")

        return numbers()  # type: ignore[return-value]

    @strawberry.field
    def one_too_many(self) -> list[int] | None:
        return 1  # type: ignore[return-value]

    @strawberry.field
    def info(self, info: Info, number: int = 5) -> str:
        facts = [
            info.field_name,
            info.python_name,
            info.path.as_list(),
            info.variable_values,
            info.root_value,
            info.query,
            info.operation.name and info.operation.name.value,
            [type(each).__name__ for each in info.selected_fields],
            f"{info.return_type}",
            info.schema is not None,
        ]
        return f"{facts}"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def count(self, info: Info) -> int | None:
        info.context.refusals.append("counted")
        return len(info.context.refusals)

    @strawberry.mutation
    def fail(self) -> int:
        raise ValueError("secret")


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def trees(self, kinds: list[str]) -> AsyncGenerator[Plant | None, None]:
        for kind in kinds:
            yield PLANTS[kind]

    @strawberry.subscription(permission_classes=[Nobody])  # type: ignore[untyped-decorator]
    async def secret(self) -> AsyncGenerator[int, None]:
        yield 1

    @strawberry.subscription
    def at_once(self) -> AsyncGenerator[int, None]:
        async def numbers() -> AsyncGenerator[int, None]:
            yield 1

        return numbers()


def schema_of(*, plans: bool) -> PlannedSchema:
    return PlannedSchema(
        Query,
        Mutation,
        Subscription,
        plans=plans,
        exception_handlers=[RefusalHandler()],
    )
