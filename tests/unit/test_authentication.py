from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt

from auth import tokens
from auth.signing_keys import KeyRing
from auth.tokens import ISSUER, Authenticator, TokenIssuer
from tests.support.bearer import ANA, CLAIMS, NOON, assert_refused, part, signed


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def authenticator(key_ring: KeyRing, clock: Clock) -> Authenticator:
    return Authenticator(key_ring, clock)


def without(name: str) -> dict[str, Any]:
    return {claim: value for claim, value in CLAIMS.items() if claim != name}


class TestGood:
    def test_what_is_issued_is_accepted(
        self, authenticator: Authenticator, key_ring: KeyRing, clock: Clock
    ) -> None:
        token = TokenIssuer(key_ring, now=clock).issue(ANA)

        credentials = authenticator.credentials(f"Bearer {token.text}")

        assert credentials and credentials.viewer == ANA
        assert (
            credentials.expires_at == token.expires_at == NOON + timedelta(minutes=15)
        )

    def test_the_scheme_is_cased_as_you_like(
        self, authenticator: Authenticator
    ) -> None:
        assert authenticator.viewer(f"bEARER  {signed()}") == ANA

    def test_without_a_header_it_is_nobody(self, authenticator: Authenticator) -> None:
        assert authenticator.viewer(None) is None

    def test_the_issuers_clock_may_be_a_little_ahead(
        self, authenticator: Authenticator
    ) -> None:
        ahead = CLAIMS | {"iat": int(NOON.timestamp()) + 90}

        assert authenticator.viewer(f"Bearer {signed(ahead)}") == ANA


class TestOfOursButWrong:
    @pytest.mark.parametrize("name", CLAIMS)
    def test_lacks_a_claim(self, authenticator: Authenticator, name: str) -> None:
        assert_refused(authenticator, f"Bearer {signed(without(name))}")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"iss": "another-house"},
            {"iss": [ISSUER]},
            {"aud": "another-api"},
            {"aud": []},
            {"sub": "ana"},
            {"sub": 7},
            {"role": "OWNER"},
            {"role": ["MANAGER"]},
            {"role": None},
            {"exp": int(NOON.timestamp())},
            {"exp": int(NOON.timestamp()) - 1},
            {"exp": "2031-01-01"},
            {"exp": True},
            {"exp": float("nan")},
            {"exp": float("inf")},
            {"exp": 10**30},
            {"iat": int(NOON.timestamp()) + 180},
            {"nbf": int(NOON.timestamp()) + 180},
        ],
        ids=str,
    )
    def test_has_a_wrong_claim(
        self, authenticator: Authenticator, wrong: dict[str, Any]
    ) -> None:
        assert_refused(authenticator, f"Bearer {signed(CLAIMS | wrong)}")

    def test_expires_to_the_second_also_when_it_is_remembered(
        self, authenticator: Authenticator, clock: Clock
    ) -> None:
        token = signed()
        clock.now = NOON + timedelta(seconds=59.9)
        assert authenticator.viewer(f"Bearer {token}") == ANA

        clock.now = NOON + timedelta(seconds=60)

        assert_refused(authenticator, f"Bearer {token}")
        assert_refused(authenticator, f"Bearer {token}")


class TestMalformed:
    @pytest.mark.parametrize(
        "authorization",
        [
            "",
            " ",
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Bearer a.b",
            "Bearer a.b.c",
            "Bearer a.b.c.d.e",
            "Bearer ..",
            "Basic YW5hOmFuYQ==",
            signed(),
            f"Token {signed()}",
            f"Bearer{signed()}",
            f"Bearer {signed()}, Bearer {signed()}",
            f"Bearer {signed()}\n",
            f"Bearer {signed()}\x00",
            f"Bearer {signed()}=",
            f"Bearer {part(b'[]')}.{part(CLAIMS)}.AAAA",
            f"Bearer {part(b'1')}.{part(CLAIMS)}.AAAA",
            f"Bearer {part(b'{}')}.{part(CLAIMS)}.AAAA",
            f"Bearer {part(bytes([255, 254]))}.{part(CLAIMS)}.AAAA",
            f"Bearer {part(b'[' * 380)}.{part(CLAIMS)}.AAAA",
            f"Bearer {part({'alg': 1})}.{part(CLAIMS)}.AAAA",
            f"Bearer {part({'alg': ['Ed25519']})}.{part(CLAIMS)}.AAAA",
            f"Bearer {part({'alg': 'Ed25519', 'crit': ['x']})}.{part(CLAIMS)}.AAAA",
            "Bearer ٣.٣.٣",
        ],
    )
    def test_is_refused(self, authenticator: Authenticator, authorization: str) -> None:
        assert_refused(authenticator, authorization)

    def test_a_huge_one_is_refused_unread(self, authenticator: Authenticator) -> None:
        assert_refused(authenticator, f"Bearer {signed(CLAIMS | {'x': 'y' * 4_096})}")
        assert_refused(authenticator, "Bearer " + "a." * 1_000_000)

    @settings(deadline=None)  # a slow day is no failure
    @given(
        header=st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["alg", "kid", "crit", "b64", "typ", "jwk", "x5c"]),
                    inner | st.just("Ed25519"),
                    max_size=4,
                )
            ),
            max_leaves=6,
        ),
        signature=st.binary(max_size=70),
    )
    def test_no_header_gets_past_the_refusal(
        self, key_ring: KeyRing, header: object, signature: bytes
    ) -> None:
        token = f"{part(header)}.{part(CLAIMS)}.{part(signature) or 'AA'}"

        assert_refused(Authenticator(key_ring, lambda: NOON), f"Bearer {token}")


class TestRemembering:
    def test_verifies_a_token_once(
        self, authenticator: Authenticator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = signed()
        assert authenticator.viewer(f"Bearer {token}") == ANA

        monkeypatch.delattr(jwt, "decode")

        assert authenticator.viewer(f"Bearer {token}") == ANA

    def test_forgets_the_one_that_was_used_longest_ago(
        self, authenticator: Authenticator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tokens, "MAX_CACHED", 2)
        first, second, third = (
            signed(CLAIMS | {"sub": str(UUID(int=n))}) for n in range(3)
        )

        for token in (first, second, first, third):
            authenticator.viewer(f"Bearer {token}")

        assert list(authenticator._verified) == [
            f"Bearer {each}" for each in (first, third)
        ]
