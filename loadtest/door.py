"""The door: each ticket is scanned by two gates at the same moment."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from app.commands import ticket_keys
from app.scanner.documents import CHECK_IN
from auth.signing_keys import KeyRing
from auth.ticket_keys import TicketKeys, ticket_ring
from auth.tokens import LOAD_TEST_LIFETIME, TokenIssuer
from domain.people import Role, Viewer
from loadtest import api_client, http_stream, measurements, plan
from loadtest.measurements import Answer, Wave
from loadtest.report import Report
from loadtest.sold_tickets import SoldTickets, sell, used
from loadtest.target import Target, find
from runtime import run_file

SESSIONS, SEATS = 10, 1_000
SIDES = ("North", "South")  # each ticket is scanned at both


def run(environ: Mapping[str, str], users: int) -> Report:
    """`users` gates on each side."""
    return asyncio.run(_run(environ, users))


async def _run(environ: Mapping[str, str], users: int) -> Report:
    database_url = run_file.require(environ, "DATABASE_URL")
    keys = Path(run_file.require(environ, "SIGNING_KEYS_DIR"))
    target = find(environ, 1)
    sold = await sell(database_url, SESSIONS, SEATS)
    usher = Viewer(sold.usher, Role.USHER)
    token = TokenIssuer(KeyRing(keys), LOAD_TEST_LIFETIME).issue(usher).text
    codes = TicketKeys(ticket_ring(ticket_keys.folder_of(environ)))
    requests = [
        _request(target, token, codes.code(ticket, 1), side)
        for ticket in sold.ids
        for side in SIDES
    ]
    wave = Wave(tuple(await _scan(target, requests, users)))
    row = measurements.row("checkIn", [wave], ["CheckedIn"], ["AlreadyCheckedIn"])
    return Report(
        f"The door: {len(sold.ids):,} tickets, {users} gates on each of two sides",
        [row],
        [f"All of them took {wave.seconds:.1f} s."],
        [*_complaints(wave, sold, await used(database_url, sold))],
    )


def _complaints(wave: Wave, sold: SoldTickets, in_database: int) -> Iterator[str]:
    checked_in = Counter(
        answer.user // len(SIDES)
        for answer in wave.answers
        if answer.outcome == "CheckedIn"
    )
    others = [
        answer.outcome
        for answer in wave.answers
        if answer.outcome not in {"CheckedIn", "AlreadyCheckedIn"}
    ]
    if twice := [number for number, times in checked_in.items() if times > 1]:
        yield f"{len(twice)} tickets were checked in twice."
    if missing := len(sold.ids) - len(checked_in):
        yield f"{missing} tickets were not checked in."
    if others:
        yield f"{len(others)} other answers, such as {others[0]}."
    if in_database != len(sold.ids):
        yield f"{in_database} of {len(sold.ids)} tickets are used in the database."


def _request(target: Target, token: str, code: str, gate: str) -> bytes:
    body = api_client.ask(CHECK_IN, {"input": {"code": code, "gate": gate}})
    headers = {"Host": target.authority, **api_client.headers(token)}
    return http_stream.post(target.path, headers, body)


async def _scan(target: Target, requests: Sequence[bytes], users: int) -> list[Answer]:
    """Both scans of a ticket begin at the same moment, on two connections."""
    answers: list[Answer] = []
    numbers = [iter(range(side, len(requests), len(SIDES))) for side in range(2)]

    async def gate(side: int) -> None:
        reader, writer = await asyncio.open_connection(target.host, target.port)
        for number in numbers[side]:
            began = time.monotonic()
            writer.write(requests[number])
            status, body = await http_stream.read_answer(reader)
            answers.append(Answer(number, began, time.monotonic(), status, body))
        writer.close()

    gates = [gate(side) for _ in range(users) for side in range(len(SIDES))]
    async with asyncio.timeout(plan.WAVE_TIMEOUT * len(SIDES)):
        await asyncio.gather(*gates)
    return answers
