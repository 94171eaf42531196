"""A compiled operation, which runs for one set of variables at a time."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from types import CoroutineType
from typing import Any

from graphql import GraphQLError, located_error
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from transport.plans.arguments import ReadArguments
from transport.plans.calls import ResolverCall
from transport.plans.resolve_info import PlannedField
from transport.plans.run import OperationParts, Place, PlanRun


@dataclass(frozen=True, slots=True)
class EventStream:
    """Of a subscription."""

    call: ResolverCall
    field: PlannedField
    path: Path

    def open(self, run: PlanRun) -> AsyncGenerator[Any, None]:
        """Raises GraphQLError."""
        try:
            events: AsyncGenerator[Any, None] = self.call(None, self.path, run)
        except Exception as error:
            path = self.path.as_list()
            raise located_error(error, self.field.nodes, path) from error
        return events


@dataclass(frozen=True, slots=True)
class Plan:
    operation: OperationParts
    readers: list[ReadArguments]
    execute: Place
    stream: EventStream | None = None

    def begin(self, variables: VariableValues, context: Any) -> PlanRun:
        """Raises NotPlannedError for variables that graphql-core has to look at."""
        arguments = [read(variables) for read in self.readers]
        return PlanRun(self.operation, context, variables.coerced, arguments)

    async def result(self, run: PlanRun) -> ExecutionResult:
        """Of a query or a mutation, or of the event that is the root of the run."""
        try:
            data = self.execute(run.root, None, run)
            if type(data) is CoroutineType:
                data = await data
        except GraphQLError as error:
            run.collected.add(error, None)
            data = None
        return ExecutionResult(data=data, errors=run.collected.errors or None)

    async def results(self, run: PlanRun) -> AsyncGenerator[ExecutionResult, None]:
        """Of the events of a subscription."""
        if self.stream is None:
            raise TypeError("only a subscription has events")
        try:
            events = self.stream.open(run)
        except GraphQLError as error:
            yield PreExecutionError(data=None, errors=[error])
            return
        try:
            async with aclosing(events):
                async for event in events:
                    yield await self.result(run.of_event(event))
        except Exception as error:  # noqa: BLE001 # a resolver's: anything
            yield ExecutionResult(data=None, errors=[_as_graphql_error(error)])


def _as_graphql_error(error: Exception) -> GraphQLError:
    """Without a path, as Strawberry reports the end of a stream."""
    if isinstance(error, GraphQLError):
        return error
    return GraphQLError(str(error), original_error=error)
