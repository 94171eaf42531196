"""Validation of catalog input: both sides of each bound, all invalid fields."""

import math
from collections.abc import Callable, Sequence

import pytest

from domain.errors import InvalidInputError
from domain.money import Money
from domain.movies import MovieFacts, validated_movie
from domain.new_seats import NewSeats, validated_rows
from domain.rooms import NewRoom
from domain.seat_plan import SeatFeature
from domain.session_changes import SessionChange, SessionFacts, check_session
from tests.support.sessions import SESSION, STARTS_AT

PRICE = Money(2500, "BRL")
A_ROW = [NewSeats("A", 10)]
CONFLICT = [SeatFeature.WHEELCHAIR, SeatFeature.COMPANION]


def check_room(name: str, rows: Sequence[NewSeats], turnaround: int = 0) -> NewRoom:
    new = NewRoom(cinema_id=None, name=name, turnaround_minutes=turnaround, rows=rows)
    return new.validated()


def refused(check: Callable[[], object]) -> list[tuple[str, str]]:
    """Path and rule of each invalid field."""
    try:
        check()
    except InvalidInputError as error:
        return [(".".join(each.field), each.rule) for each in (error, *error.others)]
    return []


class TestMovie:
    @pytest.mark.parametrize(
        ("facts", "path", "rule"),
        [
            ({"title": None}, "title", "value_missing"),
            ({"synopsis": None}, "synopsis", "value_missing"),
            ({"duration_minutes": None}, "durationMinutes", "value_missing"),
            ({"genres": None}, "genres", "value_missing"),
            ({"title": ""}, "title", "name_length"),
            ({"title": " \t "}, "title", "name_length"),
            ({"title": "x" * 201}, "title", "name_length"),
            ({"title": "A\nB"}, "title", "name_length"),
            ({"title": "A\x00"}, "title", "name_length"),
            ({"title": "A\ud800"}, "title", "name_length"),
            ({"synopsis": "  "}, "synopsis", "text_length"),
            ({"synopsis": "x" * 5_001}, "synopsis", "text_length"),
            ({"synopsis": "A\x00"}, "synopsis", "text_length"),
            ({"synopsis": "A\x1b[1m"}, "synopsis", "text_length"),
            ({"synopsis": "A\udfff"}, "synopsis", "text_length"),
            ({"duration_minutes": 0}, "durationMinutes", "number_range"),
            ({"duration_minutes": 1_001}, "durationMinutes", "number_range"),
            ({"genres": [str(n) for n in range(11)]}, "genres", "list_length"),
            ({"genres": ["drama", "x" * 51]}, "genres.1", "name_length"),
            ({"genres": [""]}, "genres.0", "name_length"),
            ({"genres": ["drama", "war", " drama"]}, "genres.2", "entry_repeated"),
            ({"genres": ["Drama", "drama"]}, "genres.1", "entry_repeated"),
            ({"genres": ["Café", "Cafe\u0301"]}, "genres.1", "entry_repeated"),
            ({"genres": ["Sci-Fi", "sci–fi"]}, "genres.1", "entry_repeated"),  # noqa: RUF001
            ({"title": "\u3164"}, "title", "name_length"),
            ({"title": "Sala \u202b1"}, "title", "name_length"),
            ({"genres": ["\u2800"]}, "genres.0", "name_length"),
            ({"rating": "\u115f\u1160"}, "rating", "name_length"),
            ({"synopsis": "One.\nTwo \u2067."}, "synopsis", "text_length"),
            ({"title": "e\u0301" * 201}, "title", "name_length"),
            ({"rating": ""}, "rating", "name_length"),
            ({"rating": "x" * 21}, "rating", "name_length"),
        ],
    )
    def test_refuses(self, facts: MovieFacts, path: str, rule: str) -> None:
        assert refused(lambda: validated_movie(facts)) == [(path, rule)]

    @pytest.mark.parametrize(
        "facts",
        [
            {},
            {"title": "x" * 200, "rating": "x" * 20},
            {"title": "Ω 山田 🎬", "rating": None},
            {"synopsis": "x" * 5_000},
            {"synopsis": "Two lines,\r\nas entered.\n\nAnd more."},
            {"duration_minutes": 1},
            {"duration_minutes": 1_000},
            {"genres": []},
            {"genres": [f"{n}" * 5 for n in range(10)]},
        ],
    )
    def test_takes(self, facts: MovieFacts) -> None:
        assert validated_movie(facts) == facts

    def test_text_is_stripped_and_composed(self) -> None:
        entered: MovieFacts = {
            "title": " Limite ",
            "synopsis": "\nA boat.\n",
            "genres": [" drama", "Cafe\u0301"],
            "rating": " 12 ",
        }

        assert validated_movie(entered) == {
            "title": "Limite",
            "synopsis": "A boat.",
            "genres": ["drama", "Café"],
            "rating": "12",
        }
        assert entered["title"] == " Limite "

    def test_every_invalid_field_is_listed(self) -> None:
        facts: MovieFacts = {
            "title": None,
            "synopsis": "",
            "duration_minutes": 0,
            "genres": ["", ""],
            "rating": "\n1",
        }

        assert refused(lambda: validated_movie(facts)) == [
            ("title", "value_missing"),
            ("synopsis", "text_length"),
            ("durationMinutes", "number_range"),
            ("genres.0", "name_length"),
            ("genres.1", "name_length"),
        ]


