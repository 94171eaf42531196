"""The two cinemas of the network, an hour apart."""

from dataclasses import dataclass
from uuid import UUID

from seeds.ids import seeded_id

CURRENCY = "BRL"
VIP = "VIP"


@dataclass(frozen=True, slots=True)
class SeedCinema:
    name: str
    city: str
    address: str
    time_zone: str

    @property
    def id(self) -> UUID:
        return seeded_id("cinema", self.name)

    @property
    def vip_zone_id(self) -> UUID:
        return seeded_id("zone", f"{self.name}:{VIP}")


PAULISTA = SeedCinema(
    "Cine Paulista",
    "São Paulo",
    "Avenida Paulista, 2073",
    "America/Sao_Paulo",
)
AMAZONAS = SeedCinema(
    "Cine Amazonas",
    "Manaus",
    "Largo de São Sebastião, 100",
    "America/Manaus",
)
CINEMAS = (PAULISTA, AMAZONAS)
