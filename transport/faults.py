"""Masks faults: clients learn little of them, our logs everything."""

import logging
from typing import Any

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


class FaultMask(MaskErrors):
    """Shows clients their own mistakes; logs our faults and shows only a request id."""

    def _process_errors(self, errors: list[GraphQLError]) -> list[GraphQLError]:
        return [self._shown(error) for error in errors]

    def _shown(self, error: GraphQLError) -> GraphQLError:
        original = error.original_error
        fault = error if original is None else original
        if isinstance(fault, TooManyAtOnceError):
            fault = rate_limited(seconds=1)
        elif is_unavailable(original):
            self._log_unavailable(error)
            fault = unavailable()
        if isinstance(fault, FaultError):
            return _like(error, fault.localized(self._locale), fault.extensions)
        if isinstance(original, RecursionError | ValueError) and error.path is None:
            # Before any resolver: too deep, or a number with thousands of digits.
            return _like(error, "It cannot be read.", {"code": "BAD_USER_INPUT"})
        if isinstance(original, UnknownCustomerError):
            message = localize("sign_in_again", self._locale)
            return _like(error, message, {"code": "UNAUTHENTICATED"})
        if original is not None and not isinstance(original, NOT_EXECUTABLE):
            return self._masked(error, original)
        if error.extensions and "code" in error.extensions:
            return error
        message = error.message
        if self.execution_context.schema.config.disable_field_suggestions:
            # Strawberry leaves suggestions of arguments, types and enums in.
            message = message.split(" Did you mean ")[0]
        # A copy: other operations may share this error, kept with its document.
        return _like(error, message, {"code": "BAD_USER_INPUT"})

    def _log_unavailable(self, error: GraphQLError) -> None:
        """A line, not a traceback: there may be thousands, all alike."""
        logger.warning(
            "a server is unavailable: %r",
            error.original_error,
            extra={"path": error.path},
        )

    def _masked(self, error: GraphQLError, original: Exception) -> GraphQLError:
        request_id = self.execution_context.context.request_id
        logger.error(
            "a resolver failed",
            extra={"request_id": request_id, "path": error.path},
            exc_info=original,
        )
        return _like(
            error,
            localize("INTERNAL", self._locale),
            {"code": "INTERNAL", "requestId": request_id},
        )

    @property
    def _locale(self) -> str:
        locale: str = self.execution_context.context.locale
        return locale


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
