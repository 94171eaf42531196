"""One run of a plan: what its fields share, and the errors that they collect."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace
from types import CoroutineType
from typing import Any, Literal

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    located_error,
)
from graphql.execution.executor import CollectedErrors
from graphql.pyutils import Path

Reason = Literal[
    "introspection",
    "variables",  # that graphql-core refuses, mostly
    "size",
    "directives",
    "types",  # that decide by themselves what a value is
    "resolvers",
    "failure",  # of ours, while planning
]


class NotPlannedError(Exception):
    """graphql-core has to execute the operation, of which nothing has run yet."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class OperationParts:
    """Of a document and its schema, as resolvers may ask for them."""

    schema: GraphQLSchema
    node: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]


@dataclass(slots=True, eq=False)
class PlanRun:
    operation: OperationParts
    context: Any
    variables: dict[str, Any]
    arguments: list[dict[str, Any]]  # of the fields that have some, each by its index
    root: Any = None
    collected: CollectedErrors = field(default_factory=CollectedErrors)
    _background: set[asyncio.Future[Any]] = field(default_factory=set)

    def of_event(self, event: Any) -> "PlanRun":
        """Each event of a subscription has errors of its own."""
        return replace(self, root=event, collected=CollectedErrors())

    def settle(self, awaitables: list[Awaitable[Any]]) -> None:
        """Lets what has begun end by itself, when its siblings' error has nulled it."""
        if awaitables:
            future = asyncio.gather(*awaitables, return_exceptions=True)
            self._background.add(future)
            future.add_done_callback(self._background.discard)


# A place in the answer: takes a value, its path and the run, and returns what is
# written there or a coroutine of it. Raises a located GraphQLError if the place may not
# be null.
Place = Callable[[Any, Path | None, PlanRun], Any]


@dataclass(frozen=True, slots=True)
class ErrorHandler:
    """Of one place: nulls it, or raises for the place around it to be nulled."""

    nodes: Collection[FieldNode]
    is_required: bool

    def handle(self, raw: Exception, path: Path, run: PlanRun) -> None:
        error = located_error(raw, self.nodes, path.as_list())
        if self.is_required:
            raise error
        run.collected.add(error, path)

    async def guard(self, awaitable: Awaitable[Any], path: Path, run: PlanRun) -> Any:
        try:
            return await awaitable
        except Exception as raw:  # noqa: BLE001 # a resolver's: anything
            return self.handle(raw, path, run)

    async def complete(
        self, value: Awaitable[Any], complete: Place, path: Path, run: PlanRun
    ) -> Any:
        """Awaits what a resolver returns, then writes it."""
        try:
            completed = complete(await value, path, run)
            if type(completed) is CoroutineType:
                completed = await completed
        except Exception as raw:  # noqa: BLE001 # a resolver's: anything
            return self.handle(raw, path, run)
        return completed
