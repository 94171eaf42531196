"""Refusals and faults of the whole program in three languages, over both transports."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from tests.support.http_client import ask
from tests.support.running_service import RunningService
from tests.support.socket_client import graphql_socket, subscribe

UNKNOWN_ID = "9b2f4b0e-0000-4000-8000-000000000000"
REFUSALS = f"""mutation ($seats: [ID!]!) {{
  signUp(input: {{email: "ana", password: "correct-horse", name: "Ana"}}) {{
    ...problem
  }}
  reserveSeats(input: {{sessionId: "{UNKNOWN_ID}", seatIds: $seats}}) {{ ...problem }}
  cancelReservation(input: {{reservationId: "{UNKNOWN_ID}"}}) {{ ...problem }}
}}
fragment problem on Problem {{
  code message
  ... on InvalidInput {{ fields {{ path message }} }}
  ... on TooManySeats {{ limit }}
}}"""
FAULT = "{ rooms(first: 0) { totalCount } }"
WORDS = {
    "en": (
        "Some of the input is not valid.",
        "Enter a valid e-mail address.",
        "You can reserve up to 8 seats at a time.",
        "It does not exist, or it is not yours.",
        "`first` must be from 1 to 100.",
    ),
    "pt-BR": (
        "Alguns dos dados informados não são válidos.",
        "Informe um e-mail válido.",
        "É possível reservar até 8 assentos por vez.",
        "Não existe ou não pertence a você.",
        "`first` deve estar entre 1 e 100.",
    ),
    "es": (
        "Algunos de los datos indicados no son válidos.",
        "Indique un correo electrónico válido.",
        "Se pueden reservar hasta 8 asientos por vez.",
        "No existe o no le pertenece.",
        "`first` debe estar entre 1 y 100.",
    ),
}
Answer = dict[str, Any]
Ask = Callable[[RunningService, str, str], Awaitable[Answer]]


def variables_of(document: str) -> Answer:
    return {"seats": [UNKNOWN_ID] * 9} if document == REFUSALS else {}


async def by_http(service: RunningService, language: str, document: str) -> Answer:
    [token] = service.tokens(1)
    async with httpx2.AsyncClient() as http:
        response = await ask(
            http,
            document,
            variables_of(document),
            token=token,
            url=service.url,
            **{"accept-language": language},
        )
    answer: Answer = response.json()
    return answer


async def by_socket(service: RunningService, language: str, document: str) -> Answer:
    [token] = service.tokens(1)
    init = {"authorization": f"Bearer {token}", "locale": language}
    async with graphql_socket(service.socket_url, init) as socket:
        await subscribe(socket, document, variables_of(document))
        answer: Answer = json.loads(await socket.recv())["payload"]
    return answer


@pytest.mark.parametrize("by", [by_http, by_socket])
@pytest.mark.parametrize(
    ("language", "locale"), [("en-GB", "en"), ("pt", "pt-BR"), ("es-MX", "es")]
)
async def test_words_change_and_codes_and_facts_do_not(
    service: RunningService, by: Ask, language: str, locale: str
) -> None:
    refused = (await by(service, language, REFUSALS))["data"]
    [fault] = (await by(service, language, FAULT))["errors"]

    invalid, email, too_many, not_found, first = WORDS[locale]
    assert refused == {
        "signUp": {
            "code": "INVALID_INPUT",
            "message": invalid,
            "fields": [{"path": ["email"], "message": email}],
        },
        "reserveSeats": {"code": "TOO_MANY_SEATS", "message": too_many, "limit": 8},
        "cancelReservation": {"code": "NOT_FOUND", "message": not_found},
    }
    assert fault["message"] == first
    assert fault["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_an_answer_says_its_language(service: RunningService) -> None:
    async with httpx2.AsyncClient() as http:
        response = await http.get(
            service.url,
            params={"query": "{ __typename }"},
            headers={"accept-language": "de, es-AR;q=0.8, en;q=0.5"},
        )

    assert response.headers["content-language"] == "es"
    assert response.headers["vary"] == "Accept, Accept-Language"
