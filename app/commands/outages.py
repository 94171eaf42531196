"""Turns the errors of an unavailable server into one sentence at the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from persistence.outages import is_unavailable
from runtime.errors import CommandError


@contextmanager
def outages_explained() -> Iterator[None]:
    """Raises CommandError for a server that does not answer.

    For commands that end: a process that stays up writes its log instead.
    """
    try:
        yield
    except Exception as error:
        if not is_unavailable(error):
            raise
        reason = str(error) or type(error).__name__
        raise CommandError(
            f"A server does not answer ({reason}). Whether anything was done is "
            "unknown: it is safe to run the command again."
        ) from error
