"""What has to be there before the processes start."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.settings import PrepareSettings
from auth import signing_keys
from persistence.postgres import grants, migrate
from runtime import run_file
from runtime.errors import CommandError
from seeds import plant

# Whose the tables are, where that is not who works with them.
OWNER = "DATABASE_OWNER_URL"


def prepare(environ: Mapping[str, str]) -> None:
    """Tables, demo data if nothing is to come, and the first signing key."""
    settings = PrepareSettings.load()
    database_url, owner_url = _where(environ)
    if not asyncio.run(migrate.is_current(owner_url)):
        print("Migrating the database ...", flush=True)
        migrate.upgrade(owner_url)
    _give_rights(owner_url, database_url)
    if settings.demo_data and plant.needs_planting(database_url):
        print("Planting the demo data ...", flush=True)
        plant.main(database_url)
    if keys_dir := environ.get("SIGNING_KEYS_DIR"):
        signing_keys.make_first_key(Path(keys_dir))


def migrate_database(environ: Mapping[str, str]) -> None:
    database_url, owner_url = _where(environ)
    migrate.upgrade(owner_url)
    _give_rights(owner_url, database_url)
    print("The database is at the newest version.")


def _where(environ: Mapping[str, str]) -> tuple[str, str]:
    """As whom one works, and as whom one migrates: in the same database."""
    database_url = run_file.require(environ, "DATABASE_URL")
    if not environ.get("DATABASE_URL"):
        environ = run_file.environment(environ)
    return database_url, environ.get(OWNER) or database_url


def _give_rights(owner_url: str, database_url: str) -> None:
    if owner_url == database_url:
        return
    role = urlsplit(database_url).username
    if role is None:
        raise CommandError("DATABASE_URL names no user: give it one, who is no owner.")
    asyncio.run(grants.grant(owner_url, unquote(role)))
