"""`make texts`: new messages are empty, changed ones fuzzy, unused ones gone."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from app.commands import texts
from resolvers.texts import Counted

BEFORE = {
    "Choose at least one seat.": "Elija al menos un asiento.",
    "It takes 1 to %(limit)d characters.": "Debe tener entre 1 y %(limit)d caracteres.",
    "Unused message.": "Mensaje sin uso.",
}
AFTER = {
    "seats_missing": "Choose at least one seat.",
    "key_length": "It takes 1 to %(limit)d letters.",
    "TOO_MANY_SEATS": Counted("limit", "%(limit)d ticket", "%(limit)d tickets"),
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The Spanish catalog before the English messages changed."""
    file = tmp_path / "messages.po"
    catalog = Catalog("es", fuzzy=False)
    for english, spanish in BEFORE.items():
        catalog.add(english, spanish)
    with file.open("wb") as target:
        write_po(target, catalog)
    monkeypatch.setattr(texts, "TRANSLATED", ["es"])
    monkeypatch.setattr(texts, "catalog_file", lambda _: file)
    monkeypatch.setattr(texts, "TEXTS", AFTER)
    return file


def test_new_texts_are_empty_changed_ones_fuzzy_and_unused_ones_gone(
    file: Path,
) -> None:
    texts.update()

    with file.open("rb") as source:
        catalog = read_po(source)
    assert {
        message.id: (message.string, message.fuzzy, message.auto_comments)
        for message in catalog
        if message.id
    } == {
        "Choose at least one seat.": (
            "Elija al menos un asiento.",
            False,
            ["seats_missing"],
        ),
        "It takes 1 to %(limit)d letters.": (
            "Debe tener entre 1 y %(limit)d caracteres.",
            True,
            ["key_length"],
        ),
        ("%(limit)d ticket", "%(limit)d tickets"): (
            ("",) * catalog.num_plurals,
            False,
            ["TOO_MANY_SEATS"],
        ),
    }
    assert "Unused" not in file.read_text("utf-8")


def test_nothing_new_changes_nothing(file: Path) -> None:
    texts.update()
    once = file.read_text("utf-8")
    texts.update()

    assert file.read_text("utf-8") == once
