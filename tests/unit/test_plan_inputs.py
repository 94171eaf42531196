"""Plans convert inputs as Strawberry does, without looking up their fields again."""

from collections.abc import Mapping
from typing import Any

import pytest
import strawberry
from strawberry.types.field import StrawberryField

from app.executable_schema import build_schema
from schema.catalog_mutations import UpdateMovieInput
from schema.money import MoneyInput
from schema.plan_mutations import SeatRowInput
from schema.reserving import ReserveSeatsInput
from schema.venue_mutations import CreateRoomInput
from transport.plans.inputs import InputConverter


@pytest.fixture(scope="module")
def inputs() -> InputConverter:
    return InputConverter(build_schema())


def _built(inputs: InputConverter, kind: type, value: Mapping[str, Any]) -> object:
    return inputs._of_type(kind)(value)


def test_absent_is_not_null(inputs: InputConverter) -> None:
    built = _built(inputs, UpdateMovieInput, {"id": "x", "title": None})
    assert built == UpdateMovieInput(id=strawberry.ID("x"), title=None)


def test_inputs_inside_of_inputs(inputs: InputConverter) -> None:
    rows = [{"row": "A", "seats": 4}]
    room = _built(inputs, CreateRoomInput, {"name": "Sala 2", "rows": rows})
    assert room == CreateRoomInput(name="Sala 2", rows=[SeatRowInput(row="A", seats=4)])


def test_no_field_is_looked_up_in_a_call(
    inputs: InputConverter, monkeypatch: pytest.MonkeyPatch
) -> None:
    convert = inputs._of_type(ReserveSeatsInput)
    monkeypatch.delattr(StrawberryField, "resolve_type")
    total = {"amountMinor": 5, "currency": "BRL"}
    value = {"sessionId": "s", "seatIds": ["a", "b"], "expectedTotal": total}
    assert convert(value) == ReserveSeatsInput(
        session_id=strawberry.ID("s"),
        seat_ids=[strawberry.ID("a"), strawberry.ID("b")],
        expected_total=MoneyInput(amount_minor=5, currency="BRL"),
    )
