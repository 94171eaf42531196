"""What a client did wrong, past any union: errors with a code."""

from graphql import GraphQLError

from resolvers.texts import ENGLISH, localize

RETRY_SECONDS = 2  # about as long as the quickest of our servers takes to come back


class FaultError(GraphQLError):
    """In English, until it is told to somebody whose language is known."""

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


def not_found() -> FaultError:
    """Of subscriptions: what their unions have no member for, their start refuses."""
    return FaultError("NOT_FOUND")


def unavailable() -> FaultError:
    """A server is away: what was asked for has happened or not, the same key tells."""
    fault = FaultError("UNAVAILABLE")
    fault.extensions = {"code": "UNAVAILABLE", "retryAfter": RETRY_SECONDS}
    return fault


def rate_limited(seconds: int) -> FaultError:
    fault = FaultError("RATE_LIMITED", seconds=seconds)
    fault.extensions = {"code": "RATE_LIMITED", "retryAfter": seconds}
    return fault
