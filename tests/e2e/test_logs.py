"""The logs of a whole run, at their most talkative: JSON, and nobody's secret."""

import json
import secrets
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
import websockets

from loadtest.documents import REFRESH_TOKENS, SIGN_IN, SIGN_UP
from stack.embedded.ports import ReservedPort
from tests.support.run import RunUnderTest, started_run
from tests.support.running_service import RunningService

pytestmark = pytest.mark.xdist_group("run")


@dataclass
class Life:
    """What somebody does at the API, and each secret that this took."""

    url: str
    http: httpx2.AsyncClient
    secrets: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def secret(self) -> str:
        made = f"secret-{secrets.token_hex(8)}"
        self.secrets.append(made)
        return made

    async def post(self, body: Any, **headers: str) -> Any:
        content = body if isinstance(body, str) else json.dumps(body)
        answer = await self.http.post(
            self.url,
            content=content.encode("utf-8", "surrogatepass"),
            headers={"content-type": "application/json"} | headers,
        )
        for error in answer.json().get("errors", ()):
            if "requestId" in error["extensions"]:
                self.failed.append(error["extensions"]["requestId"])
        return answer.json()

    async def enter(self, document: str, **input_: str) -> str:
        answer = await self.post({"query": document, "variables": {"input": input_}})
        [tokens] = answer["data"].values()
        signature = tokens["accessToken"].rpartition(".")[2]
        self.secrets += [signature, tokens["refreshToken"]]
        return str(tokens["accessToken"])

    async def socket(self, query: str, *frames: Any) -> None:
        url = f"{self.url.replace('http', 'ws')}{query}"
        async with websockets.connect(
            url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]
        ) as socket:
            for frame in frames:
                await socket.send(
                    frame if isinstance(frame, str) else json.dumps(frame)
                )
                try:
                    await socket.recv()
                except websockets.ConnectionClosed:
                    return


@pytest.fixture(scope="module")
def talkative_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunUnderTest]:
    reserved = ReservedPort()
    folder = tmp_path_factory.mktemp("logs") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOG_LEVEL", "DEBUG")
        with started_run(folder, reserved.number) as run:
            run.wait_until_ready()
            yield run
    reserved.close()


async def live(life: Life, service: RunningService, database_url: str) -> None:
    ana = {"email": "ana.logs@cinema.example", "password": life.secret()}
    token = await life.enter(SIGN_UP, name="Ana", **ana)
    await life.enter(SIGN_IN, **ana)
    await refuse(life, ana, token)
    await send_nonsense(life, token)
    await renew(life)
    await crash(life, ana, database_url)
    async with service.customer(0) as customer:
        session, seats = await service.session(customer)
        held = await customer.reserve(session, seats[0])
        await customer.approve(await customer.payment_of(held["id"]))
    life.secrets += service.tokens(1)[0].split(".")[-1:]


async def refuse(life: Life, ana: dict[str, str], token: str) -> None:
    for input_ in (
        ana | {"password": life.secret()},  # wrong
        {"email": f"{life.secret()}@nobody.example", "password": life.secret()},
        ana | {"password": f"{life.secret()}\u0000"},
        ana | {"password": f"{life.secret()}\ud800"},
        ana | {"password": [life.secret()]},
        ana | {"pasword": life.secret()},
    ):
        await life.post({"query": SIGN_IN, "variables": {"input": input_}})
    await life.post(
        {"query": SIGN_UP, "variables": {"input": ana | {"name": "Ana Again"}}}
    )
    for authorization in (
        f"Bearer {token}x",
        f"Bearer {life.secret()}.{life.secret()}.{life.secret()}",
        f"Basic {life.secret()}",
        life.secret(),
    ):
        await life.post({"query": "{ me { id } }"}, authorization=authorization)


async def renew(life: Life) -> None:
    """Refresh tokens: a good one, the same once more, made up ones."""
    used = life.secrets[-1]
    for token in (used, used, life.secret(), [life.secret()]):
        body = {"query": REFRESH_TOKENS, "variables": {"token": token}}
        answer = (await life.post(body)).get("data") or {}
        if renewed := (answer.get("refreshTokens") or {}).get("refreshToken"):
            life.secrets.append(renewed)
    for ending in (
        f'signOut(refreshToken: "{life.secrets[-1]}")',
        f'exchangeSignInCode(code: "{life.secret()}") {{ __typename }}',
    ):
        await life.post({"query": f"mutation {{ {ending} }}"})
    address = life.url.replace("graphql", "sign-in/google/callback")
    brought_back = {"code": life.secret(), "state": life.secret()}
    await life.http.get(address, params=brought_back)


