"""A customer who buys seat after seat through the front."""

import threading
import time
import uuid
from itertools import pairwise
from typing import Any

import httpx2

from loadtest.documents import RESERVATION, SEAT_MAP, SESSIONS, SIGN_IN

# With what release 0.1.0 knows: its data are upgraded too.
RESERVE_SEATS = """mutation ($input: ReserveSeatsInput!) {
  reserveSeats(input: $input) {
    __typename ... on Problem { code } ... on Reservation { id }
  }
}"""
APPROVE_PAYMENT = """mutation ($input: ApprovePaymentInput!) {
  approvePayment(input: $input) {
    __typename ... on Problem { code } ... on Payment { reservation { status } }
  }
}"""
DOCUMENTS = (SIGN_IN, SESSIONS, SEAT_MAP, RESERVE_SEATS, RESERVATION, APPROVE_PAYMENT)
ANA = {"email": "ana@cinema.example", "password": "correct-horse-ana"}
TOKEN_SECONDS = 600.0  # less than a token is valid
ANSWER_SECONDS = 10.0
PAYMENT_SECONDS = 15.0
PAUSE_SECONDS = 0.2


class NotSoldError(Exception):
    """The message says what was answered instead."""


class Buyer:
    def __init__(self, address: str) -> None:
        self._http = httpx2.Client(
            base_url=address, timeout=ANSWER_SECONDS, trust_env=False
        )
        self._token = ""
        self._token_until = 0.0
        self._free: list[tuple[str, str]] = []
        self._not_alone: set[str] = set()

    def close(self) -> None:
        self._http.close()

    def buy(self) -> str:
        """The id of a reservation that is paid; raises NotSoldError."""
        try:
            return self._buy()
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            raise NotSoldError(f"{type(error).__name__}: {error}") from error

    def status(self, reservation: str) -> str:
        try:
            return str(self._ask(RESERVATION, id=reservation)["reservation"]["status"])
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            raise NotSoldError(f"{type(error).__name__}: {error}") from error

    def _buy(self) -> str:
        held = self._hold()
        while held.get("code") == "INVALID_INPUT":  # a seat that is sold with another
            held = self._hold()
        payment = self._payment(held["id"])
        paid = self._ask(APPROVE_PAYMENT, input={"paymentId": payment})
        if paid["approvePayment"]["reservation"]["status"] != "CONFIRMED":
            raise NotSoldError(str(paid))
        return str(held["id"])

    def _hold(self) -> dict[str, Any]:
        session, seat = self._free.pop() if self._free else self._find_seats()
        wanted = {"sessionId": session, "seatIds": [seat]}
        wanted["idempotencyKey"] = uuid.uuid4().hex
        held: dict[str, Any] = self._ask(RESERVE_SEATS, input=wanted)["reserveSeats"]
        if held.get("code") == "INVALID_INPUT":
            self._not_alone.add(seat)
        return held

    def _find_seats(self) -> tuple[str, str]:
        """All free seats of the first session that has some."""
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        found = self._ask(SESSIONS, first=50, filter={"startsAfter": since})
        for edge in found["sessions"]["edges"]:
            session = edge["node"]["id"]
            seats = self._ask(SEAT_MAP, id=session)["seatMap"]["seats"]
            free = {seat["id"] for seat in seats if seat["status"] == "AVAILABLE"}
            self._free = [(session, seat) for seat in sorted(free - self._not_alone)]
            if self._free:
                return self._free.pop()
        raise NotSoldError("no seat is free")

    def _payment(self, reservation: str) -> str:
        until = time.monotonic() + PAYMENT_SECONDS
        while time.monotonic() < until:
            found = self._ask(RESERVATION, id=reservation)["reservation"]["payment"]
            if found:
                return str(found["id"])
            time.sleep(PAUSE_SECONDS)
        raise NotSoldError("no payment was opened")

    def _ask(self, document: str, **variables: Any) -> dict[str, Any]:
        if time.monotonic() > self._token_until:
            self._token = ""
            tokens = self._post(SIGN_IN, {"input": ANA})["signIn"]
            self._token = tokens["accessToken"]
            self._token_until = time.monotonic() + TOKEN_SECONDS
        return self._post(document, variables)

    def _post(self, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        token = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        body = {"query": document, "variables": variables}
        answer = self._http.post("/graphql", json=body, headers=token).json()
        if answer.get("errors"):
            raise NotSoldError(str(answer["errors"][0]["message"]))
        data: dict[str, Any] = answer["data"]
        return data


class Sales(threading.Thread):
    """Buys until `stop`; has the moment at which each sale was complete."""

    def __init__(self, buyer: Buyer) -> None:
        super().__init__(daemon=True)
        self._buyer = buyer
        self._stopped = threading.Event()
        self.begun: list[float] = []
        self.moments: list[float] = []
        self.last_refusal = ""

    def run(self) -> None:
        while not self._stopped.wait(PAUSE_SECONDS):
            began = time.monotonic()
            try:
                self._buyer.buy()
            except NotSoldError as error:
                self.last_refusal = str(error)
            else:
                self.begun.append(began)
                self.moments.append(time.monotonic())

    def stop(self) -> None:
        self._stopped.set()
        self.join()

    def has_sold_since(self, moment: float) -> bool:
        """A sale that began afterwards, not only one that was being paid."""
        return bool(self.begun) and self.begun[-1] > moment

    def longest_gap_since(self, moment: float) -> float:
        """Between two sales, from the last one before the moment on."""
        before = [at for at in self.moments if at <= moment][-1:]
        after = [at for at in self.moments if at > moment]
        marks = [*(before or [moment]), *after]
        return max((b - a for a, b in pairwise(marks)), default=0.0)
