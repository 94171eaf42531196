"""`keys`: lists, adds and deletes the keys that sign access tokens.

`ticket-keys` does the same for those that sign tickets.
"""

import os
from argparse import Namespace
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from app.key_errors import key_errors_explained
from auth.signing_keys import (
    SETTLING,
    SigningKey,
    make_key,
    read_keys,
    signing_key,
    utc_now,
)
from auth.tokens import LIFETIME
from runtime import run_file
from runtime.errors import CommandError

Words = Callable[[datetime, datetime], str]  # of when a key signed last, and now


@dataclass(frozen=True, slots=True)
class Ring:
    """`state` and `loss` are of a key that does not sign any more."""

    command: str
    settling: timedelta
    state: Words
    loss: Words


@key_errors_explained("SIGNING_KEYS_DIR", "keys")
def run(arguments: Namespace) -> None:
    act(TOKENS, Path(run_file.require(os.environ, "SIGNING_KEYS_DIR")), arguments)


def act(ring: Ring, folder: Path, arguments: Namespace) -> None:
    match arguments.action:
        case "list":
            print(*listed(ring, folder, utc_now()), sep="\n")
        case "rotate":
            print(rotate(ring, folder))
        case "retire":
            print(retire(ring, folder, arguments.key_id, utc_now()))


def listed(ring: Ring, folder: Path, now: datetime) -> Iterable[str]:
    """A line per key, the oldest first."""
    keys = read_keys(folder, ring.settling)
    return [f"{key.id}  {_state(ring, key, keys, now)}" for key in keys]


def rotate(ring: Ring, folder: Path) -> str:
    try:
        key = make_key(folder, ring.settling)
    except OSError as error:
        raise CommandError(
            f"No key can be made in {folder} ({error.strerror})."
        ) from error
    if key == signing_key(read_keys(folder, ring.settling), key.there_since):
        return f"{key.id} is there and signs: it is the only one."
    return f"{key.id} is there and signs from {utc(key.signs_from)}."


def retire(ring: Ring, folder: Path, key_id: str, now: datetime) -> str:
    keys = read_keys(folder, ring.settling)
    retired = [key for key in keys if key.id == key_id]
    if not retired:
        raise CommandError(
            f"No key {key_id} is in {folder}: see `{ring.command} list`."
        )
    if key_id == signing_key(keys, now).id:
        raise CommandError(
            f"{key_id} signs at this moment: make another with `{ring.command} rotate`,"
            " and retire this one when that one signs."
        )
    for key in retired:
        key.file.unlink()
    return f"{key_id} is gone. {_loss(ring, retired[-1], keys, now)}"


def _state(ring: Ring, key: SigningKey, keys: list[SigningKey], now: datetime) -> str:
    if key == signing_key(keys, now):
        return f"signs, there since {utc(key.there_since)}"
    if key.signs_from > now:
        return f"signs from {utc(key.signs_from)}"
    return ring.state(_last_signed_at(key, keys), now)


def _loss(ring: Ring, key: SigningKey, keys: list[SigningKey], now: datetime) -> str:
    if key.signs_from > now:
        return "It had signed nothing."
    return ring.loss(_last_signed_at(key, keys), now)


def _last_signed_at(key: SigningKey, keys: list[SigningKey]) -> datetime:
    """For a key that has signed and does not sign any more."""
    newer = keys[keys.index(key) + 1 :]
    return min(each.signs_from for each in newer)


def _state_of_token_key(last_signed_at: datetime, now: datetime) -> str:
    return f"verifies; its last token {_expires(last_signed_at + LIFETIME, now)}"


def _loss_of_tokens(last_signed_at: datetime, now: datetime) -> str:
    last = last_signed_at + LIFETIME
    if last <= now:
        return f"Its last token {_expires(last, now)}."
    return (
        f"Its last token would have been good until {utc(last)}; "
        "every process refuses it in ten seconds."
    )


def _expires(last: datetime, now: datetime) -> str:
    return f"{'expired' if last <= now else 'expires'} at {utc(last)}"


def utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%SZ}"


TOKENS = Ring("keys", SETTLING, _state_of_token_key, _loss_of_tokens)
