"""Every code and rule has a message, in every language."""

import ast
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

import domain
from app.commands import texts
from domain.errors import DomainError
from resolvers.faults import bad_user_input, rate_limited
from resolvers.languages import OFFERED
from resolvers.texts import TEXTS, TRANSLATED, Counted, catalog_file, localize

ROOT = Path(__file__).parents[2]
ROOMS = (
    "app",
    "auth",
    "domain",
    "mail",
    "persistence",
    "providers",
    "resolvers",
    "schema",
    "transport",
)
PLACEHOLDER = re.compile(r"%\((\w+)\)[ds]")


def calls() -> Iterator[tuple[str, ast.Call]]:
    for folder in ROOMS:
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def key_in(call: ast.Call) -> ast.expr | None:
    """The key of the message: `rule=`, or a positional argument."""
    for keyword in call.keywords:
        if keyword.arg == "rule":
            return keyword.value
    match call:
        case ast.Call(func=ast.Name("localize" | "bad_user_input"), args=[key, *_]):
            return key
        case ast.Call(func=ast.Name("FaultError"), args=[*_, key]):
            return key
    return None


def message_keys() -> Iterator[tuple[str, str, ast.Call]]:
    for where, call in calls():
        match key_in(call):
            case ast.Constant(str(key)):
                yield where, key, call


@pytest.fixture(scope="module", autouse=True)
def every_error() -> None:
    """A class has only the subclasses that were imported."""
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        import_module(module.name)


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


def translations_of(message: Message) -> tuple[str, ...]:
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


def test_every_key_has_a_message_and_no_message_is_unused() -> None:
    rules = {key: where for where, key, _ in message_keys()}

    assert rules.keys() | codes() == TEXTS.keys(), rules


def test_rules_are_literals() -> None:
    """So that the test above finds them. A name passes on the literal of a caller."""
    hidden = [
        where
        for where, call in calls()
        for keyword in call.keywords
        if keyword.arg == "rule"
        and not isinstance(keyword.value, ast.Constant | ast.Name)
    ]

    assert hidden == []


def test_resolvers_raise_only_faults_with_a_message() -> None:
    bare = [
        where
        for where, call in calls()
        if ast.unparse(call.func) == "GraphQLError" and where.startswith("resolvers/")
    ]

    assert bare == [], "FaultError has a message in every language"


def test_calls_pass_the_facts_of_all_placeholders() -> None:
    for where, key, call in message_keys():
        facts = {keyword.arg for keyword in call.keywords}
        if None not in facts:  # `**facts` may have any names
            assert placeholders(*forms(TEXTS[key])) <= facts, where


def test_a_catalog_has_exactly_the_messages_in_use(catalog: Catalog) -> None:
    used = {message.id for message in texts.template() if message.id}

    assert {message.id for message in catalog if message.id} == used, "make texts"
    assert not catalog.obsolete, "make texts"


def test_translations_are_complete_and_have_the_same_placeholders(
    catalog: Catalog,
) -> None:
    for message in catalog:
        if not message.id:
            continue
        ids = (message.id,) if isinstance(message.id, str) else message.id
        translated = translations_of(message)
        assert all(text.strip() for text in translated), message.id
        assert not message.fuzzy, message.id
        assert list(message.check(catalog)) == [], message.id
        for text in translated:
            assert placeholders(text) == placeholders(*ids), message.id
            assert text.count("%") == len(PLACEHOLDER.findall(text)), message.id


def test_english_placeholders_are_well_formed() -> None:
    for key, text in TEXTS.items():
        for form in forms(text):
            assert form.count("%") == len(PLACEHOLDER.findall(form)), key
        if isinstance(text, Counted):
            assert text.fact in placeholders(text.many), key


@pytest.mark.parametrize("locale", OFFERED)
def test_every_message_can_be_formatted(locale: str) -> None:
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
def test_singular_and_plural(locale: str, one: str, many: str) -> None:
    assert rate_limited(1).localized(locale) == one
    assert rate_limited(30).localized(locale) == many


def test_a_fault_is_in_english_until_it_is_localized() -> None:
    fault = bad_user_input("page_size", name="first", limit=50)

    assert fault.message == "`first` must be from 1 to 50."
    assert fault.localized("pt-BR") == "`first` deve estar entre 1 e 50."
    assert fault.extensions == {"code": "BAD_USER_INPUT"}
