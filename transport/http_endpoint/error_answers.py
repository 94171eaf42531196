"""Answers that have nothing but errors."""

from starlette.responses import Response

from transport import results
from transport.json_text import encode


def error_answer(
    status: int, errors: results.Errors, headers: dict[str, str] | None = None
) -> Response:
    return Response(encode({"errors": results.counted(errors)}), status, headers)


def failed_answer(errors: results.Errors) -> Response:
    """Of a read that did not come to its turn."""
    facts = errors[0]["extensions"]
    if facts["code"] == results.RATE_LIMITED:
        return error_answer(429, errors, {"Retry-After": str(facts["retryAfter"])})
    # As if it had run, and met the server that is unavailable.
    return Response(encode({"data": None, "errors": results.counted(errors)}))
