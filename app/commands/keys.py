"""What an operator does with the keys that sign access tokens."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from auth.signing_keys import SigningKey, make_key, read_keys, signing_key
from auth.tokens import LIFETIME
from runtime.errors import CommandError


def listed(folder: Path, now: datetime) -> Iterable[str]:
    """A line for each, the oldest first."""
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
    return f"{key.id} is there and signs from {_told(key.signs_from)}."


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
        return f"signs, there since {_told(key.there_since)}"
    if key.signs_from > now:
        return f"signs from {_told(key.signs_from)}"
    last = _last_expires_at(key, keys)
    return f"verifies; its last token {_expires(last, now)}"


def _loss(key: SigningKey, keys: list[SigningKey], now: datetime) -> str:
    if key.signs_from > now:
        return "It had signed nothing."
    last = _last_expires_at(key, keys)
    if last <= now:
        return f"Its last token {_expires(last, now)}."
    return (
        f"Its last token would have been good until {_told(last)}; "
        "every process refuses it in ten seconds."
    )


def _last_expires_at(key: SigningKey, keys: list[SigningKey]) -> datetime:
    """Of a key that has signed, and does not any more."""
    newer = keys[keys.index(key) + 1 :]
    return min(each.signs_from for each in newer) + LIFETIME


def _expires(last: datetime, now: datetime) -> str:
    return f"{'expired' if last <= now else 'expires'} at {_told(last)}"


def _told(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%SZ}"
