"""Types with the forms of Strawberry that our schema does not use, and their values."""

from enum import Enum
from typing import Any, Generic, TypeVar

import strawberry
from strawberry.types import Info

T = TypeVar("T")


@strawberry.enum
class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@strawberry.interface
class Plant:
    id: strawberry.ID

    @strawberry.field
    def class_name(self) -> str:
        return type(self).__name__


@strawberry.type
class Tree(Plant):
    height: int | None = None


@strawberry.type
class Flower(Plant):
    colour: Colour | None = Colour.RED


class OldTree(Tree):
    """No type of its own."""


class Stone:
    """No type at all."""

    id = "stone"


@strawberry.type
class Refusal:
    why: str


@strawberry.type
class Box(Generic[T]):
    content: T


@strawberry.type
class Number:
    @classmethod
    def is_type_of(cls, value: object, _info: Info) -> bool:
        return isinstance(value, int)

    @strawberry.field
    def value(root: strawberry.Parent[int]) -> int:  # noqa: N805
        return root


@strawberry.input
class Wish:
    name: str
    colours: list[Colour] = strawberry.field(default_factory=lambda: [Colour.BLUE])
    inner: "Wish | None" = None
    left_out: int | None = strawberry.UNSET

    def __post_init__(self) -> None:
        if self.name == "nothing":
            raise ValueError("secret")


@strawberry.input
class Change:
    height: strawberry.Maybe[int | None] = None


PLANTS: dict[str, Any] = {
    "tree": Tree(id=strawberry.ID("t"), height=3),
    "flower": Flower(id=strawberry.ID("f")),
    "old": OldTree(id=strawberry.ID("o")),
    "stone": Stone(),
    "cast": strawberry.cast(Tree, Flower(id=strawberry.ID("c"))),
    "refusal": Refusal(why="r"),
    "number": 5,
    "error": ValueError("secret"),
    "nothing": None,
}
