"""`keys`: lists, adds and deletes the keys that sign access tokens."""

import os
from argparse import Namespace
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from app.commands.key_errors import key_errors_explained
from auth.signing_keys import SigningKey, make_key, read_keys, signing_key, utc_now
from auth.tokens import LIFETIME
from runtime import run_file
from runtime.errors import CommandError


@key_errors_explained()
def run(arguments: Namespace) -> None:
    folder = Path(run_file.require(os.environ, "SIGNING_KEYS_DIR"))
    match arguments.action:
        case "list":
            print(*listed(folder, utc_now()), sep="\n")
        case "rotate":
            print(rotate(folder))
        case "retire":
            print(retire(folder, arguments.key_id, utc_now()))


def listed(folder: Path, now: datetime) -> Iterable[str]:
    """A line per key, the oldest first."""
    keys = read_keys(folder)
    return [f"{key.id}  {_state(key, keys, now)}" for key in keys]


def rotate(folder: Path) -> str:
    try:
        key = make_key(folder)
    except OSError as error:
        raise CommandError(
            f"No key can be made in {folder} ({error.strerror})."
        ) from error
    if key == signing_key(read_keys(folder), key.there_since):
        return f"{key.id} is there and signs: it is the only one."
    return f"{key.id} is there and signs from {_utc(key.signs_from)}."


def retire(folder: Path, key_id: str, now: datetime) -> str:
    keys = read_keys(folder)
    retired = [key for key in keys if key.id == key_id]
    if not retired:
        raise CommandError(f"No key {key_id} is in {folder}: see `keys list`.")
    if key_id == signing_key(keys, now).id:
        raise CommandError(
            f"{key_id} signs at this moment: make another with `keys rotate`, and "
            "retire this one when that one signs."
        )
    for key in retired:
        key.file.unlink()
    return f"{key_id} is gone. {_loss(retired[-1], keys, now)}"


def _state(key: SigningKey, keys: list[SigningKey], now: datetime) -> str:
    if key == signing_key(keys, now):
        return f"signs, there since {_utc(key.there_since)}"
    if key.signs_from > now:
        return f"signs from {_utc(key.signs_from)}"
    last = _last_expires_at(key, keys)
    return f"verifies; its last token {_expires(last, now)}"


def _loss(key: SigningKey, keys: list[SigningKey], now: datetime) -> str:
    if key.signs_from > now:
        return "It had signed nothing."
    last = _last_expires_at(key, keys)
    if last <= now:
        return f"Its last token {_expires(last, now)}."
    return (
        f"Its last token would have been good until {_utc(last)}; "
        "every process refuses it in ten seconds."
    )


def _last_expires_at(key: SigningKey, keys: list[SigningKey]) -> datetime:
    """For a key that has signed and does not sign any more."""
    newer = keys[keys.index(key) + 1 :]
    return min(each.signs_from for each in newer) + LIFETIME


def _expires(last: datetime, now: datetime) -> str:
    return f"{'expired' if last <= now else 'expires'} at {_utc(last)}"


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%SZ}"
