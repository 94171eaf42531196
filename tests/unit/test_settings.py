from pathlib import Path

import pytest

from app.settings import MigrateSettings, PrepareSettings, Settings
from domain.cinemas import FirstCinema
from runtime.errors import CommandError


@pytest.fixture
def complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql://cinema:secret@db:5432/cinema")
    monkeypatch.setenv("REDIS_URL", "redis://cache:6379/0")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    monkeypatch.setenv("SIGNING_KEYS_DIR", str(tmp_path))
    return monkeypatch


@pytest.mark.usefixtures("complete")
def test_what_is_not_said_has_a_default() -> None:
    settings = Settings.load()

    assert settings.redlock_urls == ("redis://cache:6379/0",)
    assert settings.kafka_idempotence is True
    assert (settings.host, settings.port) == ("127.0.0.1", 3333)
    assert settings.db_pool_size == 16


def test_redlock_has_nodes_of_its_own(complete: pytest.MonkeyPatch) -> None:
    complete.setenv("REDLOCK_URLS", "redis://a:1/0, redis://b:2/0")

    assert Settings.load().redlock_urls == ("redis://a:1/0", "redis://b:2/0")


@pytest.mark.parametrize("limit", ["often", "10", "0/minute", "10/fortnight"])
def test_a_limit_that_cannot_be_read_is_named(
    complete: pytest.MonkeyPatch, limit: str
) -> None:
    complete.setenv("RATE_LIMIT_ACCOUNT", limit)

    with pytest.raises(CommandError, match=r"\(RATE_LIMIT_ACCOUNT: "):
        Settings.load()


def test_proxies_are_addresses_and_networks(complete: pytest.MonkeyPatch) -> None:
    complete.setenv("TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7, ::1")

    assert Settings.load().trusted_proxies == ("10.0.0.0/8", "192.0.2.7", "::1")


@pytest.mark.parametrize("proxies", ["*", "nginx", "10.0.0.1/8", "10.0.0.0/33"])
def test_what_would_trust_whoever_comes_is_refused(
    complete: pytest.MonkeyPatch, proxies: str
) -> None:
    complete.setenv("TRUSTED_PROXIES", f"192.0.2.7,{proxies}")

    with pytest.raises(CommandError, match="TRUSTED_PROXIES"):
        Settings.load()


def test_all_that_is_missing_or_wrong_is_named_without_values(
    complete: pytest.MonkeyPatch,
) -> None:
    complete.delenv("REDIS_URL")
    complete.setenv("DATABASE_URL", "mysql://cinema:secret@db/cinema")

    with pytest.raises(CommandError) as refused:
        Settings.load()

    assert str(refused.value) == (
        "Settings are missing or wrong (DATABASE_URL: string should match pattern "
        "'^postgresql://'; REDIS_URL: field required): set them as README.md says, "
        "or start everything with `make run`."
    )


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("LOG_LEVEL", "debug", "input should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("METRICS_TOKEN", "short", "should have at least 16 characters"),
    ],
)
def test_a_reason_says_what_would_do(
    complete: pytest.MonkeyPatch, name: str, value: str, why: str
) -> None:
    complete.setenv(name, value)

    with pytest.raises(CommandError) as refused:
        Settings.load()

    assert f"({name}: {why}): set them" in str(refused.value)


@pytest.mark.parametrize(
    ("variables", "explorer", "introspection"),
    [
        ({}, True, True),
        ({"EXPLORER": "false"}, False, False),
        ({"INTROSPECTION": "false"}, True, False),
        ({"EXPLORER": "false", "INTROSPECTION": "true"}, False, True),
    ],
)
def test_one_switch_takes_explorer_and_introspection_away(
    complete: pytest.MonkeyPatch,
    variables: dict[str, str],
    explorer: bool,
    introspection: bool,
) -> None:
    for name, value in variables.items():
        complete.setenv(name, value)

    settings = Settings.load()

    assert (settings.explorer, settings.introspection) == (explorer, introspection)


def test_demo_data_is_planted_unless_it_is_switched_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DEMO_DATA", raising=False)
    by_itself = PrepareSettings.load().demo_data
    monkeypatch.setenv("DEMO_DATA", "false")
    switched_off = PrepareSettings.load().demo_data
    monkeypatch.setenv("DEMO_DATA", "perhaps")

    assert (by_itself, switched_off) == (True, False)
    with pytest.raises(CommandError, match="DEMO_DATA"):
        PrepareSettings.load()


def test_a_switch_that_is_none_is_refused(complete: pytest.MonkeyPatch) -> None:
    complete.setenv("EXPLORER", "perhaps")

    with pytest.raises(CommandError, match="EXPLORER"):
        Settings.load()


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://one:26379/seats",
        "redis+sentinel://:secret@one:26379,two:26379,[::1]:26379/seats",
    ],
)
def test_redis_may_be_behind_sentinels(complete: pytest.MonkeyPatch, url: str) -> None:
    complete.setenv("REDIS_URL", url)

    assert Settings.load().redis_url == url


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://one:26379",
        "redis+sentinel://one:26379/",
        "redis+sentinel://one,two:26379/seats",
        "redis+sentinel:///seats",
    ],
)
def test_sentinels_without_a_port_or_a_name_are_refused(
    complete: pytest.MonkeyPatch, url: str
) -> None:
    complete.setenv("REDIS_URL", url)

    with pytest.raises(CommandError, match="REDIS_URL"):
        Settings.load()


CINEMA = ("CINEMA_NAME", "CINEMA_TIME_ZONE", "CINEMA_CURRENCY")


@pytest.fixture
def no_cinema(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in CINEMA:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_the_first_cinema_is_the_operators(no_cinema: pytest.MonkeyPatch) -> None:
    by_itself = MigrateSettings.load().first_cinema()
    for name, value in zip(CINEMA, ("Cine", "America/Manaus", "BRL"), strict=True):
        no_cinema.setenv(name, value)

    assert by_itself == FirstCinema("Main", "UTC", None)
    named = FirstCinema("Cine", "America/Manaus", "BRL")
    assert MigrateSettings.load().first_cinema() == named
    assert PrepareSettings.load().first_cinema() == named


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CINEMA_NAME", "\u200b"),
        ("CINEMA_NAME", "x" * 101),
        ("CINEMA_TIME_ZONE", "Brasilia"),
        ("CINEMA_TIME_ZONE", "+03:00"),
        ("CINEMA_CURRENCY", "brl"),
        ("CINEMA_CURRENCY", "BGN"),
    ],
)
def test_a_cinema_that_cannot_be_is_refused(
    no_cinema: pytest.MonkeyPatch, name: str, value: str
) -> None:
    no_cinema.setenv(name, value)

    with pytest.raises(CommandError, match=rf"\({name}: "):
        MigrateSettings.load()
