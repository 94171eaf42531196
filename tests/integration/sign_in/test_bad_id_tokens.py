"""Invalid ID tokens, and tokens of other kinds, sign nobody in."""

import hmac
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from persistence.postgres.pool import Pool
from tests.support.bearer import part
from tests.support.issuer import CLIENT_ID, CLIENT_SECRET, KEY, Claims, Issuer
from tests.support.sign_in_browser import SignInBrowser

ANOTHER_KEY = ECKey.generate_key("P-256")


async def is_refused(browser: SignInBrowser, pool: Pool, email: str) -> None:
    assert await browser.sign_in() == {"error": "sign_in_failed"}

    counted = "SELECT count(*) FROM accounts WHERE email = $1"
    assert await pool.fetchval(counted, email) == 0


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": "another-client", "azp": CLIENT_ID},
        {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
        {"aud": None},
        {"iss": "https://another.example"},
        {"iss": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"exp": "never"},
        {"nbf": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "7\x00"},
    ],
    ids=str,
)
async def test_a_wrong_claim(
    browser: SignInBrowser,
    issuer: Issuer,
    pool: Pool,
    email: str,
    claims: dict[str, Any],
) -> None:
    issuer.claims |= claims

    await is_refused(browser, pool, email)


def unsigned(claims: Claims) -> str:
    return f"{part({'alg': 'none'})}.{part(claims)}."


def signed_with_our_secret(claims: Claims) -> str:
    key = OctKey.import_key(CLIENT_SECRET)
    return jwt.encode({"alg": "HS256"}, claims, key, ["HS256"])


def signed_with_the_public_key(claims: Claims) -> str:
    """By hand: no library would."""
    signed = f"{part({'alg': 'HS256', 'kid': '1'})}.{part(claims)}"
    secret = KEY.as_pem(private=False)
    return f"{signed}.{part(hmac.digest(secret, signed.encode(), 'sha256'))}"


def signed_by_another(claims: Claims) -> str:
    return jwt.encode({"alg": "ES256", "kid": "1"}, claims, ANOTHER_KEY, ["ES256"])


def signed_with_a_key_of_its_own(claims: Claims) -> str:
    header = {"alg": "ES256", "jwk": ANOTHER_KEY.as_dict(private=False)}
    return jwt.encode(header, claims, ANOTHER_KEY, ["ES256"])


def signed_by_an_unknown_key(claims: Claims) -> str:
    return jwt.encode({"alg": "ES256", "kid": "2"}, claims, ANOTHER_KEY, ["ES256"])


def missing(_claims: Claims) -> None:
    return None


def no_token(_claims: Claims) -> str:
    return "a.b.c"


@pytest.mark.parametrize(
    "sign",
    [
        unsigned,
        signed_with_our_secret,
        signed_with_the_public_key,
        signed_by_another,
        signed_with_a_key_of_its_own,
        signed_by_an_unknown_key,
        missing,
        no_token,
    ],
)
# joserfc rightly warns of some keys that are used here.
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_a_wrong_signature(
    browser: SignInBrowser, issuer: Issuer, pool: Pool, email: str, sign: Any
) -> None:
    issuer.sign = sign

    await is_refused(browser, pool, email)


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS256", RSAKey.generate_key(2048, {"kid": "rsa"})),
        ("PS256", RSAKey.generate_key(2048, {"kid": "pss"})),
        ("ES256", ECKey.generate_key("P-256", {"kid": "ec"})),
        ("EdDSA", OKPKey.generate_key("Ed25519", {"kid": "okp"})),
    ],
)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_a_key_that_the_issuer_has_since_is_fetched(
    browser: SignInBrowser, issuer: Issuer, algorithm: str, key: Any
) -> None:
    await browser.sign_in()
    issuer.keys = [*issuer.keys, key]
    issuer.sign = lambda claims: jwt.encode(
        {"alg": algorithm, "kid": key.kid}, claims, key, [algorithm]
    )

    assert (await browser.sign_in()).keys() == {"code"}