class TestRoom:
    @pytest.mark.parametrize(
        ("rows", "path", "rule"),
        [
            ([], "rows", "rows_missing"),
            ([NewSeats(f"{n}", 1) for n in range(101)], "rows", "room_rows"),
            ([NewSeats("", 1)], "rows.0.row", "row_label"),
            ([NewSeats("a", 1)], "rows.0.row", "row_label"),
            ([NewSeats("ABCD", 1)], "rows.0.row", "row_label"),
            ([NewSeats("A\nB", 1)], "rows.0.row", "row_label"),
            ([NewSeats("é", 1)], "rows.0.row", "row_label"),
            ([NewSeats("-", 1)], "rows.0.row", "row_label"),
            ([NewSeats("\u115f", 1)], "rows.0.row", "row_label"),
            ([NewSeats("\u0915\u202e", 1)], "rows.0.row", "row_label"),
            ([NewSeats("\u093f", 1)], "rows.0.row", "row_label"),
            ([*A_ROW, *A_ROW], "rows.1.row", "entry_repeated"),
            ([NewSeats("A", 0)], "rows.0.seats", "number_range"),
            ([NewSeats("A", 101)], "rows.0.seats", "number_range"),
            ([NewSeats("A", 1, offset=-0.1)], "rows.0.offset", "number_range"),
            ([NewSeats("A", 1, offset=math.nan)], "rows.0.offset", "number_range"),
            ([NewSeats("A", 1, y=5_000)], "rows.0.y", "number_range"),
            ([NewSeats("A", 1, first_number=0)], "rows.0.firstNumber", "number_range"),
            ([NewSeats("A", 1, step=0)], "rows.0.step", "number_range"),
            ([NewSeats("A", 1, aisles=[1] * 101)], "rows.0.aisles", "list_length"),
            (
                [NewSeats("A", 1, features=CONFLICT)],
                "rows.0.features",
                "features_conflict",
            ),
        ],
    )
    def test_refuses(self, rows: list[NewSeats], path: str, rule: str) -> None:
        assert refused(lambda: validated_rows(rows)) == [(path, rule)]
        assert refused(lambda: check_room("Sala 1", rows)) == [(path, rule)]

    @pytest.mark.parametrize(
        "label", ["A", "Z", "AA", "7", "12", "B2", "ABC", "É", "٣", "א", "ش", "क्ष"]
    )
    def test_takes(self, label: str) -> None:
        check_room("Sala 1", [NewSeats(label, 1)])
        check_room("x" * 100, [NewSeats(label, 100)])

    def test_every_invalid_field_is_listed(self) -> None:
        rows = [NewSeats("a", 0), *A_ROW, NewSeats("A", 101)]

        assert refused(lambda: check_room("\uffa0", A_ROW)) == [("name", "name_length")]
        assert refused(lambda: check_room("x" * 101, rows)) == [
            ("name", "name_length"),
            ("rows.0.row", "row_label"),
            ("rows.0.seats", "number_range"),
            ("rows.2.row", "entry_repeated"),
            ("rows.2.seats", "number_range"),
        ]


class TestSession:
    @pytest.mark.parametrize(
        ("facts", "wrong"),
        [
            ({}, []),
            ({"starts_at": STARTS_AT, "price_per_seat": PRICE}, []),
            ({"price_per_seat": Money(0, "JPY")}, []),
            ({"price_per_seat": Money(100_000_000, "EUR")}, []),
            ({"starts_at": None}, [("startsAt", "value_missing")]),
            ({"price_per_seat": None}, [("pricePerSeat", "value_missing")]),
            (
                {"price_per_seat": Money(-1, "XXX")},
                [
                    ("pricePerSeat.amountMinor", "number_range"),
                    ("pricePerSeat.currency", "currency_code"),
                ],
            ),
            (
                {"starts_at": None, "price_per_seat": Money(100_000_001, "brl")},
                [
                    ("startsAt", "value_missing"),
                    ("pricePerSeat.amountMinor", "number_range"),
                    ("pricePerSeat.currency", "currency_code"),
                ],
            ),
        ],
    )
    def test_price_and_start(
        self, facts: SessionFacts, wrong: list[tuple[str, str]]
    ) -> None:
        assert refused(lambda: check_session(facts)) == wrong

    def test_equal_values_are_no_change(self) -> None:
        same = SessionChange(starts_at=STARTS_AT, price=Money(2500, "BRL"))
        dearer = SessionChange(starts_at=STARTS_AT, price=Money(2501, "BRL"))

        assert same.without_unchanged(SESSION) == SessionChange()
        assert dearer.without_unchanged(SESSION) == SessionChange(
            price=Money(2501, "BRL")
        )

    def test_forbidden_changes_are_listed_by_field(self) -> None:
        change = SessionChange(starts_at=STARTS_AT, price=PRICE)

        assert refused(change.check_begun) == [
            ("startsAt", "session_begun"),
            ("pricePerSeat", "session_begun"),
        ]
        assert refused(lambda: change.check_taken(SESSION)) == [
            ("startsAt", "seats_taken"),
        ]
        other = SessionChange(price=Money(2500, "EUR"))
        assert refused(lambda: other.check_taken(SESSION)) == [
            ("pricePerSeat.currency", "seats_taken")
        ]
