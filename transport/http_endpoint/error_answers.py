"""Answers that have only errors."""

from starlette.responses import Response

from transport import results
from transport.json_text import encode


def error_answer(
    status: int, errors: results.Errors, headers: dict[str, str] | None = None
) -> Response:
    return Response(encode({"errors": results.counted(errors)}), status, headers)


def failed_answer(errors: results.Errors) -> Response:
    """For a read that failed while it waited for its turn."""
    facts = errors[0]["extensions"]
    if facts["code"] == results.RATE_LIMITED:
        return error_answer(429, errors, {"Retry-After": str(facts["retryAfter"])})
    # The same answer as if it had run and the server had been unavailable.
    return Response(encode({"data": None, "errors": results.counted(errors)}))
