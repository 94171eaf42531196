"""Keeps the plans of documents, as long as the documents themselves are kept."""

from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from graphql import FragmentDefinitionNode, OperationDefinitionNode
from graphql.execution.values import VariableValues
from strawberry import Schema

from transport.documents.document import Document
from transport.plans.compiler import Compiler
from transport.plans.plan import Plan
from transport.plans.resolving import Resolvers
from transport.plans.run import NotPlannedError, OperationParts, PlanRun, Reason
from transport.plans.variables import Variables, condition_names

# Of all plans of one document: a field counts for each type of object that may be in
# its place, and for each combination of answers to @skip and @include. It takes some
# three kilobytes.
MAX_FIELDS = 1_000
# Of all documents. Then all plans are compiled again, as their documents are sent.
MAX_KEPT_FIELDS = 30_000

Answers = tuple[Any, ...]  # to @skip and @include


@dataclass(slots=True)
class _OperationPlans:
    """`variables` is the reason if there are no plans for any variables."""

    parts: OperationParts
    variables: Variables
    conditions: tuple[str, ...]
    plans: dict[Answers, Plan | Reason] = field(default_factory=dict)


@dataclass(slots=True)
class _DocumentPlans:
    operations: dict[str | None, _OperationPlans | Reason]
    fields_left: int


class Plans:
    """Of one schema."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._resolvers = Resolvers(schema)
        self._documents: WeakKeyDictionary[Document, _DocumentPlans] = (
            WeakKeyDictionary()
        )

    def begin(
        self,
        document: Document,
        name: str | None,
        variables: dict[str, Any] | None,
        context: Any,
    ) -> tuple[Plan, PlanRun]:
        """Of a valid document. Raises NotPlannedError before anything is called."""
        kept = self._documents.get(document)
        if kept is None:
            kept = self._keep(document)
        operation = kept.operations.get(name)
        if operation is None:
            operation = kept.operations[name] = self._operation(document, name)
        if isinstance(operation, str):
            raise NotPlannedError(operation)
        values = operation.variables.coerced(variables or {})
        answers = tuple(values.coerced.get(each) for each in operation.conditions)
        plan = operation.plans.get(answers)
        if plan is None:
            plan = self._compiled(kept, operation, answers, values)
        if isinstance(plan, str):
            raise NotPlannedError(plan)
        return plan, plan.begin(values, context)

    def _keep(self, document: Document) -> _DocumentPlans:
        fields = (MAX_FIELDS - each.fields_left for each in self._documents.values())
        if sum(fields) > MAX_KEPT_FIELDS:
            self._documents.clear()
        kept = self._documents[document] = _DocumentPlans({}, MAX_FIELDS)
        return kept

    def _operation(
        self, document: Document, name: str | None
    ) -> _OperationPlans | Reason:
        parts = parts_of(self._schema, document, name)
        try:
            conditions = condition_names(parts)
            variables = Variables(parts)
        except NotPlannedError as error:
            return error.reason
        return _OperationPlans(parts, variables, conditions)

    def _compiled(
        self,
        kept: _DocumentPlans,
        operation: _OperationPlans,
        answers: Answers,
        values: VariableValues,
    ) -> Plan | Reason:
        """Conditions have more combinations of answers than anybody could keep."""
        if kept.fields_left <= 0:
            return "size"
        compiler = Compiler(
            self._schema, self._resolvers, operation.parts, values, kept.fields_left
        )
        plan: Plan | Reason
        try:
            plan = compiler.compile()
        except NotPlannedError as error:
            plan = error.reason
        except RecursionError:
            plan = "size"
        kept.fields_left -= max(1, compiler.count)
        operation.plans[answers] = plan
        return plan


def parts_of(schema: Schema, document: Document, name: str | None) -> OperationParts:
    if document.parsed is None:
        raise ValueError("only a parsed document can be planned")
    operations: list[OperationDefinitionNode] = []
    fragments: dict[str, FragmentDefinitionNode] = {}
    for each in document.parsed.definitions:
        if isinstance(each, OperationDefinitionNode):
            operations.append(each)
        elif isinstance(each, FragmentDefinitionNode):
            fragments[each.name.value] = each
    [node] = (
        each
        for each in operations
        if name is None or (each.name and each.name.value == name)
    )
    return OperationParts(schema._schema, node, fragments)  # noqa: SLF001 # it has no other
