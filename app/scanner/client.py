"""What a gate asks the API."""

from collections.abc import Mapping
from typing import Any

import httpx2

from app.scanner.documents import CHECK_IN, GATE_LIST, SIGN_IN
from runtime.errors import CommandError

# A queue waits: then the gate judges alone.
SECONDS = 3.0


class NoConnectionError(Exception):
    """The API has not answered. What was asked for may have happened."""


class RefusedError(CommandError):
    """An error of the API, by its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class GateClient:
    """Signs in again when its token has expired."""

    def __init__(self, url: str, email: str, password: str) -> None:
        self._http = httpx2.Client(base_url=url, timeout=SECONDS)
        self._credentials = {"email": email, "password": password}
        self._token = ""

    def close(self) -> None:
        self._http.close()

    def keys(self) -> dict[str, Any]:
        """The public keys of codes, as a JWK Set."""
        return self._sent(self._http.build_request("GET", "/.well-known/ticket-keys"))

    def gate_list(self, session_id: str, since: str | None) -> Mapping[str, Any]:
        return self._ask(GATE_LIST, session=session_id, since=since)

    def check_in(self, **entered: str | None) -> Mapping[str, Any]:
        return self._ask(CHECK_IN, input=entered)

    def _ask(self, document: str, **variables: object) -> Mapping[str, Any]:
        if not self._token:
            self._sign_in()
        try:
            return self._post(document, variables)
        except RefusedError as error:
            if error.code != "UNAUTHENTICATED":
                raise
        self._sign_in()
        return self._post(document, variables)

    def _sign_in(self) -> None:
        self._token = ""
        answer = self._post(SIGN_IN, {"input": self._credentials})
        if "code" in answer:
            raise RefusedError(answer["code"], answer["message"])
        self._token = answer["accessToken"]

    def _post(self, document: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        body = {"query": document, "variables": variables}
        request = self._http.build_request(
            "POST", "/graphql", json=body, headers=headers
        )
        answer = self._sent(request)
        if errors := answer.get("errors"):
            code = errors[0]["extensions"]["code"]
            if code in {"UNAVAILABLE", "RATE_LIMITED", "INTERNAL"}:
                raise NoConnectionError(code)
            raise RefusedError(code, errors[0]["message"])
        [value] = answer["data"].values()
        return dict(value)

    def _sent(self, request: httpx2.Request) -> dict[str, Any]:
        try:
            response = self._http.send(request)
            answer = response.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise NoConnectionError(repr(error)) from error
        if not isinstance(answer, dict) or response.is_server_error:
            raise NoConnectionError(f"HTTP {response.status_code}")
        return answer
