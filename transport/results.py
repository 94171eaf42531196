"""Results of operations and faults, in the form that clients receive."""

from typing import Any

from graphql import GraphQLError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from persistence.outages import is_unavailable
from resolvers.faults import FaultError, unavailable
from resolvers.languages import locale_for
from resolvers.texts import ENGLISH, localize, translated
from telemetry.process_metrics import ERRORS
from transport.faults import NOT_EXECUTABLE
from transport.json_text import encode
from transport.operation_run import Outcome

Errors = list[dict[str, Any]]

BAD_USER_INPUT = "BAD_USER_INPUT"
INTERNAL = "INTERNAL"
UNAVAILABLE = "UNAVAILABLE"
RATE_LIMITED = "RATE_LIMITED"
UNAUTHENTICATED = "UNAUTHENTICATED"

SERVER_FAULTS = frozenset({INTERNAL, UNAVAILABLE})

# Strawberry wraps these when it streams, and raises them when it does not.
CLIENT_FAULTS = (*NOT_EXECUTABLE, RecursionError)


class OperationFailedError(Exception):
    """The operation ended, or never began, with these errors."""

    def __init__(self, errors: Errors) -> None:
        super().__init__(errors)
        self.errors = errors


def error(message: str, code: str, **facts: str) -> Errors:
    return [{"message": message, "extensions": {"code": code, **facts}}]


def internal_error(request_id: str) -> Errors:
    """All that a client learns of a bug."""
    return error(localize("INTERNAL", ENGLISH), INTERNAL, requestId=request_id)


def server_fault(error: BaseException | None, request_id: str) -> Errors:
    """An unavailable server, or a bug."""
    if not is_unavailable(error):
        return internal_error(request_id)
    return of_fault(unavailable())


def of_fault(fault: FaultError) -> Errors:
    return [{"message": fault.message, "extensions": fault.extensions}]


def counted(errors: Errors) -> Errors:
    """The same errors, counted: call it once, where they are sent to a client."""
    for each in errors:
        ERRORS.labels((each.get("extensions") or {}).get("code")).inc()
    return errors


def codes(errors: Errors) -> set[str | None]:
    return {(each.get("extensions") or {}).get("code") for each in errors}


def unauthenticated() -> Errors:
    """The exact reason is only logged: it would help those who guess tokens."""
    return error(localize("sign_in_again", ENGLISH), UNAUTHENTICATED)


def in_language(errors: Errors, accept_language: str | None) -> Errors:
    """Translates errors that were made without a caller, in English."""
    locale = locale_for(accept_language)
    return [{**each, "message": translated(each["message"], locale)} for each in errors]


def formatted(errors: list[GraphQLError] | None) -> Errors:
    return [dict(each.formatted) for each in errors or ()]


def never_began(result: ExecutionResult) -> bool:
    """True when no resolver was called: then the response carries no `data`.

    Invalid variables come as an ordinary result, whose errors have no path.
    """
    if isinstance(result, PreExecutionError):
        return True
    errors = result.errors or ()
    return bool(errors) and result.data is None and all(e.path is None for e in errors)


def bug_in(result: ExecutionResult) -> Exception | None:
    """An exception from outside any resolver.

    A document that is too deep is the client's fault, although Python raises it.
    """
    if isinstance(result, PreExecutionError):
        for each in result.errors or ():
            cause = each.original_error
            if cause is not None and not isinstance(cause, CLIENT_FAULTS):
                return cause
    return None


def codes_in(result: ExecutionResult) -> set[str | None]:
    bug = bug_in(result)
    if bug is not None:
        return codes(server_fault(bug, ""))
    return {(each.extensions or {}).get("code") for each in result.errors or ()}


def outcome(codes: set[str | None]) -> Outcome:
    if not codes:
        return "ok"
    return "refused" if codes.isdisjoint(SERVER_FAULTS) else "failed"


def payload_of(result: ExecutionResult) -> dict[str, Any]:
    payload: dict[str, Any] = {}
    if not never_began(result):
        payload["data"] = result.data
    if result.errors:
        payload["errors"] = counted(formatted(result.errors))
    if result.extensions:
        payload["extensions"] = result.extensions
    return payload


def encoded(result: ExecutionResult) -> bytes:
    """A copy: what orjson returns keeps its whole buffer, 4 KiB or more."""
    return bytes(memoryview(encode(payload_of(result))))
