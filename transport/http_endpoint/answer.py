"""An answer, and how it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from starlette.types import Send

from transport import results
from transport.http_endpoint.http_request import HttpRequest
from transport.http_endpoint.negotiation import GRAPHQL_RESPONSE, JSON
from transport.json_text import encode
from transport.server.answer_headers import RawHeader

CONTENT_TYPES: dict[str, RawHeader] = {
    each: (b"content-type", f"{each}; charset=utf-8".encode())
    for each in (GRAPHQL_RESPONSE, JSON)
}
NONE: Mapping[str, str] = MappingProxyType({})
VARY: RawHeader = (b"vary", b"Accept, Accept-Language")


@dataclass(slots=True)
class Answer:
    body: bytes
    status: int = 200
    headers: Sequence[RawHeader] = ()

    async def send(self, request: HttpRequest, send: Send) -> None:
        headers = [
            (b"content-length", b"%d" % len(self.body)),
            CONTENT_TYPES[request.media_type],
            (b"x-request-id", request.id.encode()),
            (b"content-language", request.locale.encode()),
            VARY,
            *self.headers,
        ]
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": headers,
            }
        )
        await send({"type": "http.response.body", "body": self.body})


def error_answer(
    status: int, errors: results.Errors, headers: Mapping[str, str] = NONE
) -> Answer:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return Answer(encode({"errors": results.counted(errors)}), status, raw)


def failed_answer(errors: results.Errors) -> Answer:
    """For a read that failed while it waited for its turn."""
    facts = errors[0]["extensions"]
    if facts["code"] == results.RATE_LIMITED:
        return error_answer(429, errors, {"Retry-After": str(facts["retryAfter"])})
    # The same answer as if it had run and the server had been unavailable.
    return Answer(encode({"data": None, "errors": results.counted(errors)}))
