"""Whatever is said has a text, and every text is in every language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from app.commands import texts
from domain.errors import DomainError
from resolvers.faults import bad_user_input, rate_limited
from resolvers.languages import OFFERED
from resolvers.texts import TEXTS, TRANSLATED, Counted, catalog_file, localize

ROOT = Path(__file__).parents[2]
SPEAKING = (
    "app",
    "auth",
    "domain",
    "persistence",
    "resolvers",
    "schema",
    "transport",
)
PLACEHOLDER = re.compile(r"%\((\w+)\)[ds]")


def calls() -> Iterator[tuple[str, ast.Call]]:
    for folder in SPEAKING:
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def key_in(call: ast.Call) -> ast.expr | None:
    """What a call says: `rule=` of anything, or a place among the arguments."""
    for keyword in call.keywords:
        if keyword.arg == "rule":
            return keyword.value
    match call:
        case ast.Call(func=ast.Name("localize" | "bad_user_input"), args=[key, *_]):
            return key
        case ast.Call(func=ast.Name("FaultError"), args=[*_, key]):
            return key
    return None


def spoken() -> Iterator[tuple[str, str, ast.Call]]:
    for where, call in calls():
        match key_in(call):
            case ast.Constant(str(key)):
                yield where, key, call


def codes(kind: type[DomainError] = DomainError) -> set[str]:
    own = {kind.code} if "code" in vars(kind) else set[str]()
    return own.union(*map(codes, kind.__subclasses__()))


def forms(text: str | Counted) -> tuple[str, ...]:
    return (text.one, text.many) if isinstance(text, Counted) else (text,)


def placeholders(*texts: str) -> set[str]:
    return {name for text in texts for name in PLACEHOLDER.findall(text)}


@pytest.fixture(params=TRANSLATED)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    with catalog_file(request.param).open("rb") as file:
        return read_po(file, abort_invalid=True)


def written(message: Message) -> tuple[str, ...]:
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


def test_what_is_said_has_a_text_and_no_other_text_is_kept() -> None:
    rules = {key: where for where, key, _ in spoken()}

    assert rules.keys() | codes() == TEXTS.keys(), rules


def test_a_rule_is_written_where_it_is_broken() -> None:
    """So that the test above finds it; a name hands on what a caller wrote."""
    hidden = [
        where
        for where, call in calls()
        for keyword in call.keywords
        if keyword.arg == "rule"
        and not isinstance(keyword.value, ast.Constant | ast.Name)
    ]

    assert hidden == []


def test_resolvers_take_what_they_say_from_the_texts() -> None:
    bare = [
        where
        for where, call in calls()
        if ast.unparse(call.func) == "GraphQLError" and where.startswith("resolvers/")
    ]

    assert bare == [], "FaultError has a text in every language"


def test_who_says_it_has_the_facts_that_fill_its_gaps() -> None:
    for where, key, call in spoken():
        facts = {keyword.arg for keyword in call.keywords}
        if None not in facts:  # `**facts` may be anything
            assert placeholders(*forms(TEXTS[key])) <= facts, where


def test_a_catalog_has_the_texts_in_use_and_no_other(catalog: Catalog) -> None:
    used = {message.id for message in texts.template() if message.id}

    assert {message.id for message in catalog if message.id} == used, "make texts"
    assert not catalog.obsolete, "make texts"


def test_a_translation_is_there_and_sure_and_fills_the_same_gaps(
    catalog: Catalog,
) -> None:
    for message in catalog:
        if not message.id:
            continue
        ids = (message.id,) if isinstance(message.id, str) else message.id
        translated = written(message)
        assert all(text.strip() for text in translated), message.id
        assert not message.fuzzy, message.id
        assert list(message.check(catalog)) == [], message.id
        for text in translated:
            assert placeholders(text) == placeholders(*ids), message.id
            assert text.count("%") == len(PLACEHOLDER.findall(text)), message.id


def test_english_has_gaps_that_can_be_filled() -> None:
    for key, text in TEXTS.items():
        for form in forms(text):
            assert form.count("%") == len(PLACEHOLDER.findall(form)), key
        if isinstance(text, Counted):
            assert text.fact in placeholders(text.many), key


@pytest.mark.parametrize("locale", OFFERED)
def test_every_text_can_be_said(locale: str) -> None:
    for key, text in TEXTS.items():
        facts = dict.fromkeys(placeholders(*forms(text)), 7)
        assert "%" not in localize(key, locale, **facts)


@pytest.mark.parametrize(
    ("locale", "one", "many"),
    [
        (
            "en",
            "Too many attempts: try again in 1 second.",
            "Too many attempts: try again in 30 seconds.",
        ),
        (
            "pt-BR",
            "Muitas tentativas: tente novamente em 1 segundo.",
            "Muitas tentativas: tente novamente em 30 segundos.",
        ),
        (
            "es",
            "Demasiados intentos: vuelva a intentarlo en 1 segundo.",
            "Demasiados intentos: vuelva a intentarlo en 30 segundos.",
        ),
    ],
)
def test_a_number_has_its_form(locale: str, one: str, many: str) -> None:
    assert rate_limited(1).localized(locale) == one
    assert rate_limited(30).localized(locale) == many


def test_a_fault_is_english_until_it_is_told() -> None:
    fault = bad_user_input("page_size", name="first", limit=50)

    assert fault.message == "`first` must be from 1 to 50."
    assert fault.localized("pt-BR") == "`first` deve estar entre 1 e 50."
    assert fault.extensions == {"code": "BAD_USER_INPUT"}
