"""`prepare`: migrates, seeds and makes the first key, before the processes start."""

import asyncio
import os
from argparse import Namespace
from pathlib import Path

from app.commands import ticket_keys
from app.commands.late_settings import wait_for_settings
from app.commands.migrate import database_urls, give_rights
from app.key_errors import key_errors_explained
from app.settings import PrepareSettings
from auth import signing_keys
from persistence import migrate
from seeds import demo_data


@key_errors_explained("SIGNING_KEYS_DIR", "keys")
def run(arguments: Namespace) -> None:
    wait_for_settings(arguments)
    settings = PrepareSettings.load()
    database_url, owner_url = database_urls(os.environ)
    if not asyncio.run(migrate.is_current(owner_url)):
        print("Migrating the database ...", flush=True)
        migrate.upgrade(owner_url, first_cinema=settings.first_cinema())
    give_rights(owner_url, database_url)
    if settings.demo_data and demo_data.is_needed(database_url):
        print("Adding the demo data ...", flush=True)
        demo_data.main(database_url)
    if keys_dir := os.environ.get("SIGNING_KEYS_DIR"):
        signing_keys.make_first_key(Path(keys_dir))
        signing_keys.make_first_key(ticket_keys.folder_of(os.environ))