async def send_nonsense(life: Life, token: str) -> None:
    password = life.secret()
    inline = f'mutation {{ signIn(input: {{email: "a@b.c", password: "{password}"'
    for body in (
        f'{{"query": "{life.secret()}',
        json.dumps({"query": f"{inline} }}) {{ nothing }} }}"}),
        json.dumps({"query": inline}),
        json.dumps({"query": SIGN_IN, "variables": life.secret()}),
        json.dumps(life.secret()),
    ):
        await life.post(body)
    address = {"access_token": token, "query": f'{{ movie(id: "{life.secret()}") }}'}
    await life.http.get(life.url, params=address)
    await life.http.get(life.url.replace("graphql", f"nowhere/{token}"))
    initialise = {"type": "connection_init", "payload": {"authorization": token}}
    await life.socket(f"?token={token}", initialise)
    good = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
    payload = {"query": inline, "variables": {"token": life.secret()}}
    ask = {"id": "1", "type": "subscribe", "payload": payload}
    await life.socket("", good, ask, life.secret())


async def crash(life: Life, ana: dict[str, str], database_url: str) -> None:
    """The table is away: Postgres complains, and so do we."""
    db = await asyncpg.connect(database_url)
    await db.execute("ALTER TABLE accounts RENAME TO accounts_away")
    bruno = {"email": "b@cinema.example", "password": life.secret(), "name": "Bruno"}
    inline = f'email: "{ana["email"]}", password: "{ana["password"]}"'
    await life.post({"query": SIGN_IN, "variables": {"input": ana}})
    await life.post({"query": SIGN_UP, "variables": {"input": bruno}})
    query = f"mutation {{ signIn(input: {{{inline}}}) {{ __typename }} }}"
    await life.post({"query": query})
    await db.execute("ALTER TABLE accounts_away RENAME TO accounts")
    # A row that the table refuses, with a hash of the password in it.
    await db.execute(
        "ALTER TABLE accounts ADD CONSTRAINT ck_none CHECK (id IS NULL) NOT VALID"
    )
    await life.post({"query": SIGN_UP, "variables": {"input": bruno}})
    await db.execute("ALTER TABLE accounts DROP CONSTRAINT ck_none")
    await db.close()


async def test_no_log_has_a_secret_and_each_fault_is_found_by_its_id(
    talkative_run: RunUnderTest,
) -> None:
    service = RunningService(talkative_run)
    settings = talkative_run.settings()
    async with httpx2.AsyncClient(timeout=30) as http:
        life = Life(service.url, http)
        await live(life, service, settings["DATABASE_URL"])
    password = settings["DATABASE_URL"].split("@")[0].rsplit(":")[-1]
    assert talkative_run.end(signal.SIGTERM) == (0, "")

    logs = {
        file.name: file.read_text("utf-8", "replace")
        for file in (talkative_run.folder / "logs").iterdir()
    }
    for name, text in logs.items():
        for secret in (*life.secrets, password, "$argon2", "PRIVATE KEY"):
            assert secret not in text, name
    assert 'relation "accounts" does not exist' in logs["postgres.log"]
    assert len(life.failed) == 4
    lines = [json.loads(line) for line in logs["api.log"].splitlines()]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    faults = {line["request_id"] for line in lines if "exception" in line}
    assert faults == set(life.failed)
    told = {(line["message"], line.get("outcome")) for line in lines}
    assert told >= {
        ("operation", "ok"),
        ("operation", "refused"),
        ("operation", "failed"),
    }
    assert all(json.loads(line) for line in logs["worker.log"].splitlines())


def test_the_logs_are_for_their_owner(talkative_run: RunUnderTest) -> None:
    folder: Path = talkative_run.folder / "logs"

    assert folder.stat().st_mode & 0o077 == 0
