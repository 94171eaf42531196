import pytest

from auth.providers.issuers import GitHubProvider, OidcProvider, providers
from auth.providers.settings import SignInSettings
from runtime.errors import CommandError


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in SignInSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


@pytest.fixture
def google(environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    environment.setenv("PUBLIC_URL", "https://tickets.example")
    environment.setenv("SIGN_IN_RETURN_URLS", "https://a.example/x, http://[::1]:8/y?z")
    environment.setenv("SIGN_IN_COOKIE_SECRET", "c" * 32)
    environment.setenv("GOOGLE_CLIENT_ID", "cinema")
    environment.setenv("GOOGLE_CLIENT_SECRET", "secret")
    return environment


def refusal() -> str:
    with pytest.raises(CommandError) as refused:
        SignInSettings.load()
    message = str(refused.value)
    assert message.startswith("Settings are missing or wrong (")
    return message.partition("(")[2].rpartition("): set them")[0]


@pytest.mark.usefixtures("environment")
def test_without_a_word_about_it_there_is_no_provider() -> None:
    assert SignInSettings.load().providers == []


def test_what_other_things_need_too_turns_nothing_on(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("PUBLIC_URL", "https://tickets.example")

    assert SignInSettings.load().providers == []


@pytest.mark.usefixtures("google")
def test_one_provider_is_enough() -> None:
    settings = SignInSettings.load()

    assert settings.providers == ["google"]
    assert settings.sign_in_return_urls == ("https://a.example/x", "http://[::1]:8/y?z")
    assert settings.secret("google_client_secret") == "secret"
    assert "secret'" not in repr(settings)


def test_each_is_made_with_its_own_address(google: pytest.MonkeyPatch) -> None:
    google.setenv("OIDC_ISSUER", "https://id.example/")
    for provider in ("OIDC", "GITHUB"):
        google.setenv(f"{provider}_CLIENT_ID", "cinema")
        google.setenv(f"{provider}_CLIENT_SECRET", "secret")

    made = providers(SignInSettings.load())

    assert list(made) == ["oidc", "google", "github"]
    oidc, at_google, github = made.values()
    assert isinstance(oidc, OidcProvider)
    assert isinstance(at_google, OidcProvider)
    assert isinstance(github, GitHubProvider)
    assert oidc.app.issuer == "https://id.example/"
    assert at_google.app.issuer == "https://accounts.google.com"
    assert github.app.api_base_url == "https://api.github.com/"
    assert github.app.authorize_url == "https://github.com/login/oauth/authorize"


def test_all_that_is_missing_is_named(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("OIDC_CLIENT_ID", "cinema")
    environment.setenv("GITHUB_CLIENT_SECRET", "secret")

    assert refusal() == "; ".join(
        f"{name}: field required"
        for name in (
            "OIDC_ISSUER",
            "OIDC_CLIENT_SECRET",
            "GITHUB_CLIENT_ID",
            "PUBLIC_URL",
            "SIGN_IN_RETURN_URLS",
            "SIGN_IN_COOKIE_SECRET",
        )
    )


def test_a_short_cookie_secret_is_refused_and_not_told(
    google: pytest.MonkeyPatch,
) -> None:
    google.setenv("SIGN_IN_COOKIE_SECRET", "hunter2")

    assert refusal().startswith("SIGN_IN_COOKIE_SECRET: should have at least 32")
    assert "hunter2" not in refusal()


@pytest.mark.parametrize("name", ["PUBLIC_URL", "SIGN_IN_RETURN_URLS", "OIDC_ISSUER"])
@pytest.mark.parametrize(
    "url",
    [
        "tickets.example",
        "http://tickets.example",
        "http://localhost.example",
        "ftp://localhost",
        "javascript:alert(1)",
        "https://",
        "https:tickets.example",
        "//tickets.example",
        "https://user@tickets.example",
        "https://tickets.example#x",
        "https://tickets.example\\x",
        "https://tickets.example:99999",
        "https://tickéts.example",
        "https://tickets.example/a b",
    ],
)
def test_an_address_that_keeps_no_secret_is_refused(
    google: pytest.MonkeyPatch, name: str, url: str
) -> None:
    google.setenv(name, url)

    assert refusal().startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://tickets.example/", "https://tickets.example"),
        ("http://localhost:3333", "http://localhost:3333"),
        ("http://127.0.0.1:3333", "http://127.0.0.1:3333"),
    ],
)
def test_our_own_address_is_an_origin(
    google: pytest.MonkeyPatch, url: str, kept: str
) -> None:
    google.setenv("PUBLIC_URL", url)

    assert SignInSettings.load().public_url == kept


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("PUBLIC_URL", "https://tickets.example/path"),
        ("PUBLIC_URL", "https://tickets.example?x=1"),
        ("OIDC_ISSUER", "https://id.example?x=1"),
    ],
)
def test_an_address_with_more_than_belongs_there_is_refused(
    google: pytest.MonkeyPatch, name: str, url: str
) -> None:
    google.setenv(name, url)

    assert refusal().startswith(f"{name}: it must not have a ")
