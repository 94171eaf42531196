"""What a client did wrong, past any union: errors with a code."""

from graphql import GraphQLError


def bad_user_input(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})


def unauthenticated() -> GraphQLError:
    return GraphQLError(
        "This needs somebody who is signed in.", extensions={"code": "UNAUTHENTICATED"}
    )


def forbidden() -> GraphQLError:
    return GraphQLError("This is for managers.", extensions={"code": "FORBIDDEN"})


def not_found() -> GraphQLError:
    """Of subscriptions: what their unions have no member for, their start refuses."""
    return GraphQLError(
        "It is not there, or not yours to know of.", extensions={"code": "NOT_FOUND"}
    )
