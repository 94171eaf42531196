"""Rings of keys that sign: files of a folder, which is read repeatedly."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from runtime.private_files import write_private

logger = logging.getLogger(__name__)

ALGORITHM: Final = "Ed25519"
# A new key signs only after every process has had time to read it.
SETTLING = timedelta(minutes=1)
READ_EVERY_SECONDS = 10.0
# A token's unknown key may be a new one. Anybody can send tokens with unknown keys, so
# all of them together make us read the folder at most once in this time.
READ_FOR_UNKNOWN_EVERY_SECONDS = 1.0
READABLE_BY_ALL = 0o004


class SigningKeyError(Exception):
    """A file or the folder cannot be used; the message names it."""


class NoSigningKeyError(SigningKeyError):
    """The folder has no key, or is not there."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    id: str  # its RFC 7638 thumbprint
    file: Path
    there_since: datetime
    pair: OKPKey = field(compare=False, repr=False)
    settling: timedelta

    @property
    def signs_from(self) -> datetime:
        return self.there_since + self.settling


def utc_now() -> datetime:
    return datetime.now(UTC)


class KeyRing:
    """The keys of the folder; raises SigningKeyError when it is made without a key.

    It keeps at least one key, whatever happens to the folder later. `id_length`: a key
    is known by so many characters of its id; None: by all of it.
    """

    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        settling: timedelta = SETTLING,
        id_length: int | None = None,
    ) -> None:
        self._folder = folder
        self._now = now
        self._monotonic = monotonic
        self._settling = settling
        self._id_length = id_length
        self._keys = self._by_id(read_keys(folder, settling))
        self._read_at = monotonic()

    def keys(self) -> Mapping[str, SigningKey]:
        """By id, the oldest first; the same object until a key is added or deleted."""
        self._read_again_after(READ_EVERY_SECONDS)
        return self._keys

    def signing(self) -> SigningKey:
        return signing_key(list(self.keys().values()), self._now())

    def find(self, key_id: str) -> SigningKey | None:
        if key_id not in self.keys():
            self._read_again_after(READ_FOR_UNKNOWN_EVERY_SECONDS)
        return self._keys.get(key_id)

    def public(self) -> dict[str, Any]:
        """As a JWK Set (RFC 7517)."""
        return {
            "keys": [
                key.pair.as_dict(private=False, kid=key_id, use="sig", alg=ALGORITHM)
                for key_id, key in self.keys().items()
            ]
        }

    def _read_again_after(self, seconds: float) -> None:
        now = self._monotonic()
        if now - self._read_at < seconds:
            return
        self._read_at = now
        # A file that cannot be read must not keep a deleted key in use.
        found = []
        try:
            for file in _files(self._folder):
                try:
                    found.append(load_key(file, self._settling))
                except SigningKeyError as error:
                    logger.error("a signing key is left out: %s", error)  # noqa: TRY400 # one line says all
        except OSError:
            logger.exception("the signing keys cannot be read again")
            return
        keys = self._by_id(found)
        if not keys:
            logger.error("no signing key is left: the last ones stay in use")
        elif keys != self._keys:
            logger.info("signing keys: %s", ", ".join(key.id for key in found))
            self._keys = keys

    def _by_id(self, keys: Sequence[SigningKey]) -> dict[str, SigningKey]:
        return {key.id[: self._id_length]: key for key in keys}


def signing_key(keys: Sequence[SigningKey], now: datetime) -> SigningKey:
    """The newest that has settled; the oldest, if none has."""
    settled = [key for key in keys if key.signs_from <= now]
    return settled[-1] if settled else keys[0]


def read_keys(folder: Path, settling: timedelta = SETTLING) -> list[SigningKey]:
    """In order of file names, which begin with a time; raises SigningKeyError."""
    try:
        keys = [load_key(file, settling) for file in _files(folder)]
    except FileNotFoundError as error:
        raise NoSigningKeyError(f"{folder} holds no key") from error
    except OSError as error:
        raise SigningKeyError(f"{folder} cannot be read ({error.strerror})") from error
    if not keys:
        raise NoSigningKeyError(f"{folder} holds no key")
    return keys


def load_key(file: Path, settling: timedelta = SETTLING) -> SigningKey:
    """From an Ed25519 private key in PEM; raises SigningKeyError."""
    try:
        state = file.stat()
        pair = OKPKey.import_key(file.read_bytes())
    except (OSError, ValueError, TypeError, JoseError) as error:
        raise SigningKeyError(
            f"{file} cannot be read as a private key in PEM"
        ) from error
    if not pair.is_private or pair.curve_name != ALGORITHM:
        raise SigningKeyError(f"{file} holds no Ed25519 private key")
    if state.st_mode & READABLE_BY_ALL:
        raise SigningKeyError(f"everybody can read {file}: `chmod 600` it")
    there_since = datetime.fromtimestamp(state.st_mtime, UTC)
    return SigningKey(pair.thumbprint(), file, there_since, pair, settling)


def make_first_key(folder: Path) -> None:
    """Makes the folder, too. Does nothing if it has a key."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if not _files(folder):
        make_key(folder)


def make_key(folder: Path, settling: timedelta = SETTLING) -> SigningKey:
    pair = OKPKey.generate_key(ALGORITHM)
    file = folder / f"{file_time(utc_now())}-{pair.thumbprint()}.pem"
    folder.mkdir(mode=0o700, exist_ok=True)
    write_private(file, pair.as_pem(private=True).decode())
    return load_key(file, settling)


def file_time(moment: datetime) -> str:
    """The beginning of a key's file name: names sort by time."""
    return f"{moment:%Y%m%dT%H%M%SZ}"


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix == ".pem")
