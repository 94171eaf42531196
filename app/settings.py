"""What the processes are told from outside: the environment, and nothing else."""

from ipaddress import ip_network
from typing import Annotated, Any, Literal

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

from runtime.environment import EnvironmentSettings

REDIS_URL = (
    r"^((redis|rediss|valkey)://"
    r"|redis\+sentinel://([^@/]*@)?[^,@/]+:\d+(,[^,@/]+:\d+)*/[^/?]+$)"
)


def _rate_limit(text: str) -> str:
    if parse(text).amount < 1:
        raise ValueError("nobody could do anything")
    return text


# As browsers say it: no path, and no `*`, which would be everybody.
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^/*\s]+$")]
RateLimit = Annotated[str, AfterValidator(_rate_limit)]


class PrepareSettings(EnvironmentSettings):
    """Of `prepare` alone, beside the URLs of the database and SIGNING_KEYS_DIR."""

    # Whether there are films to be sold, and people whose passwords everybody can read.
    demo_data: bool = True


class Settings(EnvironmentSettings):
    database_url: str = Field(pattern=r"^postgresql://")
    # Standbys of it, for catalog and lists; none: the primary is read.
    database_replica_url: str | None = Field(default=None, pattern=r"^postgresql://")
    redis_url: str = Field(pattern=REDIS_URL)
    # The independent nodes of the seat locks, comma separated; none: REDIS_URL.
    redlock_urls: Annotated[tuple[str, ...], NoDecode] = ()
    kafka_bootstrap_servers: str
    kafka_idempotence: bool = True
    kafka_replication_factor: int = Field(default=1, ge=1)
    # Of topics that are created; the embedded broker gives 4 to those that it makes.
    kafka_partitions: int = Field(default=4, ge=1, le=1_000)
    # How long a broker may keep a fetch waiting for something new.
    kafka_fetch_max_wait_ms: int = Field(default=500, ge=1)
    # After so long without a sign of life a consumer's share goes to others.
    kafka_session_timeout_ms: int = Field(default=10_000, ge=1_000)
    # Of Ed25519 private keys, PEM, not encrypted; see auth/signing_keys.py.
    signing_keys_dir: DirectoryPath
    host: str = "127.0.0.1"
    port: int = Field(default=3333, ge=1, le=65535)
    # Whose pages may ask from browsers, comma separated, as in https://app.example.
    cors_origins: Annotated[tuple[Origin, ...], NoDecode] = ()
    # Addresses and networks, comma separated, whose X-Forwarded-For is believed.
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    # This machine's own addresses are not limited.
    max_sockets_per_address: int = Field(default=500, ge=1)
    # After TERM the API serves for so long while it sends everybody elsewhere.
    drain_seconds: float = Field(default=0, ge=0, le=60)
    # GraphiQL at /graphiql.
    explorer: bool = True
    db_pool_size: int = Field(default=16, ge=1)
    # Whether strangers may ask for the schema itself (__schema, __type).
    # Not said: as `explorer`.
    introspection: bool
    # Where the worker answers /metrics, on HOST; the API does so on its own port.
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    # Who scrapes has to bear it; none: whoever is in the same private network may.
    metrics_token: SecretStr | None = Field(default=None, min_length=16)
    # In the notation of the limits library. Signing in, signing up and refreshing, each
    # by address and by account; and reserving, by customer and process.
    rate_limit_address: RateLimit = "100/minute"
    rate_limit_account: RateLimit = "10/minute"
    rate_limit_reserve: RateLimit = "600/10 seconds"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    # One JSON object a line, or lines for people.
    log_format: Literal["json", "text"] = "json"

    @model_validator(mode="before")
    @classmethod
    def _explorer_is_the_one_switch(cls, told: dict[str, Any]) -> dict[str, Any]:
        return {"introspection": told.get("explorer", True)} | told

    @field_validator("redlock_urls", "cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(each.strip() for each in value.split(",") if each.strip())
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            ip_network(each)  # a name, or `*`, would trust whoever comes
        return value

    def model_post_init(self, context: Any, /) -> None:
        if not self.redlock_urls:
            object.__setattr__(self, "redlock_urls", (self.redis_url,))
