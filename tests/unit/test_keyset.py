"""A list accepts the cursors that it wrote, and refuses all others."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Boolean, DateTime, Text, Uuid, column

from persistence.queries.keyset import MAX_CURSOR_LENGTH, CursorError, Keyset

ID = UUID("0190a1b2-0000-7000-8000-000000000001")
MOMENT = datetime(2026, 11, 24, 20, 30, 0, 123456, UTC)

BEGUN = column("begun", Boolean)
STARTS_AT = column("starts_at", DateTime(timezone=True))
TITLE = column("title", Text)
KEY = column("id", Uuid)

BY_TITLE = Keyset("movies", TITLE, KEY)
BY_NAME = Keyset("rooms", TITLE, KEY)
BY_START = Keyset("movie.sessions", BEGUN, STARTS_AT, KEY)


def forged(*values: Any) -> str:
    return urlsafe_b64encode(orjson.dumps(values)).decode()


def test_a_list_reads_what_it_wrote() -> None:
    for keyset, values in (
        (BY_TITLE, ("Limite, 1931 \u200d", ID)),
        (BY_START, (True, MOMENT, ID)),
        (BY_START, (False, MOMENT.replace(microsecond=0), ID)),
    ):
        assert keyset._read(keyset._write(values)) == values


def test_a_title_as_long_as_an_index_takes_still_has_a_cursor() -> None:
    values = ("\x01" * 700 + "ã" * 1_000, ID)

    assert BY_TITLE._read(BY_TITLE._write(values)) == values


@pytest.mark.parametrize(
    "after",
    [
        "",
        "garbage",
        "====",
        "\x00",
        "ação",
        "\ud800",
        "A" * (MAX_CURSOR_LENGTH + 1),
        urlsafe_b64encode(b"\xff\xfe").decode(),
        urlsafe_b64encode(b"[" * 3_000).decode(),
        urlsafe_b64encode(b"7").decode(),
        urlsafe_b64encode(b"{}").decode(),
        forged(),
        forged("movies"),
        forged("movies", "Limite"),
        forged("movies", "Limite", str(ID), 1),
        forged("rooms", "Limite", str(ID)),
        forged("movies", "Limite\x00", str(ID)),
        forged("movies", 7, str(ID)),
        forged("movies", None, str(ID)),
        forged("movies", ["Limite"], str(ID)),
        forged("movies", "Limite", 7),
        forged("movies", "Limite", "x"),
        forged("movies", "Limite", f"{{{ID}}}"),
        forged("movies", "Limite", str(ID).upper()),
        forged("movies", "Limite", str(ID)).rstrip("="),
        forged("movies", "Limite", str(ID)) + "\n",
    ],
)
def test_what_is_no_cursor_of_the_list_is_refused(after: str) -> None:
    with pytest.raises(CursorError):
        BY_TITLE._read(after)


@pytest.mark.parametrize(
    "moment",
    [
        "0000-01-01T00:00:00+00:00",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-11-24T20:30:00",
        "2026-11-24",
        "2026-11-24T20:30:00Z",
        "10000-01-01T00:00:00+00:00",
        "now",
        0,
        1e308,
        True,
    ],
)
def test_impossible_moments_are_refused(moment: object) -> None:
    with pytest.raises(CursorError):
        BY_START._read(forged("movie.sessions", True, moment, str(ID)))


@pytest.mark.parametrize("begun", [0, 1, "true", None])
def test_only_a_boolean_is_a_boolean(begun: object) -> None:
    with pytest.raises(CursorError):
        BY_START._read(forged("movie.sessions", begun, MOMENT.isoformat(), str(ID)))


@given(st.text() | st.binary().map(lambda data: urlsafe_b64encode(data).decode()))
def test_nothing_else_crashes(after: str) -> None:
    with pytest.raises(CursorError):
        BY_START._read(after)


@given(st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=200))
def test_any_title_can_be_turned_from(title: str) -> None:
    assert BY_TITLE._read(BY_TITLE._write((title, ID))) == (title, ID)
