"""GraphiQL at /graphiql, as `make explorer` builds it from web/explorer."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

BUILT = Path(__file__).parents[1] / "web" / "explorer" / "dist"
NOT_BUILT = (
    "The explorer is not there: it was not built. "
    "`make explorer` builds it, or says why it cannot.\n"
)
PROTECTION = {
    # The editor, Monaco, makes style elements while it runs, and its style sheet
    # contains fonts and images.
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
        "img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# Of a file whose name contains a hash of its content, so that it never changes.
FOR_EVER = "public, max-age=31536000, immutable"


def routes(built: Path = BUILT) -> list[BaseRoute]:
    def page(name: str, media_type: str) -> Callable[[Request], Awaitable[Response]]:
        async def answer(_request: Request) -> Response:
            file = built / name
            if not file.is_file():
                return PlainTextResponse(NOT_BUILT, 503)
            headers = PROTECTION | {"Cache-Control": "no-cache"}
            return FileResponse(file, media_type=media_type, headers=headers)

        return answer

    return [
        Route("/graphiql", page("index.html", "text/html")),
        # Of the packages in the page: their texts go with copies.
        Route("/graphiql/licences.md", page("licences.md", "text/plain")),
        Mount("/graphiql/assets", _Assets(directory=built / "assets", check_dir=False)),
    ]


class _Assets(StaticFiles):
    async def check_config(self) -> None:
        """Allows a folder that was not built: its files are not found (404)."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update(PROTECTION)
        response.headers["Cache-Control"] = FOR_EVER
        return response
