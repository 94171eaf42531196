"""The page for customers at /, as `make shop` builds it from web/shop."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from app.explorer import FOR_EVER, PROTECTION

BUILT = Path(__file__).parents[1] / "web" / "shop" / "dist"
NOT_BUILT = (
    "The shop is not there: it was not built. "
    "`make shop` builds it, or says why it cannot. Then start again.\n"
)
# Where its router (web/shop/src/router.ts) has a page.
PAGES = (
    *("/", "/movies/{id}", "/sessions/{id}", "/reservations/{id}", "/tickets"),
    *("/account", "/sign-in", "/sign-up", "/signed-in", "/forgot-password"),
    *("/reset-password", "/verify-email"),
)
HEADERS = PROTECTION | {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
        "worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Accept-Encoding",
}
ALWAYS_ASK = "no-cache"
CODINGS = {"br": ".br", "gzip": ".gz"}  # the best first
# Not from the machine's list of types: an image has none, and Python's own is short.
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".md": "text/plain",  # browsers show it, and would save Markdown
    ".svg": "image/svg+xml",
}


def routes(built: Path = BUILT) -> list[BaseRoute]:
    """Reads all files, some hundred KiB, once: a page is built before the start."""
    files = dict(_read(built))
    index = files.pop("/index.html", None)
    answers = dict.fromkeys(PAGES, index or _not_built) | files
    return [Route(path, answer, methods=["GET"]) for path, answer in answers.items()]


def _not_built(_request: object) -> Response:
    return PlainTextResponse(NOT_BUILT, 503)


def _read(built: Path) -> Iterator[tuple[str, "_File"]]:
    for path in sorted(built.rglob("*")):
        if path.is_file() and path.suffix not in CODINGS.values():
            name = "/" + path.relative_to(built).as_posix()
            coded = {
                coding: _content(Path(f"{path}{suffix}"))
                for coding, suffix in CODINGS.items()
                if Path(f"{path}{suffix}").is_file()
            }
            cached = FOR_EVER if name.startswith("/assets/") else ALWAYS_ASK
            media_type = TYPES.get(path.suffix, "application/octet-stream")
            yield name, _File(_content(path), coded, media_type, cached)


def _content(path: Path) -> tuple[bytes, str]:
    """With its ETag: a hash, as all files of an image may have the same time."""
    content = path.read_bytes()
    return content, f'"{sha256(content).hexdigest()[:32]}"'


@dataclass(frozen=True, slots=True)
class _File:
    """An ASGI application that answers with one file."""

    plain: tuple[bytes, str]
    coded: Mapping[str, tuple[bytes, str]]
    media_type: str
    cached: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Headers(scope=scope)
        coding = _best_of(self.coded, asked.get("accept-encoding", ""))
        content, etag = self.coded[coding] if coding else self.plain
        headers = HEADERS | {"Cache-Control": self.cached, "ETag": etag}
        if coding:
            headers["Content-Encoding"] = coding
        if etag in asked.get("if-none-match", ""):
            answer = Response(status_code=304, headers=headers)
        else:
            answer = Response(content, headers=headers, media_type=self.media_type)
        await answer(scope, receive, send)


def _best_of(codings: Iterable[str], accepted: str) -> str | None:
    wanted = {
        name.strip().lower()
        for name, _, quality in (part.partition(";") for part in accepted.split(","))
        if quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    }
    return next((coding for coding in codings if coding in wanted), None)
