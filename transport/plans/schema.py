"""The schema as it is served: operations run by their plans, or by graphql-core."""

import logging
from collections.abc import Collection, Iterable
from contextlib import aclosing
from typing import Any

from graphql import ASTValidationRule, GraphQLError
from strawberry import Schema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exception_handlers import ExceptionHandler
from strawberry.schema.schema import StreamResult
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from telemetry.process_metrics import UNPLANNED
from transport.documents.document import Document
from transport.documents.validation import RULES
from transport.faults import masked
from transport.operation_extension import DOCUMENT, OperationExtension
from transport.plans.plan import Plan
from transport.plans.plans import Plans
from transport.plans.run import NotPlannedError, PlanRun, Reason

log = logging.getLogger(__name__)


class PlannedSchema(Schema):
    """Without `plans` graphql-core runs everything, through Strawberry.

    It also runs what has no plan, before anything of it has run here: introspection,
    for one, and what has to be refused for its document or variables.
    """

    def __init__(
        self,
        query: type,
        mutation: type | None = None,
        subscription: type | None = None,
        *,
        rules: Collection[type[ASTValidationRule]] = RULES,
        plans: bool = True,
        config: StrawberryConfig | None = None,
        exception_handlers: Iterable[ExceptionHandler[Any, Any]] = (),
    ) -> None:
        super().__init__(
            query,
            mutation,
            subscription,
            extensions=[lambda: OperationExtension(rules)],  # a new one each operation
            config=config,
            exception_handlers=exception_handlers,
        )
        self._rules = tuple(rules)
        self._plans = Plans(self) if plans else None

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,
    ) -> None:
        """Logs nothing: the mask of faults logs ours, and only those."""

    async def execute(  # noqa: PLR0917 # as Strawberry has it
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        begun = self._begin(
            (operation_extensions or {}).get(DOCUMENT),
            operation_name,
            variable_values,
            context_value,
            allowed_operation_types,
        )
        if begun is not None:
            plan, run = begun
            return self._masked(await plan.result(run), context_value)
        return await super().execute(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            allowed_operation_types,
            operation_extensions,
        )

    async def stream(  # noqa: PLR0917 # as Strawberry has it
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        operation_extensions: dict[str, Any] | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
    ) -> StreamResult:
        begun = self._begin(
            (operation_extensions or {}).get(DOCUMENT),
            operation_name,
            variable_values,
            context_value,
            allowed_operation_types,
        )
        if begun is not None:
            return self._results(*begun)
        return await super().stream(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            operation_extensions,
            allowed_operation_types,
        )

    def _begin(
        self,
        document: Document | None,
        name: str | None,
        variables: dict[str, Any] | None,
        context: Any,
        allowed: Iterable[OperationType] | None,
    ) -> tuple[Plan, PlanRun] | None:
        """None if graphql-core has to run the operation, or to refuse it."""
        if self._plans is None or document is None:
            return None
        operation = document.operation_named(name)
        if operation is None or (
            allowed is not None and OperationType(operation.kind.value) not in allowed
        ):
            return None
        if not self.is_valid(document):
            return None
        reason: Reason
        try:
            return self._plans.begin(document, name, variables, context)
        except NotPlannedError as error:
            reason = error.reason
        except Exception:
            log.exception("an operation could not be planned")
            reason = "failure"
        UNPLANNED.labels(reason).inc()
        return None

    def is_valid(self, document: Document) -> bool:
        """graphql-core reports why a document is not, or cannot be validated."""
        if document.parsed is None:
            return False
        try:
            return not document.errors_in(self._schema, self._rules)
        except Exception:  # noqa: BLE001 # it is raised again there
            return False

    async def _results(self, plan: Plan, run: PlanRun) -> StreamResult:
        if plan.stream is None:
            yield self._masked(await plan.result(run), run.context)
            return
        async with aclosing(plan.results(run)) as results:
            async for result in results:
                yield self._masked(result, run.context)

    def _masked(self, result: ExecutionResult, context: Any) -> ExecutionResult:
        if result.errors:
            hide = self.config.disable_field_suggestions
            result.errors = masked(result.errors, context, hide_suggestions=hide)
        return result
