"""What a document may make us read, measured in one walk before it is executed.

Lists multiply: a hundred movies with a hundred sessions each are ten thousand rows of
fields. A fragment is measured once, however often it is spread.
"""

from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from schema.pages import DEFAULT_FIRST, MAX_FIRST

MAX_DEPTH = 20  # introspection takes 15
# Fields of an answer: a map of 1,000 seats with six fields each is read in 20 ms.
MAX_COST = 20_000
CONNECTIONS = {"movies", "rooms", "sessions", "reservations", "payments"}
SEATS_OF_A_ROOM = 100  # more or less
# They read all seats, whatever is asked of them.
READS_SEATS = {"seatMap": 50, "capacity": 5}


class TooCostlyError(Exception):
    """Says to a client what is too much."""


def check_cost(document: DocumentNode, operation: OperationDefinitionNode) -> None:
    """Raises TooCostlyError."""
    fragments = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    cost = _Measure(fragments).of(operation.selection_set, 1, frozenset())[0]
    if cost > MAX_COST:
        raise TooCostlyError(
            f"The operation may have {cost} fields in its answer, and {MAX_COST} are"
            f" allowed: ask for fewer at once. A `first` from a variable counts as"
            f" {MAX_FIRST}."
        )


@dataclass
class _Measure:
    fragments: dict[str, FragmentDefinitionNode]
    known: dict[str, tuple[int, int]] = field(default_factory=dict)

    def of(
        self, selections: SelectionSetNode | None, depth: int, inside: frozenset[str]
    ) -> tuple[int, int]:
        """How many fields, and how deep."""
        cost = deepest = 0
        if selections is not None and depth > MAX_DEPTH:
            raise TooCostlyError(f"It is nested deeper than {MAX_DEPTH} levels.")
        for each in selections.selections if selections else ():
            if isinstance(each, FieldNode):
                inner, levels = self._of_field(each, depth, inside)
            elif isinstance(each, InlineFragmentNode):
                inner, levels = self.of(each.selection_set, depth, inside)
            elif isinstance(each, FragmentSpreadNode):
                inner, levels = self._of_fragment(each.name.value, depth, inside)
            cost += inner
            deepest = max(deepest, levels)
        if depth + deepest > MAX_DEPTH:
            raise TooCostlyError(f"It is nested deeper than {MAX_DEPTH} levels.")
        return cost, deepest

    def _of_field(
        self, node: FieldNode, depth: int, inside: frozenset[str]
    ) -> tuple[int, int]:
        inner, levels = self.of(node.selection_set, depth + 1, inside)
        name = node.name.value
        if name.startswith("__"):  # bounded by a rule of graphql-core's own
            return 1, levels + 1
        return 1 + READS_SEATS.get(name, 0) + _times(node) * inner, levels + 1

    def _of_fragment(
        self, name: str, depth: int, inside: frozenset[str]
    ) -> tuple[int, int]:
        if name not in self.fragments or name in inside:  # validation says so
            return 0, 0
        if name not in self.known:
            definition = self.fragments[name]
            self.known[name] = self.of(definition.selection_set, depth, inside | {name})
        return self.known[name]


def _times(node: FieldNode) -> int:
    if node.name.value == "seats":
        return SEATS_OF_A_ROOM
    if node.name.value not in CONNECTIONS:
        return 1
    first = next(
        (a.value for a in node.arguments or () if a.name.value == "first"), None
    )
    if first is None or isinstance(first, NullValueNode):
        return DEFAULT_FIRST
    if isinstance(first, IntValueNode) and len(first.value) <= len(str(MAX_FIRST)):
        return max(1, min(int(first.value), MAX_FIRST))
    return MAX_FIRST
