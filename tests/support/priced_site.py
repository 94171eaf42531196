"""A cinema with price zones, and sessions that are created from its price cards."""

from typing import Any
from uuid import UUID, uuid4

from loadtest.documents import CREATE_SESSION
from persistence.postgres.pool import Pool
from tests.support.catalog import answer, moment
from tests.support.prices import DEFAULT_TYPE
from tests.support.schema_client import SchemaClient
from tests.support.venue_documents import PRICES, SAVE_PRICE_CARD, SAVE_TICKET_TYPE

UNKNOWN = str(UUID(int=7))
ADD_ZONE = """
INSERT INTO price_zones (cinema_id, name, name_key)
VALUES ($1, $2::text, $2) RETURNING id
"""
DEFAULT_ZONE = "SELECT id FROM price_zones WHERE cinema_id = $1 AND is_default"
ADD_CINEMA = """
INSERT INTO cinemas (name, city, address, time_zone, currency)
VALUES ('Cine', 'Belém', 'Street 1', 'UTC', 'BRL') RETURNING id
"""
MOVE_SEAT = "UPDATE seats SET zone_id = $2 WHERE room_id = $1 AND number = $3"
CARDS = (
    f"""query ($c: ID!) {{ priceCards(cinemaId: $c) {{ id name version {PRICES} }} }}"""
)
SESSION = f"""query ($s: ID!) {{ session(id: $s) {{
  pricePerSeat {{ amountMinor currency }} {PRICES}
  seatMap {{ seats {{ id price {{ amountMinor }} }} }}
}} }}"""


class Site:
    """A cinema with two zones, and a room with a seat in the second one."""

    def __init__(self, client: SchemaClient, pool: Pool, place: dict[str, str]) -> None:
        self.client = client
        self.pool = pool
        self.place = place

    async def set_up(self) -> None:
        pool, room = self.pool, UUID(self.place["roomId"])
        cinema_id = await pool.fetchval(ADD_CINEMA)
        await pool.execute(
            "UPDATE rooms SET cinema_id = $1 WHERE id = $2", cinema_id, room
        )
        standard = await pool.fetchval(DEFAULT_ZONE, cinema_id)
        premium = await pool.fetchval(ADD_ZONE, cinema_id, "Premium")
        for number, zone in enumerate((standard, standard, premium), 1):
            await pool.execute(MOVE_SEAT, room, zone, number)
        self.cinema, self.standard, self.premium = map(
            str, (cinema_id, standard, premium)
        )
        self.adult = str(await pool.fetchval(DEFAULT_TYPE))
        student = await answer(
            self.client, SAVE_TICKET_TYPE, name=f"Student {uuid4()}", quotaPercent=50
        )
        self.student = student["id"]

    def prices(self) -> list[dict[str, Any]]:
        return [
            self.price(self.standard, self.adult, 3000),
            self.price(self.standard, self.student, 1500),
            self.price(self.premium, self.adult, 4000),
        ]

    def price(self, zone: str, ticket_type: str, amount: int) -> dict[str, Any]:
        return {
            "zoneId": zone,
            "ticketTypeId": ticket_type,
            "price": {"amountMinor": amount, "currency": "BRL"},
        }

    async def save(self, **entered: Any) -> dict[str, Any]:
        card = {"cinemaId": self.cinema, "name": "Week", "prices": self.prices()}
        return await answer(self.client, SAVE_PRICE_CARD, **card | entered)

    async def create(self, **entered: Any) -> dict[str, Any]:
        session = self.place | {"startsAt": moment(5)} | entered
        return await answer(self.client, CREATE_SESSION, **session)

    async def session(self, session_id: str) -> dict[str, Any]:
        data = await self.client.data(SESSION, s=session_id)
        return dict(data["session"])


def shown(prices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "zone": {"id": each["zoneId"]},
            "ticketType": {"id": each["ticketTypeId"]},
            "price": each["price"],
        }
        for each in prices
    ]
