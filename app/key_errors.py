"""Turns errors of signing keys into one sentence at the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from auth.signing_keys import NoSigningKeyError, SigningKeyError
from runtime.errors import CommandError


@contextmanager
def key_errors_explained(setting: str, command: str) -> Iterator[None]:
    """`command` makes keys in the folder that `setting` names."""
    try:
        yield
    except NoSigningKeyError as error:
        raise CommandError(
            f"{setting}: {error}: make one with `python -m app {command} rotate`."
        ) from error
    except SigningKeyError as error:
        raise CommandError(f"{setting}: {error}.") from error
