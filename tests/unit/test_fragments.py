"""A list that is kept as JSON is the list that graphql-core would write."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry.types import ExecutionResult

from app.executable_schema import build_schema
from domain.money import Money
from domain.seats import Position, SeatMap, SeatStatus, SessionSeat
from schema.converted_list import ConvertedList
from transport import results
from transport.documents.document import read
from transport.json_text import encode
from transport.operation_extension import DOCUMENT
from transport.plans import plain
from transport.plans.fragments import ITEM_BYTES, LIST_BYTES, Fragments

SESSION = UUID(int=1)
START = datetime(2026, 11, 29, 20, tzinfo=UTC)
FIELDS = (
    "id",
    "row",
    "number",
    "status",
    "version",
    "other: version",
    "heldUntil",
    "__typename",
    "price { amountMinor }",
    "price { currency __typename }",
)


def seat(number: int) -> SessionSeat:
    return SessionSeat(
        id=UUID(int=number),
        row='Ø"',
        number=number,
        status=SeatStatus.AVAILABLE,
        version=1,
        price=Money(2500, "BRL"),
    )


@dataclass
class SeatMaps:
    """In the place of Postgres, and of the loaders."""

    now: SeatMap

    async def load(self, _: UUID) -> SeatMap:
        return self.now

    def change(self, dice: Random) -> None:
        """Some seats, so that the others stay the same objects."""
        seats = list(self.now.seats)
        for place in dice.sample(range(len(seats)), dice.randint(0, len(seats))):
            status = dice.choice(list(SeatStatus))
            held_until = START + timedelta(microseconds=dice.randint(0, 10**9))
            seats[place] = replace(
                seats[place],
                status=status,
                version=seats[place].version + 1,
                held_until=held_until if status is SeatStatus.HELD else None,
            )
        if dice.random() < 0.1:
            seats.append(seat(len(seats)))
        position = Position(self.now.position + 1)
        self.now = replace(self.now, seats=tuple(seats), position=position)


@dataclass
class FakeContext:
    seat_maps: SeatMaps
    request_id: str = "request-1"
    locale: str = "en"
    refusals: list[str] = field(default_factory=list)

    @property
    def loaders(self) -> "FakeContext":
        return self

    def count_seats(self, number: int) -> None:
        pass


@pytest.fixture(scope="module")
def engines() -> list[Any]:
    return [build_schema(plans=plans) for plans in (True, False)]


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(dice=st.randoms(use_true_random=False), size=st.integers(0, 12))
async def test_the_bytes_are_the_same(
    engines: list[Any], dice: Random, size: int
) -> None:
    seats = tuple(map(seat, range(size)))
    position = Position(1)
    maps = SeatMaps(
        SeatMap(session_id=SESSION, starts_at=START, seats=seats, position=position)
    )
    documents = [
        f'{{ seatMap(sessionId: "{SESSION}") {{ position'
        f" seats {{ {' '.join(dice.sample(FIELDS, dice.randint(1, 6)))} }}"
        f" again: seats {{ {dice.choice(FIELDS)} }} }} }}"
        for _ in range(2)
    ]
    for _ in range(8):
        document = read(dice.choice(documents))
        by_plan, by_core = [
            await answer(engine, document, FakeContext(maps)) for engine in engines
        ]
        assert by_plan == by_core
        assert b"errors" not in by_plan
        maps.change(dice)


async def answer(schema: Any, document: Any, context: FakeContext) -> bytes:
    result = await schema.execute(
        document.text, None, context, operation_extensions={DOCUMENT: document}
    )
    assert isinstance(result, ExecutionResult)
    return results.encoded(result)


class Counter:
    def __init__(self) -> None:
        self.written: list[object] = []

    def write(self, item: object) -> object:
        self.written.append(item)
        return item


def listed(*sources: str) -> ConvertedList[str, str]:
    return ConvertedList("key", sources, str)


def test_only_what_is_new_is_written() -> None:
    fragments, counter = Fragments(), Counter()
    write = counter.write
    fragments.of(listed("a", "b"), write)

    fragment = fragments.of(listed("a", "c"), write)

    assert orjson.dumps(fragment) == b'["a","c"]'
    assert counter.written == ["a", "b", "c"]
    assert orjson.dumps(fragments.of(listed(), write)) == b"[]"


def test_each_selection_has_its_own() -> None:
    fragments = Fragments()

    assert orjson.dumps(fragments.of(listed("a"), len)) == b"[1]"
    assert orjson.dumps(fragments.of(listed("a"), str.upper)) == b'["A"]'


def test_not_more_is_kept_than_allowed() -> None:
    size = LIST_BYTES + 2 * ITEM_BYTES + 2 * len('["a","b"]')
    fragments = Fragments(max_bytes=2 * size)
    for write in (str.upper, str.lower, str.upper, str.lower):
        fragments.of(listed("a", "b"), write)
    assert len(fragments) == 2

    fragments.of(listed(), str.title)  # an empty list counts too

    assert len(fragments) == 1


def test_many_selections_of_a_small_list_count_with_all_their_memory() -> None:
    fragments = Fragments(max_bytes=100_000)
    for number in range(100):
        fragments.of(listed("a"), str(number).join)

    assert len(fragments) < 100


def test_a_fault_is_kept_nowhere() -> None:
    fragments = Fragments()

    with pytest.raises(ValueError, match="invalid literal"):
        fragments.of(listed("1", "x"), int)

    assert len(fragments) == 0


def test_a_list_with_a_fault_is_completed_with_care() -> None:
    fault = ValueError("it broke")
    faulty = ConvertedList("key", (1, fault), lambda source: source)

    with pytest.raises(plain.UnusualValueError):
        plain.list_of(plain.scalar(int))(faulty)


def test_fragments_are_part_of_a_text_that_orjson_refuses() -> None:
    fragment = orjson.Fragment(b'[{"id":"\xc3\xa9"}]')

    assert encode({"seats": fragment, "big": 2**70}) == (
        b'{"seats":[{"id":"\\u00e9"}],"big":1180591620717411303424}'
    )
