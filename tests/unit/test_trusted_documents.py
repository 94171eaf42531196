"""The file of trusted documents, and what makes a process refuse to start."""

import json
from pathlib import Path

import pytest

from app import trusted_documents
from app.executable_schema import build_schema
from app.settings import Settings
from runtime.errors import CommandError
from tests.support.run import ROOT
from transport.documents.persisted_queries import hash_of

MANIFEST = ROOT / "deploy/kubernetes/programs/trusted-documents.json"
TEXT = "{ serverTime }"

schema = build_schema()


def file_of(folder: Path, content: object) -> Path:
    file = folder / "documents.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def test_each_is_ready_to_be_executed(tmp_path: Path) -> None:
    loaded = trusted_documents.load(file_of(tmp_path, {hash_of(TEXT): TEXT}), schema)

    [(key, document)] = loaded.items()
    assert (key, document.text) == (hash_of(TEXT), TEXT)
    assert schema.is_valid(document)


def test_without_a_file_there_are_none() -> None:
    assert trusted_documents.load(None, schema) == {}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "not JSON"),
        ([TEXT], "JSON object"),
        ({hash_of("other"): TEXT}, f"{hash_of('other')} is not the SHA-256"),
        ({hash_of(TEXT): {"body": TEXT}}, f"{hash_of(TEXT)} is not the SHA-256"),
        ({hash_of("{ nothing }"): "{ nothing }"}, "not a valid document"),
        ({hash_of("{"): "{"}, "not a valid document"),
        ({hash_of("{ a" * 70): "{ a" * 70}, "not a valid document"),
    ],
)
def test_what_could_never_be_executed_is_named(
    tmp_path: Path, content: object, why: str
) -> None:
    with pytest.raises(CommandError, match=why):
        trusted_documents.load(file_of(tmp_path, content), schema)


def test_a_file_that_has_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="TRUSTED_DOCUMENTS_FILE"):
        trusted_documents.load(tmp_path / "gone.json", schema)


def test_the_documents_of_our_page_are_in_the_manifest() -> None:
    """Those of the explorer's tabs, as they are sent."""
    examples = (ROOT / "web/explorer/src/examples.ts").read_text("utf-8")
    texts = [part.partition("`,")[0] for part in examples.split("document: `")[1:]]
    wanted = {hash_of(text): text for text in texts}

    manifest = json.loads(MANIFEST.read_text("utf-8"))
    assert wanted.items() <= manifest.items(), json.dumps(wanted, indent=2)
    assert trusted_documents.load(MANIFEST, schema).keys() == manifest.keys()


def test_only_trusted_documents_need_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db")
    monkeypatch.setenv("REDIS_URL", "redis://cache")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    monkeypatch.setenv("SIGNING_KEYS_DIR", str(tmp_path))
    monkeypatch.setenv("TRUSTED_DOCUMENTS", "only")
    with pytest.raises(CommandError, match="TRUSTED_DOCUMENTS_FILE"):
        Settings.load()

    monkeypatch.setenv("TRUSTED_DOCUMENTS_FILE", str(file_of(tmp_path, {})))
    assert Settings.load().trusted_documents == "only"
