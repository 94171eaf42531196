"""Settings that are secrets, in files instead of the environment."""

from collections.abc import Mapping
from pathlib import Path

from runtime.errors import CommandError

# The variable of each name with _FILE at its end names its file.
SECRETS = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_REPLICA_URL",
    "REDIS_URL",
    "REDLOCK_URLS",
    "METRICS_TOKEN",
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "SMTP_URL",
    "SIGN_IN_COOKIE_SECRET",
    "OIDC_CLIENT_SECRET",
    "GOOGLE_CLIENT_SECRET",
    "GITHUB_CLIENT_SECRET",
)


def read(environ: Mapping[str, str]) -> dict[str, str]:
    """The secrets that only files have: a value in the environment comes first."""
    secrets = {}
    for name in SECRETS:
        file = environ.get(f"{name}_FILE")
        if not file or environ.get(name):
            continue
        try:
            secrets[name] = Path(file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise CommandError(
                f"{name}_FILE names a file that cannot be read as text."
            ) from None
    return secrets
