"""Inputs are built as Strawberry builds them, without looking up their fields."""

from collections.abc import Mapping
from typing import Any

import pytest
import strawberry
from strawberry.types.arguments import convert_argument
from strawberry.types.field import StrawberryField

from app.executable_schema import build_schema
from schema.catalog_mutations import CreateRoomInput, SeatRowInput, UpdateMovieInput
from schema.money import MoneyInput
from schema.sales import ReserveSeatsInput


@pytest.fixture(scope="module")
def schema() -> strawberry.Schema:
    return build_schema()


def _built(schema: strawberry.Schema, kind: type, value: Mapping[str, Any]) -> object:
    scalars = schema.schema_converter.scalar_registry
    return convert_argument(value, kind, scalars, schema.config)


def test_absent_is_not_null(schema: strawberry.Schema) -> None:
    built = _built(schema, UpdateMovieInput, {"id": "x", "title": None})
    assert built == UpdateMovieInput(id=strawberry.ID("x"), title=None)


def test_inputs_inside_of_inputs(schema: strawberry.Schema) -> None:
    rows = [{"row": "A", "seats": 4}]
    room = _built(schema, CreateRoomInput, {"name": "Sala 2", "rows": rows})
    assert room == CreateRoomInput(name="Sala 2", rows=[SeatRowInput(row="A", seats=4)])


def test_no_field_is_looked_up_in_a_call(
    schema: strawberry.Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(StrawberryField, "resolve_type")
    total = {"amountMinor": 5, "currency": "BRL"}
    value = {"sessionId": "s", "seatIds": ["a", "b"], "expectedTotal": total}
    assert _built(schema, ReserveSeatsInput, value) == ReserveSeatsInput(
        session_id=strawberry.ID("s"),
        seat_ids=[strawberry.ID("a"), strawberry.ID("b")],
        expected_total=MoneyInput(amount_minor=5, currency="BRL"),
    )
