"""Turns errors of signing keys into one sentence at the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from auth.signing_keys import NoSigningKeyError, SigningKeyError
from runtime.errors import CommandError


@contextmanager
def key_errors_explained() -> Iterator[None]:
    try:
        yield
    except NoSigningKeyError as error:
        raise CommandError(
            f"SIGNING_KEYS_DIR: {error}: make one with `python -m app keys rotate`."
        ) from error
    except SigningKeyError as error:
        raise CommandError(f"SIGNING_KEYS_DIR: {error}.") from error
