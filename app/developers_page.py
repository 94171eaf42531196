"""The page /developers: links to all that this process serves."""

from base64 import b64encode
from hashlib import sha256
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse
from starlette.routing import BaseRoute, Route

from app.explorer import PROTECTION
from app.settings import Settings

ROOT = Path(__file__).parents[1]
POSSIBLE_TYPES = "/possible-types.json"
STYLE = """
body { max-width: 42rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui; }
dt { font-weight: bold; } dd { margin: 0 0 0.75rem; }
:root { color-scheme: light dark; }
"""
HEADERS = PROTECTION | {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        f"default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors 'none'; "
        f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
    ),
}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>For developers - Cinema tickets</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main>
<h1>For developers</h1>
<p>A ticket service that speaks GraphQL at <code>/graphql</code>: queries and mutations
over HTTP, live seat maps over WebSockets (graphql-transport-ws). A hold lasts 30
seconds; a payment turns it into a sale, once.</p>
<dl>
{links}
</dl>
</main>
</body>
</html>
"""


def routes(settings: Settings) -> list[BaseRoute]:
    """The page, and the files that it links to; no schema without introspection."""
    links: dict[str, str] = {}
    files: list[BaseRoute] = []
    if settings.explorer:
        links["/graphiql"] = "The explorer: run the API in your browser, by examples."
    if settings.introspection:
        links["/schema.graphql"] = "The schema, with a description of everything in it."
        files.append(_file("/schema.graphql", "schema/schema.graphql", "text/plain"))
    links[POSSIBLE_TYPES] = "The members of unions and interfaces, for client caches."
    if (ROOT / "docs" / "api.md").is_file():  # the image has no docs/
        links["/docs/api.md"] = "How to use the API well."
        files.append(_file("/docs/api.md", "docs/api.md", "text/markdown"))
    links |= {
        "/healthz": "Whether the process lives.",
        "/readyz": "Whether it can sell, and what it lacks.",
        "/metrics": "What it counts, for Prometheus.",
        "/.well-known/jwks.json": "The public keys of its tokens.",
        "/.well-known/ticket-keys": "The public keys of its tickets, for gates.",
    }
    page = PAGE.format(style=STYLE, links="\n".join(map(_link, links, links.values())))

    async def page_of_links(_request: Request) -> HTMLResponse:
        return HTMLResponse(page, headers=HEADERS)

    return [Route("/developers", page_of_links), *files]


async def possible_types(_request: Request) -> FileResponse:
    """Served without introspection too: answers name these types anyway."""
    return FileResponse(
        ROOT / "schema" / "possible-types.json",
        media_type="application/json",
        headers={"Cache-Control": "public, max-age=60"},
    )


def _link(path: str, text: str) -> str:
    return f'<dt><a href="{path}">{path}</a></dt><dd>{escape(text)}</dd>'


def _file(path: str, name: str, media_type: str) -> Route:
    async def answer(_request: Request) -> FileResponse:
        return FileResponse(ROOT / name, media_type=media_type, headers=HEADERS)

    return Route(path, answer)
