"""The process of the provider: one line of JSON on stdin starts it.

It sends events at a fixed rate and stops at the end of stdin. Then it prints how many
were due, what was answered to them, and how long that took.
"""

import asyncio
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Sequence
from itertools import cycle
from urllib.parse import urlsplit
from uuid import uuid4

import stripe

from loadtest import http_stream

CONNECTIONS = 16
PATH = "/webhooks/stripe"
PERCENTILES = {"p50": 0.5, "p95": 0.95, "max": 1.0}


def event(secret: str, attempt_id: str) -> tuple[bytes, str]:
    """A new one, and its signature."""
    attempt = {"attempt_id": attempt_id}
    document = {
        "id": f"evt_{uuid4().hex}",
        "object": "event",
        "type": "payment_intent.amount_capturable_updated",
        "livemode": False,
        "data": {"object": {"object": "payment_intent", "metadata": attempt}},
    }
    body = json.dumps(document)
    sign = stripe.WebhookSignature.generate_signature_header
    return body.encode(), sign(body, secret, int(time.time()))


class Provider:
    def __init__(
        self, origin: str, secret: str, rate: int, attempts: Sequence[str]
    ) -> None:
        """Each event is of the next attempt; without any, of none that there is."""
        self._address = urlsplit(origin)
        self._secret = secret
        self._pause = 1 / rate
        self._numbers = iter(range(sys.maxsize))
        self._statuses: Counter[str] = Counter()
        self._took: list[float] = []
        self._attempts = cycle(attempts) if attempts else map(str, iter(uuid4, None))
        self._is_over = False

    async def send(self) -> dict[str, object]:
        began = time.monotonic()
        sending = asyncio.gather(*(self._connection(began) for _ in range(CONNECTIONS)))
        print('"ready"', flush=True)
        await asyncio.to_thread(sys.stdin.read)
        self._is_over = True
        await sending
        self._took.sort()
        last = len(self._took) - 1
        return {
            "seconds": time.monotonic() - began,
            "due": next(self._numbers) - CONNECTIONS,  # each has taken one too many
            "statuses": self._statuses,
            "took": {
                name: self._took[math.ceil(share * last)] * 1000
                for name, share in PERCENTILES.items()
            },
        }

    async def _connection(self, began: float) -> None:
        """Sends the next event that is due, one after the other."""
        host, port = self._address.hostname, self._address.port
        reader, writer = await asyncio.open_connection(host, port)
        while True:
            due = began + next(self._numbers) * self._pause
            await asyncio.sleep(max(due - time.monotonic(), 0))
            if self._is_over:
                break
            body, signature = event(self._secret, next(self._attempts))
            headers = {
                "Host": self._address.netloc,
                "Content-Type": "application/json",
                "Stripe-Signature": signature,
            }
            writer.write(http_stream.post(PATH, headers, body))
            status, _ = await http_stream.read_answer(reader)
            self._statuses[str(status)] += 1
            self._took.append(time.monotonic() - due)
        writer.close()


def main() -> None:
    order = json.loads(sys.stdin.readline())
    provider = Provider(**order)
    print(json.dumps(asyncio.run(provider.send())))


if __name__ == "__main__":
    main()
