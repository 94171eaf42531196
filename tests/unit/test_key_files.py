import json
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, OKPKey

from app.asgi import application
from app.commands.run import signing_keys
from app.settings import Settings
from auth.signing_keys import SigningKeyError, load_key, make_key
from stack.embedded.data_folder import DataFolder
from tests.support.bearer import NOON
from tests.support.http_client import client_of
from tests.support.signing_keys import put_key

PAIR, OTHER = (OKPKey.generate_key("Ed25519") for _ in range(2))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return put_key(tmp_path, PAIR, NOON)


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"nonsense",
        PAIR.as_pem(private=False),
        PAIR.as_pem(private=True, password="sesame"),
        ECKey.generate_key("P-256").as_pem(private=True),
        OKPKey.generate_key("X25519").as_pem(private=True),
        OKPKey.generate_key("Ed448").as_pem(private=True),
    ],
    ids=["empty", "nonsense", "public", "locked", "P-256", "X25519", "Ed448"],
)
def test_refuses_what_is_no_ed25519_key(file: Path, pem: bytes) -> None:
    file.write_bytes(pem)

    with pytest.raises(SigningKeyError, match=str(file)):
        load_key(file)


def test_refuses_what_everybody_can_read(file: Path) -> None:
    file.chmod(0o644)

    with pytest.raises(SigningKeyError, match="everybody can read"):
        load_key(file)


def test_what_is_made_is_private(tmp_path: Path) -> None:
    key = make_key(tmp_path / "signing-keys")

    assert key.file.parent.stat().st_mode & 0o777 == 0o700
    assert key.file.stat().st_mode & 0o777 == 0o600
    assert list(key.file.parent.iterdir()) == [key.file]


def test_a_run_moves_the_key_that_it_had_into_the_folder(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "data") as folder:
        put_key(folder.path, PAIR, NOON).rename(folder.path / "signing-key.pem")

        keys = signing_keys(folder.path)

        assert [file.name for file in keys.iterdir()] == ["20300101T120000Z.pem"]
        assert load_key(keys / "20300101T120000Z.pem").id == PAIR.thumbprint()
        assert not (folder.path / "signing-key.pem").exists()
        assert signing_keys(folder.path) == keys
        assert len(list(keys.iterdir())) == 1


def test_a_first_run_makes_a_key(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "data") as folder:
        keys = signing_keys(folder.path)

        [file] = keys.iterdir()
        assert load_key(file).file == file


async def test_only_what_is_public_is_published(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_key(file.parent, OTHER, NOON)
    tickets = make_key(file.parent / "tickets")
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("SIGNING_KEYS_DIR", str(file.parent))

    async with client_of(application(Settings.load())) as http:
        answer = await http.get("/.well-known/jwks.json")
        of_tickets = await http.get("/.well-known/ticket-keys")

    for each, age in ((answer, 30), (of_tickets, 300)):
        assert each.headers["content-type"] == "application/jwk-set+json"
        assert each.headers["cache-control"] == f"public, max-age={age}"
    [published] = of_tickets.json()["keys"]
    assert published == tickets.pair.as_dict(
        private=False, kid=tickets.id[:4], use="sig", alg="Ed25519"
    )
    published = answer.json()["keys"]
    assert sorted(key["kid"] for key in published) == sorted(
        [PAIR.thumbprint(), OTHER.thumbprint()]
    )
    for key, pair in ((key, pair) for key in published for pair in (PAIR, OTHER)):
        assert key.keys() == {"kty", "crv", "x", "kid", "use", "alg"}
        assert (key["use"], key["alg"]) == ("sig", "Ed25519")
        assert str(pair.as_dict(private=True)["d"]) not in json.dumps(published)
