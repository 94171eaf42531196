"""Masks faults: clients learn little of them, our logs everything."""

import logging
from typing import Any, Protocol

from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import MaskErrors
from strawberry.schema.exceptions import (
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
)

from domain.errors import TooManyAtOnceError, UnknownCustomerError
from persistence.outages import is_unavailable
from resolvers.faults import FaultError, rate_limited, unavailable
from resolvers.texts import localize

logger = logging.getLogger(__name__)

# What Strawberry raises for an operation that cannot be executed.
NOT_EXECUTABLE = (
    GraphQLError,
    MissingQueryError,
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
)


class MaskContext(Protocol):
    """What is read of an operation's context."""

    request_id: str

    @property
    def locale(self) -> str: ...


class FaultMask(MaskErrors):
    """Masks what graphql-core has run."""

    def _process_errors(self, errors: list[GraphQLError]) -> list[GraphQLError]:
        context = self.execution_context
        hide = context.schema.config.disable_field_suggestions
        return masked(errors, context.context, hide_suggestions=hide)


def masked(
    errors: list[GraphQLError], context: MaskContext, *, hide_suggestions: bool
) -> list[GraphQLError]:
    """Shows clients their own mistakes; logs our faults and shows only a request id."""
    return [_shown(error, context, hide_suggestions) for error in errors]


def _shown(
    error: GraphQLError, context: MaskContext, hide_suggestions: bool
) -> GraphQLError:
    original = error.original_error
    fault = error if original is None else original
    if isinstance(fault, TooManyAtOnceError):
        fault = rate_limited(seconds=1)
    elif is_unavailable(original):
        _log_unavailable(error)
        fault = unavailable()
    if isinstance(fault, FaultError):
        return _like(error, fault.localized(context.locale), fault.extensions)
    if error.path is None and _cannot_be_read(original):
        return _like(error, "It cannot be read.", {"code": "BAD_USER_INPUT"})
    if isinstance(original, UnknownCustomerError):
        message = localize("sign_in_again", context.locale)
        return _like(error, message, {"code": "UNAUTHENTICATED"})
    if original is not None and not isinstance(original, NOT_EXECUTABLE):
        return _masked_fault(error, original, context)
    if error.extensions and "code" in error.extensions:
        return error
    message = error.message
    if hide_suggestions:
        # Strawberry leaves suggestions of arguments, types and enums in.
        message = message.split(" Did you mean ")[0]
    # A copy: other operations may share this error, kept with its document.
    return _like(error, message, {"code": "BAD_USER_INPUT"})


def _cannot_be_read(error: Exception | None) -> bool:
    """Too deep, or a number with thousands of digits.

    graphql-core finds that out before any resolver. The generator of a subscription
    raises without a path, too, but not from there.
    """
    if isinstance(error, ValueError):
        return _raised_in(error).partition(".")[0] == "graphql"
    return isinstance(error, RecursionError)


def _raised_in(error: Exception) -> str:
    """The name of the module."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else str(trace.tb_frame.f_globals.get("__name__"))


def _log_unavailable(error: GraphQLError) -> None:
    """A line, not a traceback: there may be thousands, all alike."""
    logger.warning(
        "a server is unavailable: %r",
        error.original_error,
        extra={"path": error.path},
    )


def _masked_fault(
    error: GraphQLError, original: Exception, context: MaskContext
) -> GraphQLError:
    request_id = context.request_id
    logger.error(
        "a resolver failed",
        extra={"request_id": request_id, "path": error.path},
        exc_info=original,
    )
    return _like(
        error,
        localize("INTERNAL", context.locale),
        {"code": "INTERNAL", "requestId": request_id},
    )


def _like(
    error: GraphQLError, message: str, extensions: dict[str, Any] | None
) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
