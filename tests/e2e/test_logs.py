"""The logs of a whole run at level DEBUG are JSON and contain no secret."""

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
from tests.support.run import RunUnderTest, copied_run
from tests.support.running_service import RunningService


@dataclass
class Person:
    """Requests of a person, and every secret that they contain."""

    url: str
    http: httpx2.AsyncClient
    secrets: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def secret(self) -> str:
        secret = f"secret-{secrets.token_hex(8)}"
        self.secrets.append(secret)
        return secret

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

    async def tokens_from(self, document: str, **input_: str) -> str:
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
def debug_run(
    planted: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunUnderTest]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOG_LEVEL", "DEBUG")
        with copied_run(planted, tmp_path_factory.mktemp("logs")) as run:
            yield run


async def act(person: Person, service: RunningService, database_url: str) -> None:
    ana = {"email": "ana.logs@cinema.example", "password": person.secret()}
    token = await person.tokens_from(SIGN_UP, name="Ana", **ana)
    await person.tokens_from(SIGN_IN, **ana)
    await refuse(person, ana, token)
    await send_nonsense(person, token)
    await renew(person)
    await crash(person, ana, database_url)
    async with service.customer(0) as customer:
        session, seats = await service.session(customer)
        held = await customer.reserve(session, seats[0])
        await customer.approve(await customer.payment_of(held["id"]))
    person.secrets += service.tokens(1)[0].split(".")[-1:]


async def refuse(person: Person, ana: dict[str, str], token: str) -> None:
    for input_ in (
        ana | {"password": person.secret()},  # wrong
        {"email": f"{person.secret()}@nobody.example", "password": person.secret()},
        ana | {"password": f"{person.secret()}\u0000"},
        ana | {"password": f"{person.secret()}\ud800"},
        ana | {"password": [person.secret()]},
        ana | {"pasword": person.secret()},
    ):
        await person.post({"query": SIGN_IN, "variables": {"input": input_}})
    await person.post(
        {"query": SIGN_UP, "variables": {"input": ana | {"name": "Ana Again"}}}
    )
    for authorization in (
        f"Bearer {token}x",
        f"Bearer {person.secret()}.{person.secret()}.{person.secret()}",
        f"Basic {person.secret()}",
        person.secret(),
    ):
        await person.post({"query": "{ me { id } }"}, authorization=authorization)


async def renew(person: Person) -> None:
    """Refresh tokens: a valid one, the same again, invented ones."""
    used = person.secrets[-1]
    for token in (used, used, person.secret(), [person.secret()]):
        body = {"query": REFRESH_TOKENS, "variables": {"token": token}}
        answer = (await person.post(body)).get("data") or {}
        if renewed := (answer.get("refreshTokens") or {}).get("refreshToken"):
            person.secrets.append(renewed)
    for ending in (
        f'signOut(refreshToken: "{person.secrets[-1]}")',
        f'exchangeSignInCode(code: "{person.secret()}") {{ __typename }}',
    ):
        await person.post({"query": f"mutation {{ {ending} }}"})
    address = person.url.replace("graphql", "sign-in/google/callback")
    brought_back = {"code": person.secret(), "state": person.secret()}
    await person.http.get(address, params=brought_back)


async def send_nonsense(person: Person, token: str) -> None:
    password = person.secret()
    inline = f'mutation {{ signIn(input: {{email: "a@b.c", password: "{password}"'
    for body in (
        f'{{"query": "{person.secret()}',
        json.dumps({"query": f"{inline} }}) {{ nothing }} }}"}),
        json.dumps({"query": inline}),
        json.dumps({"query": SIGN_IN, "variables": person.secret()}),
        json.dumps(person.secret()),
    ):
        await person.post(body)
    address = {"access_token": token, "query": f'{{ movie(id: "{person.secret()}") }}'}
    await person.http.get(person.url, params=address)
    await person.http.get(person.url.replace("graphql", f"nowhere/{token}"))
    initialise = {"type": "connection_init", "payload": {"authorization": token}}
    await person.socket(f"?token={token}", initialise)
    good = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
    payload = {"query": inline, "variables": {"token": person.secret()}}
    ask = {"id": "1", "type": "subscribe", "payload": payload}
    await person.socket("", good, ask, person.secret())


async def crash(person: Person, ana: dict[str, str], database_url: str) -> None:
    """Renames the table, so that Postgres and the API log errors."""
    db = await asyncpg.connect(database_url)
    await db.execute("ALTER TABLE accounts RENAME TO accounts_gone")
    bruno = {"email": "b@cinema.example", "password": person.secret(), "name": "Bruno"}
    inline = f'email: "{ana["email"]}", password: "{ana["password"]}"'
    await person.post({"query": SIGN_IN, "variables": {"input": ana}})
    await person.post({"query": SIGN_UP, "variables": {"input": bruno}})
    query = f"mutation {{ signIn(input: {{{inline}}}) {{ __typename }} }}"
    await person.post({"query": query})
    await db.execute("ALTER TABLE accounts_gone RENAME TO accounts")
    # The table refuses the row, which contains a hash of the password.
    await db.execute(
        "ALTER TABLE accounts ADD CONSTRAINT ck_none CHECK (id IS NULL) NOT VALID"
    )
    await person.post({"query": SIGN_UP, "variables": {"input": bruno}})
    await db.execute("ALTER TABLE accounts DROP CONSTRAINT ck_none")
    await db.close()


async def test_no_log_has_a_secret_and_each_fault_is_found_by_its_id(
    debug_run: RunUnderTest,
) -> None:
    service = RunningService(debug_run)
    settings = debug_run.settings()
    async with httpx2.AsyncClient(timeout=30) as http:
        person = Person(service.url, http)
        await act(person, service, settings["DATABASE_URL"])
    password = settings["DATABASE_URL"].split("@")[0].rsplit(":")[-1]
    assert debug_run.end(signal.SIGTERM) == (0, "")

    logs = {
        file.name: file.read_text("utf-8", "replace")
        for file in (debug_run.folder / "logs").iterdir()
    }
    for name, text in logs.items():
        for secret in (*person.secrets, password, "$argon2", "PRIVATE KEY"):
            assert secret not in text, name
    assert 'relation "accounts" does not exist' in logs["postgres.log"]
    assert len(person.failed) == 4
    lines = [json.loads(line) for line in logs["api.log"].splitlines()]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    faults = {line["request_id"] for line in lines if "exception" in line}
    assert faults == set(person.failed)
    operations = {(line["message"], line.get("outcome")) for line in lines}
    assert operations >= {
        ("operation", "ok"),
        ("operation", "refused"),
        ("operation", "failed"),
    }
    assert all(json.loads(line) for line in logs["worker.log"].splitlines())


def test_the_logs_are_for_their_owner(debug_run: RunUnderTest) -> None:
    folder: Path = debug_run.folder / "logs"

    assert folder.stat().st_mode & 0o077 == 0
