import logging
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from auth.signing_keys import KeyRing, NoSigningKeyError
from auth.tokens import Authenticator, TokenIssuer
from tests.support.bearer import ANA, NOON, assert_refused
from tests.support.signing_keys import put_key

OLD, NEW, STRANGE = (OKPKey.generate_key("Ed25519") for _ in range(3))
MINUTE = timedelta(minutes=1)


class Clock:
    """The wall clock and the monotonic clock, moved together."""

    def __init__(self) -> None:
        self.now = NOON

    def wall(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.now.timestamp()

    def go_on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return put_key(tmp_path, OLD, NOON - timedelta(days=1))


@pytest.fixture
def ring(old: Path, clock: Clock) -> KeyRing:
    return KeyRing(old.parent, clock.wall, clock.monotonic)


@pytest.fixture
def authenticator(ring: KeyRing, clock: Clock) -> Authenticator:
    return Authenticator(ring, clock.wall)


@pytest.fixture
def issuer(ring: KeyRing, clock: Clock) -> TokenIssuer:
    return TokenIssuer(ring, now=clock.wall)


class TestSigning:
    def test_a_new_key_signs_after_a_minute(
        self, tmp_path: Path, ring: KeyRing, clock: Clock
    ) -> None:
        put_key(tmp_path, NEW, clock.now)
        signing = []

        for _ in range(3):
            clock.go_on(29.9)
            signing.append(ring.signing().id)

        assert signing == [OLD.thumbprint(), OLD.thumbprint(), NEW.thumbprint()]

    def test_the_only_key_signs_at_once(self, tmp_path: Path, clock: Clock) -> None:
        put_key(tmp_path, NEW, clock.now)

        ring = KeyRing(tmp_path, clock.wall, clock.monotonic)

        assert ring.signing().id == NEW.thumbprint()

    def test_of_young_ones_alone_the_first_signs(
        self, tmp_path: Path, clock: Clock
    ) -> None:
        put_key(tmp_path, NEW, clock.now)
        put_key(tmp_path, OLD, clock.now - timedelta(seconds=1))

        ring = KeyRing(tmp_path, clock.wall, clock.monotonic)

        assert ring.signing().id == OLD.thumbprint()

    def test_a_token_names_its_key(self, issuer: TokenIssuer) -> None:
        token = issuer.issue(ANA)

        header = jwt.decode(token.text, OLD, ["Ed25519"]).header
        assert header == {"alg": "Ed25519", "kid": OLD.thumbprint(), "typ": "JWT"}


class TestChanges:
    def test_after_a_rotation_both_keys_verify(
        self,
        tmp_path: Path,
        authenticator: Authenticator,
        issuer: TokenIssuer,
        clock: Clock,
    ) -> None:
        before = issuer.issue(ANA)
        put_key(tmp_path, NEW, clock.now)
        clock.go_on(60)

        after = issuer.issue(ANA)

        jwt.decode(after.text, NEW, ["Ed25519"])
        assert authenticator.viewer(f"Bearer {before.text}") == ANA
        assert authenticator.viewer(f"Bearer {after.text}") == ANA

    def test_a_retired_keys_tokens_are_refused_though_they_were_verified(
        self,
        tmp_path: Path,
        old: Path,
        authenticator: Authenticator,
        issuer: TokenIssuer,
        clock: Clock,
    ) -> None:
        put_key(tmp_path, NEW, clock.now)
        token = issuer.issue(ANA)
        assert authenticator.viewer(f"Bearer {token.text}") == ANA

        old.unlink()
        clock.go_on(10)

        assert_refused(authenticator, f"Bearer {token.text}")
        assert_refused(authenticator, f"Bearer {token.text}")

    def test_a_key_that_another_process_signs_with_already_is_found_by_its_token(
        self, tmp_path: Path, authenticator: Authenticator, clock: Clock
    ) -> None:
        put_key(tmp_path, NEW, clock.now)
        elsewhere = KeyRing(tmp_path, lambda: clock.now + MINUTE, clock.monotonic)
        token = TokenIssuer(elsewhere, now=clock.wall).issue(ANA)

        clock.go_on(1)

        assert authenticator.viewer(f"Bearer {token.text}") == ANA

    def test_strangers_have_the_folder_read_once_a_second(
        self, tmp_path: Path, ring: KeyRing, clock: Clock
    ) -> None:
        put_key(tmp_path, NEW, clock.now)
        found = []

        for _ in range(3):
            found.append(ring.find(NEW.thumbprint()) is not None)
            clock.go_on(0.5)
        for number in range(99):
            ring.find(f"no such key {number}")
        put_key(tmp_path, STRANGE, clock.now)

        assert found == [False, False, True]
        assert ring.find(STRANGE.thumbprint()) is None

    def test_the_keys_are_the_same_object_until_one_comes(
        self, tmp_path: Path, ring: KeyRing, clock: Clock
    ) -> None:
        before = ring.keys()
        clock.go_on(10)
        assert ring.keys() is before

        put_key(tmp_path, NEW, clock.now)
        clock.go_on(10)

        assert list(ring.keys()) == [OLD.thumbprint(), NEW.thumbprint()]


class TestMishaps:
    def test_a_file_that_is_no_key_stands_in_nobodys_way(
        self,
        tmp_path: Path,
        old: Path,
        ring: KeyRing,
        clock: Clock,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        put_key(tmp_path, NEW, clock.now)
        (tmp_path / "20300101T120001Z-half.pem").write_text("-----BEGIN")
        old.unlink()
        clock.go_on(10)

        with caplog.at_level(logging.ERROR):
            keys = ring.keys()

        assert list(keys) == [NEW.thumbprint()]
        assert "20300101T120001Z-half.pem cannot be read" in caplog.text

    def test_the_last_key_stays_in_use_when_all_are_gone(
        self,
        tmp_path: Path,
        old: Path,
        ring: KeyRing,
        clock: Clock,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        old.unlink()
        clock.go_on(10)
        assert ring.signing().id == OLD.thumbprint()

        tmp_path.rmdir()
        clock.go_on(10)

        assert ring.signing().id == OLD.thumbprint()
        assert "no signing key is left" in caplog.text
        assert "cannot be read again" in caplog.text

    def test_no_folder_and_an_empty_one_are_refused_at_the_start(
        self, tmp_path: Path
    ) -> None:
        with pytest.raises(NoSigningKeyError, match="holds no key"):
            KeyRing(tmp_path)
        with pytest.raises(NoSigningKeyError, match="nowhere holds no key"):
            KeyRing(tmp_path / "nowhere")
