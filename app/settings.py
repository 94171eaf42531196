"""Settings of the processes, from the environment only."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from limits import parse
from pydantic import (
    AfterValidator,
    DirectoryPath,
    Field,
    SecretStr,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_settings import NoDecode

from app.mail_settings import MailSettings
from auth import ticket_keys
from domain.cinemas import MAX_CINEMA_NAME_LENGTH, FirstCinema
from domain.money import in_use
from domain.reservation import SEATS_PER_CUSTOMER, HoldTerms
from domain.text import composed, is_line
from domain.time_zones import zone_names
from providers.settings import PaymentSettings
from runtime.environment import EnvironmentSettings

REDIS_URL = (
    r"^((redis|rediss|valkey)://"
    r"|redis\+sentinel://([^@/]*@)?[^,@/]+:\d+(,[^,@/]+:\d+)*/[^/?]+$)"
)


def _rate_limit(text: str) -> str:
    if parse(text).amount < 1:
        raise ValueError("it has to allow at least 1")
    return text


def _cinema_name(text: str) -> str:
    name = composed(text, MAX_CINEMA_NAME_LENGTH)
    if not is_line(name, MAX_CINEMA_NAME_LENGTH):
        raise ValueError(f"it has 1 to {MAX_CINEMA_NAME_LENGTH} visible characters")
    return name


def _time_zone(text: str) -> str:
    if text not in zone_names():
        raise ValueError("it is no name of the IANA time zone database")
    return text


def _currency(text: str) -> str:
    if not in_use(text, datetime.now(UTC).date()):
        raise ValueError("it is no ISO 4217 code of a currency in use")
    return text


# As browsers write it: no path, and no `*`, which would allow all origins.
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^/*\s]+$")]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+$")]
RateLimit = Annotated[str, AfterValidator(_rate_limit)]


class MigrateSettings(EnvironmentSettings):
    """For `migrate`, beside the URLs of the database.

    The cinema that older rooms belong to. It counts once, for a database without
    cinemas.
    """

    cinema_name: Annotated[str, AfterValidator(_cinema_name)] = FirstCinema.name
    cinema_time_zone: Annotated[str, AfterValidator(_time_zone)] = FirstCinema.time_zone
    # Default: that of most sessions, or USD without sessions.
    cinema_currency: Annotated[str, AfterValidator(_currency)] | None = None

    def first_cinema(self) -> FirstCinema:
        return FirstCinema(
            self.cinema_name, self.cinema_time_zone, self.cinema_currency
        )


class PrepareSettings(MigrateSettings):
    """For `prepare`, beside the URLs of the database and SIGNING_KEYS_DIR."""

    # Whether to add demo data: sessions, and people whose passwords are public.
    demo_data: bool = True


class Settings(PaymentSettings, MailSettings):
    database_url: str = Field(pattern=r"^postgresql://")
    # Standbys, for reads of catalog and lists; without it the primary answers them.
    database_replica_url: str | None = Field(default=None, pattern=r"^postgresql://")
    redis_url: str = Field(pattern=REDIS_URL)
    # The independent nodes of the seat locks, comma separated; default: REDIS_URL.
    redlock_urls: Annotated[tuple[str, ...], NoDecode] = ()
    kafka_bootstrap_servers: str
    kafka_idempotence: bool = True
    kafka_replication_factor: int = Field(default=1, ge=1)
    # Of topics that we create; the embedded broker creates its own with 4.
    kafka_partitions: int = Field(default=4, ge=1, le=1_000)
    # How long a broker may delay the answer to a fetch until there is a new event. 0
    # for the embedded one, which does not notice them: consumers wait for the relay.
    kafka_fetch_max_wait_ms: int = Field(default=500, ge=0)
    # A consumer that is silent for so long loses its partitions to others.
    kafka_session_timeout_ms: int = Field(default=10_000, ge=1_000)
    # Folder of Ed25519 private keys, PEM, not encrypted; see auth/signing_keys.py.
    signing_keys_dir: DirectoryPath
    # Those that sign tickets, likewise; default: the folder `tickets` in that one.
    ticket_keys_dir: DirectoryPath | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=3333, ge=1, le=65535)
    # Origins whose pages may send requests (CORS), comma separated:
    # https://app.example.
    cors_origins: Annotated[tuple[Origin, ...], NoDecode] = ()
    # Headers that these pages may send besides ALLOWED_HEADERS in app/other_origins.py.
    cors_headers: Annotated[tuple[HeaderName, ...], NoDecode] = ()
    # Addresses and networks of proxies, comma separated, whose X-Forwarded-For counts.
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    # Loopback addresses are not limited.
    max_sockets_per_address: int = Field(default=500, ge=1)
    # After TERM the API serves for so long, while /readyz sends new clients elsewhere.
    drain_seconds: float = Field(default=0, ge=0, le=60)
    # GraphiQL at /graphiql.
    explorer: bool = True
    db_pool_size: int = Field(default=16, ge=1)
    # Whether clients may query the schema (__schema, __type); default: as `explorer`.
    introspection: bool
    # Which documents clients may send: any, and hashes of those that they have sent
    # before; only those of the file, by hash or by text; or any and no hashes.
    trusted_documents: Literal["any", "only", "off"] = "any"
    # A JSON object: the text of each document by its SHA-256.
    trusted_documents_file: Path | None = None
    # What executes operations: compiled plans, or graphql-core for all of them.
    engine: Literal["plans", "core"] = "plans"
    # The worker's port of /metrics, on HOST; the API has /metrics on its own port.
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    # Required from scrapers; without it all of the same private network may scrape.
    metrics_token: SecretStr | None = Field(default=None, min_length=16)
    # As the limits library writes them. For sign-in, sign-up and refresh, each by
    # address, and by account and address; and for reserving, by customer and process.
    rate_limit_address: RateLimit = "100/minute"
    rate_limit_account: RateLimit = "10/minute"
    # For one account from all networks: above it, networks new to the account wait.
    rate_limit_account_total: RateLimit = "10/minute"
    # Seconds for the first wait. Each wait doubles, up to eight times the first.
    sign_in_slowdown_seconds: float = Field(default=1.0, ge=0, le=5)
    # Seconds in which a repeated refresh token, from the same network, is another tab.
    refresh_race_seconds: float = Field(default=10.0, ge=0, le=60)
    rate_limit_reserve: RateLimit = "600/10 seconds"
    # How long seats are held, and by how much and how often that can be extended.
    hold_seconds: int = Field(default=30, ge=10, le=3_600)
    extension_seconds: int = Field(default=30, ge=10, le=3_600)
    max_extensions: int = Field(default=10, ge=0, le=100)
    # Of one session, held and owned.
    max_seats_per_customer: int = Field(default=SEATS_PER_CUSTOMER, ge=1, le=10_000)
    # Tickets are checked in from so many minutes before the start of their session on.
    check_in_minutes_before: int = Field(default=60, ge=0, le=10_080)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    # One JSON object per line, or lines for people.
    log_format: Literal["json", "text"] = "json"

    @model_validator(mode="before")
    @classmethod
    def _introspection_as_explorer(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {"introspection": values.get("explorer", True)} | values

    @field_validator(
        "redlock_urls",
        "cors_origins",
        "cors_headers",
        "trusted_proxies",
        mode="before",
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(each.strip() for each in value.split(",") if each.strip())
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            ip_network(each)  # a name or `*` would trust everybody
        return value

    @model_validator(mode="after")
    def _has_trusted_documents(self) -> Self:
        if self.trusted_documents == "only" and self.trusted_documents_file is None:
            raise ValueError("TRUSTED_DOCUMENTS=only needs TRUSTED_DOCUMENTS_FILE")
        return self

    @property
    def ticket_keys(self) -> Path:
        return self.ticket_keys_dir or self.signing_keys_dir / ticket_keys.FOLDER

    def hold_terms(self) -> HoldTerms:
        return HoldTerms(
            period=timedelta(seconds=self.hold_seconds),
            extension=timedelta(seconds=self.extension_seconds),
            max_extensions=self.max_extensions,
            seats_per_customer=self.max_seats_per_customer,
        )

    def model_post_init(self, context: Any, /) -> None:
        if not self.redlock_urls:
            object.__setattr__(self, "redlock_urls", (self.redis_url,))
