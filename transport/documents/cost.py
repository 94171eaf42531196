"""What a document may make us do, measured in one walk before it is executed.

Lists multiply: a hundred movies with a hundred sessions each are ten thousand rows of
fields. A fragment is measured once, however often it is spread. What a page holds may
be a variable's to say; then the rest is arithmetic on what was measured.
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
from schema.costs import FieldCost, declared_costs
from schema.pages import DEFAULT_FIRST, MAX_FIRST
from transport.limits import MAX_DEPTH, MAX_NESTING

PAGE_SIZES = {"first", "last"}
# Read from memory, and most of what tools ask for is null: half.
INTROSPECTION = {"__schema", "__type"}
# By name; the schema has nearly 100 types, with 3 fields each.
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
    """Says to a client why: walking on would cost too much, or lead nowhere."""


@dataclass(frozen=True, slots=True)
class PageSize:
    """What `first` and `last` say: numbers, or the names of variables."""

    said: tuple[int | str | None, ...]

    def of(self, values: Mapping[str, Any]) -> int:
        sizes = [values.get(s) if isinstance(s, str) else s for s in self.said]
        return max((_rows(s) for s in sizes if s is not None), default=DEFAULT_FIRST)


ONCE = PageSize((1,))


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """Of some selections, with all that is inside them."""

    levels: int = 0
    nesting: int = 0  # fragments are levels of it, too
    root_fields: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    cost: int = 0  # in fields of the answer; that of pages by variables is not in it
    pages: tuple[tuple[PageSize, "Measurement"], ...] = ()

    def cost_with(
        self, values: Mapping[str, Any], known: dict["Measurement", int] | None = None
    ) -> int:
        known = {} if known is None else known
        if self not in known:
            known[self] = self.cost + sum(
                size.of(values) * inner.cost_with(values, known)
                for size, inner in self.pages
            )
        return known[self]


@dataclass
class CostWalk:
    """Through one document, whose operations share its fragments."""

    document: DocumentNode
    fragments: dict[str, FragmentDefinitionNode] = field(init=False)
    known: dict[str, Measurement] = field(default_factory=dict)

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
        if not selections.selections:  # graphql-core's parser lets it pass
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
        if definition is None:  # validation says so
            return Measurement()
        if name not in self.known:
            self.known[name] = Measurement()  # until then, for one that spreads itself
            self.known[name] = self._selections(
                definition.selection_set, depth, nesting + 1
            )
        measured = self.known[name]
        _check_depth(measured, depth, nesting + 1)
        if measured.pages:
            return replace(measured, cost=0, pages=((ONCE, measured),))
        return measured


def defaults_of(operation: OperationDefinitionNode) -> dict[str, object]:
    """Of its variables, as far as they may be page sizes."""
    return {
        each.variable.name.value: _said(each.default_value)
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
        cost=sum(each.cost for each in all_),
        pages=tuple(chain.from_iterable(each.pages for each in all_)),
    )


def _field(node: FieldNode, inner: Measurement) -> Measurement:
    name = node.name.value
    declared = COSTS.get(name, FieldCost())
    size = _page_size(node) if declared.is_paged else PageSize((declared.items,))
    cost = 1 + declared.extra
    pages: tuple[tuple[PageSize, Measurement], ...] = ()
    if inner.pages or any(isinstance(said, str) for said in size.said):
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
        cost=cost,
        pages=pages,
    )


def _page_size(node: FieldNode) -> PageSize:
    arguments = {each.name.value: each.value for each in node.arguments or ()}
    return PageSize(
        tuple(_said(arguments[name]) for name in PAGE_SIZES & arguments.keys())
    )


def _said(value: ValueNode) -> int | str | None:
    match value:
        case VariableNode():
            return value.name.value
        case NullValueNode():
            return None
        case IntValueNode() if len(value.value) <= len(str(MAX_FIRST)):
            return int(value.value)
    return MAX_FIRST


def _rows(size: object) -> int:
    """What is no page size is refused when it is executed; here it is the largest."""
    if isinstance(size, int) and 0 < size < MAX_FIRST:
        return size
    return MAX_FIRST
