"""Clients that offer HTTP/2 with every request, and go on without it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.support.asgi_server import speaking
from transport.server.http_limits import BoundedHttp

PATIENCE_SECONDS = 60
BODY = '{"query":"{ viewer { id } }"}'
# Its default version is HTTP/2, so it offers h2c.
JAVA = """
import java.net.URI;
import java.net.http.*;

public class Client {
    public static void main(String[] args) throws Exception {
        var client = HttpClient.newHttpClient();
        for (var body : new String[] {args[1], "second"}) {
            var request = HttpRequest.newBuilder(URI.create(args[0]))
                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
            System.out.println(
                client.send(request, HttpResponse.BodyHandlers.ofString()).body());
        }
    }
}
"""


async def echo(request: Request) -> JSONResponse:
    return JSONResponse((await request.body()).decode())


@pytest.fixture
async def url() -> AsyncIterator[str]:
    app = Starlette(routes=[Route("/", echo, methods=["POST"])])
    async with speaking(BoundedHttp, app) as port:
        yield f"http://127.0.0.1:{port}/"


async def output_of(*command: str) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        printed, complaints = await process.communicate()
    if b"does not support" in complaints or b"jdk.compiler" in complaints:
        pytest.skip(complaints.decode())
    assert process.returncode == 0, complaints
    return printed.decode()


@pytest.mark.parametrize(
    "framing", ["content-length: 29", "transfer-encoding: chunked"]
)
async def test_curl_is_answered(url: str, framing: str) -> None:
    printed = await output_of(
        "curl", "--silent", "--http2", "--header", framing, "--data", BODY, url, url
    )

    assert printed == '"{\\"query\\":\\"{ viewer { id } }\\"}"' * 2


async def test_java_is_answered(url: str, tmp_path: Path) -> None:
    source = tmp_path / "Client.java"
    source.write_text(JAVA)

    printed = await output_of("java", str(source), url, BODY)

    assert printed == '"{\\"query\\":\\"{ viewer { id } }\\"}"\n"second"\n'
