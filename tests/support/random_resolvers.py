"""Gives the fields of a schema resolvers that return random data, errors and nulls.

What a resolver returns depends on its object, its name and its arguments alone: two
engines that call it in the same way get the same.
"""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema
from strawberry.schema.schema_converter import GraphQLCoreConverter

from tests.support.random_values import RandomValues


class RandomResolvers:
    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self.seed = ""
        self.odds = 0.0
        self.calls: list[str] = []

    def replace(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Strawberry reads the function of a resolver at each call."""
        for kind in self._schema.type_map.values():
            if not isinstance(kind, GraphQLObjectType):
                continue
            for name, field in kind.fields.items():
                declared = (field.extensions or {}).get(
                    GraphQLCoreConverter.DEFINITION_BACKREF
                )
                resolver = declared and declared.base_resolver
                if resolver is not None:
                    stub = self._stub(f"{kind.name}.{name}", field, declared)
                    monkeypatch.setattr(resolver, "wrapped_func", stub)

    def _stub(
        self, place: str, field: GraphQLField, declared: Any
    ) -> Callable[..., Any]:
        async def resolve_async(source: Any, **arguments: Any) -> Any:
            await self._pause(place)
            return self._call(place, source, arguments).result(field.type)

        def resolve(source: Any, **arguments: Any) -> Any:
            return self._call(place, source, arguments).result(field.type)

        async def events(source: Any, **arguments: Any) -> Any:
            values = self._call(place, source, arguments)
            for _ in range(values.dice.randint(0, 3)):
                yield values.of(field.type)
            values.fail_sometimes()

        if declared.is_subscription:
            return events
        return resolve_async if declared.is_async else resolve

    def _call(self, place: str, source: Any, arguments: dict[str, Any]) -> RandomValues:
        arguments.pop("info", None)
        own = getattr(source, "dice", None)
        call = f"{self.seed} {own} {place} {sorted(arguments.items())}"
        self.calls.append(call)
        return RandomValues(self._schema, Random(call), self.odds)

    async def _pause(self, place: str) -> None:
        for _ in range(Random(f"{self.seed} {place}").randint(0, 3)):
            await asyncio.sleep(0)
