"""Faults: GraphQL errors with a code, for what no union has a member."""

from graphql import GraphQLError

from resolvers.texts import ENGLISH, localize

RETRY_SECONDS = 2  # the fastest server needs about this long to come back


class FaultError(GraphQLError):
    """Its message is in English; transports put it in the client's language."""

    def __init__(self, code: str, rule: str | None = None, **facts: object) -> None:
        self.text = rule or code
        self.facts = facts
        super().__init__(self.localized(ENGLISH), extensions={"code": code})

    def localized(self, locale: str) -> str:
        return localize(self.text, locale, **self.facts)


def bad_user_input(rule: str, **facts: object) -> FaultError:
    return FaultError("BAD_USER_INPUT", rule, **facts)


def unauthenticated() -> FaultError:
    return FaultError("UNAUTHENTICATED")


def forbidden() -> FaultError:
    return FaultError("FORBIDDEN")


def forbidden_cinema() -> FaultError:
    return FaultError("FORBIDDEN", "forbidden_cinema")


def forbidden_box_office() -> FaultError:
    return FaultError("FORBIDDEN", "forbidden_box_office")


def forbidden_staff() -> FaultError:
    return FaultError("FORBIDDEN", "forbidden_staff")


def forbidden_network() -> FaultError:
    return FaultError("FORBIDDEN", "forbidden_network")


def not_found() -> FaultError:
    """For fields whose result types have no NotFound member."""
    return FaultError("NOT_FOUND")


def unavailable() -> FaultError:
    """A server is unavailable. The operation may have happened or not.

    Repeating it with the same idempotency key shows which.
    """
    fault = FaultError("UNAVAILABLE")
    fault.extensions = {"code": "UNAVAILABLE", "retryAfter": RETRY_SECONDS}
    return fault


def rate_limited(seconds: int) -> FaultError:
    fault = FaultError("RATE_LIMITED", seconds=seconds)
    fault.extensions = {"code": "RATE_LIMITED", "retryAfter": seconds}
    return fault
