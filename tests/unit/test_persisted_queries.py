"""What is kept of the documents of clients, and which of them are trusted."""

import pytest

from transport.documents import persisted_queries
from transport.documents.document import read
from transport.documents.persisted_queries import (
    PersistedQueries,
    Policy,
    RefusedDocumentError,
    hash_of,
)

TEXT, OTHER = "{ hello }", "{ other }"


def by_hash(text: str, version: object = 1) -> dict[str, object]:
    return {"persistedQuery": {"version": version, "sha256Hash": hash_of(text)}}


def trusting(policy: Policy) -> PersistedQueries:
    return PersistedQueries({hash_of(TEXT): read(TEXT)}, policy)


def refusal_of(
    persisted: PersistedQueries, text: str | None, extensions: dict[str, object] | None
) -> str:
    with pytest.raises(RefusedDocumentError) as refused:
        persisted.text_of(text, extensions)
    return refused.value.code


def test_a_hash_is_sha256_of_utf_8() -> None:
    assert hash_of("{ é }") == (
        "6ed1179be308ef4c2e705b3e9bdb43678ae4f31bfd35e2b11f9aa3addc48a710"
    )


@pytest.mark.parametrize("text", [None, ""])
def test_a_hash_is_unknown_until_its_document_was_kept(text: str | None) -> None:
    persisted = PersistedQueries()
    assert refusal_of(persisted, text, by_hash(TEXT)) == "PERSISTED_QUERY_NOT_FOUND"

    assert persisted.text_of(TEXT, by_hash(TEXT)) == TEXT
    persisted.keep(TEXT, by_hash(TEXT))

    assert persisted.text_of(text, by_hash(TEXT)) == TEXT


def test_without_its_hash_a_document_is_not_kept() -> None:
    persisted = PersistedQueries()
    for extensions in (None, {}, {"persistedQuery": None}, by_hash(TEXT, 2)):
        persisted.keep(TEXT, extensions)

    assert len(persisted) == 0


def test_a_hash_of_another_document_is_refused() -> None:
    assert refusal_of(PersistedQueries(), TEXT, by_hash(OTHER)) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "found",
    [
        {"version": 2, "sha256Hash": hash_of(TEXT)},
        {"version": "1", "sha256Hash": hash_of(TEXT)},
        {"version": True, "sha256Hash": 7},
        {"version": 1, "sha256Hash": hash_of(TEXT)[:-1]},
        {"version": 1},
        {},
        hash_of(TEXT),  # as graphql-ws shows it
        7,
    ],
    ids=str,
)
def test_other_forms_are_not_supported_and_do_not_count_beside_a_document(
    found: object,
) -> None:
    persisted = trusting("any")
    extensions = {"persistedQuery": found}

    assert refusal_of(persisted, None, extensions) == "PERSISTED_QUERY_NOT_SUPPORTED"
    assert persisted.text_of(OTHER, extensions) == OTHER


def test_off_no_hash_counts() -> None:
    persisted = trusting("off")

    assert refusal_of(persisted, None, by_hash(TEXT)) == "PERSISTED_QUERY_NOT_SUPPORTED"
    assert persisted.text_of(TEXT, by_hash(OTHER)) == TEXT
    persisted.keep(TEXT, by_hash(TEXT))
    assert len(persisted) == 0


def test_only_those_that_are_trusted_by_hash_or_by_text() -> None:
    persisted = trusting("only")

    assert persisted.text_of(None, by_hash(TEXT)) == TEXT
    assert persisted.text_of(TEXT, None) == TEXT
    for text, extensions in (
        (OTHER, None),
        (OTHER, by_hash(OTHER)),
        (None, by_hash(OTHER)),
        (TEXT + " ", None),
    ):
        assert refusal_of(persisted, text, extensions) == "DOCUMENT_NOT_TRUSTED"
    persisted.keep(OTHER, by_hash(OTHER))
    assert len(persisted) == 0


def test_any_and_the_trusted_ones_are_never_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(persisted_queries, "MAX_PERSISTED_QUERIES", 0)
    persisted = trusting("any")
    persisted.keep(OTHER, by_hash(OTHER))

    assert persisted.text_of(None, by_hash(TEXT)) == TEXT
    assert persisted.trusted(TEXT) is read(TEXT)
    assert refusal_of(persisted, None, by_hash(OTHER)) == "PERSISTED_QUERY_NOT_FOUND"


def test_the_last_used_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persisted_queries, "MAX_PERSISTED_QUERIES", 2)
    persisted = PersistedQueries()
    for text in ("{ a }", "{ b }"):
        persisted.keep(text, by_hash(text))
    persisted.text_of(None, by_hash("{ a }"))
    persisted.keep("{ c }", by_hash("{ c }"))

    assert persisted.text_of(None, by_hash("{ a }")) == "{ a }"
    assert refusal_of(persisted, None, by_hash("{ b }")) == "PERSISTED_QUERY_NOT_FOUND"


def test_many_long_documents_take_no_more_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(persisted_queries, "MAX_PERSISTED_CHARACTERS", 100)
    persisted = PersistedQueries()
    texts = [f"{{ field{number:02}{'x' * 20} }}" for number in range(10)]
    for text in texts:
        persisted.keep(text, by_hash(text))
        persisted.keep(text, by_hash(text))  # counts once

    assert len(persisted) == 100 // len(texts[0])
    assert persisted.text_of(None, by_hash(texts[-1])) == texts[-1]
