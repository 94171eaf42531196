"""Measures the cost of a document in one walk, before it is executed.

Lists multiply: a hundred movies with a hundred sessions each have ten thousand rows.
A fragment is measured once, however often it is spread. A page size may come from a
variable: then the cost is computed from the measurement when the values are known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from resolvers.roots import Mutation, Query, Subscription
from schema.costs import READING_SEATS, FieldCost, declared_costs
from schema.pages import DEFAULT_FIRST, MAX_FIRST
from transport.limits import MAX_DEPTH, MAX_NESTING

PAGE_SIZES = {"first", "last"}
# Half the cost: it is read from memory, and most fields that tools select are null.
INTROSPECTION = {"__schema", "__type"}
# By field name. Introspection: nearly 100 types, with about 3 fields each.
COSTS = {
    "types": FieldCost(items=100),
    "fields": FieldCost(items=3),
    **declared_costs(Query, Mutation, Subscription),
}

TOO_DEEP = (
    f"It is nested deeper than {MAX_DEPTH} levels of fields, or {MAX_NESTING} of"
    " fields and fragments."
)
EMPTY = "A selection is empty: name the fields that you want."


class UnmeasurableError(Exception):
    """The message says why the document is refused without a measurement."""


@dataclass(frozen=True, slots=True)
class PageSize:
    """The values of `first` and `last`: numbers, or names of variables."""

    sizes: tuple[int | str | None, ...]

    def of(self, values: Mapping[str, Any]) -> int:
        sizes = [values.get(s) if isinstance(s, str) else s for s in self.sizes]
        return max((_rows(s) for s in sizes if s is not None), default=DEFAULT_FIRST)


ONCE = PageSize((1,))


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """What a selection set contains, nested selections included."""

    levels: int = 0
    nesting: int = 0  # of fields and fragments
    root_fields: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    maps: int = 0  # of seats
    cost: int = 0  # in fields of the answer, without `pages`
    pages: tuple[tuple[PageSize, "Measurement"], ...] = ()  # variables decide

    def cost_with(
        self, values: Mapping[str, Any], costs: dict["Measurement", int] | None = None
    ) -> int:
        costs = {} if costs is None else costs
        if self not in costs:
            costs[self] = self.cost + sum(
                size.of(values) * inner.cost_with(values, costs)
                for size, inner in self.pages
            )
        return costs[self]


@dataclass
class CostWalk:
    """Walks one document; its operations share the measured fragments."""

    document: DocumentNode
    fragments: dict[str, FragmentDefinitionNode] = field(init=False)
    measured: dict[str, Measurement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fragments = {
            each.name.value: each
            for each in self.document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }

    def measure(self, operation: OperationDefinitionNode) -> Measurement:
        """Raises UnmeasurableError."""
        inner = self._selections(operation.selection_set, 1, 1)
        directives = len(operation.directives or ())
        for variable in operation.variable_definitions or ():
            directives += len(variable.directives or ())
        return replace(inner, directives=inner.directives + directives)

    def _selections(
        self, selections: SelectionSetNode | None, depth: int, nesting: int
    ) -> Measurement:
        if selections is None:
            return Measurement()
        if depth > MAX_DEPTH or nesting > MAX_NESTING:
            raise UnmeasurableError(TOO_DEEP)
        if not selections.selections:  # graphql-core's parser accepts it
            raise UnmeasurableError(EMPTY)
        inner = _sum(self._one(node, depth, nesting) for node in selections.selections)
        measured = replace(inner, nesting=1 + inner.nesting)
        _check_depth(measured, depth, nesting)
        return measured

    def _one(self, node: SelectionNode, depth: int, nesting: int) -> Measurement:
        match node:
            case FieldNode():
                inner = self._selections(node.selection_set, depth + 1, nesting + 1)
                measured = _field(node, inner)
            case FragmentSpreadNode():
                measured = self._fragment(node.name.value, depth, nesting)
            case InlineFragmentNode():
                measured = self._selections(node.selection_set, depth, nesting + 1)
        directives = measured.directives + len(node.directives or ())
        return replace(measured, directives=directives)

    def _fragment(self, name: str, depth: int, nesting: int) -> Measurement:
        definition = self.fragments.get(name)
        if definition is None:  # validation refuses it
            return Measurement()
        if name not in self.measured:
            self.measured[name] = (
                Measurement()
            )  # a fragment that spreads itself ends here
            self.measured[name] = self._selections(
                definition.selection_set, depth, nesting + 1
            )
        measured = self.measured[name]
        _check_depth(measured, depth, nesting + 1)
        if measured.pages:
            return replace(measured, cost=0, pages=((ONCE, measured),))
        return measured


def defaults_of(operation: OperationDefinitionNode) -> dict[str, object]:
    """Default values of the variables, read as page sizes."""
    return {
        each.variable.name.value: _size(each.default_value)
        for each in operation.variable_definitions or ()
        if each.default_value is not None
    }


def _check_depth(measured: Measurement, depth: int, nesting: int) -> None:
    if depth - 1 + measured.levels > MAX_DEPTH:
        raise UnmeasurableError(TOO_DEEP)
    if nesting - 1 + measured.nesting > MAX_NESTING:
        raise UnmeasurableError(TOO_DEEP)


def _sum(parts: Iterable[Measurement]) -> Measurement:
    all_ = list(parts)
    return Measurement(
        levels=max((each.levels for each in all_), default=0),
        nesting=max((each.nesting for each in all_), default=0),
        root_fields=sum(each.root_fields for each in all_),
        fields=sum(each.fields for each in all_),
        aliases=sum(each.aliases for each in all_),
        directives=sum(each.directives for each in all_),
        maps=sum(each.maps for each in all_),
        cost=sum(each.cost for each in all_),
        pages=tuple(chain.from_iterable(each.pages for each in all_)),
    )


def _field(node: FieldNode, inner: Measurement) -> Measurement:
    name = node.name.value
    declared = COSTS.get(name, FieldCost())
    size = _page_size(node) if declared.is_paged else PageSize(())
    if not size.sizes and (declared.items > 1 or not declared.is_paged):
        # A list, or a page with the name of one.
        size = PageSize((declared.items,))
    cost = 1 + declared.extra
    pages: tuple[tuple[PageSize, Measurement], ...] = ()
    if inner.pages or any(isinstance(each, str) for each in size.sizes):
        pages = ((size, inner),)
    elif name in INTROSPECTION:
        cost += inner.cost // 2
    else:
        cost += size.of({}) * inner.cost
    return Measurement(
        levels=1 + inner.levels,
        nesting=inner.nesting,
        root_fields=1,
        fields=1 + inner.fields,
        aliases=inner.aliases + (node.alias is not None),
        directives=inner.directives,
        maps=inner.maps + (declared.extra >= READING_SEATS),
        cost=cost,
        pages=pages,
    )


def _page_size(node: FieldNode) -> PageSize:
    arguments = {each.name.value: each.value for each in node.arguments or ()}
    return PageSize(
        tuple(_size(arguments[name]) for name in PAGE_SIZES & arguments.keys())
    )


def _size(value: ValueNode) -> int | str | None:
    match value:
        case VariableNode():
            return value.name.value
        case NullValueNode():
            return None
        case IntValueNode() if len(value.value) <= len(str(MAX_FIRST)):
            return int(value.value)
    return MAX_FIRST


def _rows(size: object) -> int:
    """An invalid page size counts as the largest; its resolver refuses it later."""
    if isinstance(size, int) and 0 < size < MAX_FIRST:
        return size
    return MAX_FIRST
