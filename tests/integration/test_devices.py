"""The devices of an account, and ending one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from auth.signing_keys import KeyRing
from auth.tokens import Authenticator
from domain.people import Viewer
from loadtest.documents import REFRESH_TOKENS, SIGN_IN
from persistence.postgres.pool import Pool
from telemetry import origin
from tests.support.account_client import PASSWORD, signed_up
from tests.support.api_examples import example
from tests.support.schema_client import SchemaClient

END = "mutation ($id: ID!) { endDevice(input: {id: $id}) { ok } }"


class Devices:
    def __init__(self, client: SchemaClient, key_ring: KeyRing) -> None:
        self._client = client
        self._authenticator = Authenticator(key_ring)

    async def sign_in(self, agent: str | None) -> tuple[Viewer, str]:
        origin.begin("sign-in").user_agent = agent
        answer = await self._client.mutate(
            SIGN_IN, None, email="ana@cinema.example", password=PASSWORD
        )
        return self._viewer(answer), answer["refreshToken"]

    async def refresh(self, token: str) -> tuple[Viewer, str] | None:
        origin.begin("refresh").user_agent = "another name"
        data = await self._client.data(REFRESH_TOKENS, token=token)
        answer = data["refreshTokens"]
        if answer["__typename"] != "AuthTokens":
            return None
        return self._viewer(answer), answer["refreshToken"]

    async def of(self, who: Viewer) -> list[dict[str, Any]]:
        answer = await self._client.ask(example("Devices"), who)
        assert answer.errors is None and answer.data
        devices: list[dict[str, Any]] = answer.data["viewer"]["devices"]
        return devices

    async def end(self, who: Viewer, device_id: str) -> None:
        answer = await self._client.ask(END, who, id=device_id)
        assert answer.data == {"endDevice": {"ok": True}}

    def _viewer(self, answer: dict[str, Any]) -> Viewer:
        viewer = self._authenticator.viewer(f"Bearer {answer['accessToken']}")
        assert viewer
        return viewer


@pytest.fixture
async def devices(account_client: SchemaClient, key_ring: KeyRing) -> Devices:
    origin.begin("sign-up").user_agent = None
    await signed_up(account_client)
    return Devices(account_client, key_ring)


async def test_each_sign_in_is_a_device_that_keeps_its_name(devices: Devices) -> None:
    phone, token = await devices.sign_in("Phone 1.0")
    refreshed = await devices.refresh(token)
    assert refreshed
    desk, _ = await devices.sign_in("Desk 2.0")

    of_phone, of_desk = await devices.of(refreshed[0]), await devices.of(desk)

    assert [each["name"] for each in of_phone] == ["Desk 2.0", "Phone 1.0", ""]
    assert [each["current"] for each in of_phone] == [False, True, False]
    assert [each["current"] for each in of_desk] == [True, False, False]
    assert refreshed[0].family_id == phone.family_id == UUID(of_phone[1]["id"])
    assert of_phone[1]["signedInAt"] < of_phone[1]["lastUsedAt"]


async def test_an_ended_device_has_to_sign_in_again_and_no_other(
    devices: Devices,
) -> None:
    phone, phone_token = await devices.sign_in("Phone 1.0")
    desk, desk_token = await devices.sign_in("Desk 2.0")

    await devices.end(desk, str(phone.family_id))
    await devices.end(desk, str(phone.family_id))

    assert await devices.refresh(phone_token) is None
    assert await devices.refresh(desk_token)
    assert [each["name"] for each in await devices.of(desk)] == ["Desk 2.0", ""]


@pytest.mark.parametrize("device_id", ["", "nonsense", str(UUID(int=7))])
async def test_what_is_no_device_ends_nothing(devices: Devices, device_id: str) -> None:
    desk, token = await devices.sign_in("Desk")

    await devices.end(desk, device_id)

    assert await devices.refresh(token)


async def test_nobody_ends_the_device_of_another(
    devices: Devices, account_client: SchemaClient
) -> None:
    desk, token = await devices.sign_in("Desk")
    eva = await signed_up(account_client, "eva")

    await devices.end(eva, str(desk.family_id))

    assert await devices.refresh(token)


@pytest.mark.parametrize(
    ("agent", "name"),
    [(None, ""), ("x" * 500, "x" * 200), ("a\x00b", ""), ("\x1b[31m", "")],
)
async def test_any_user_agent_is_a_name_or_none(
    devices: Devices, agent: str | None, name: str
) -> None:
    desk, _ = await devices.sign_in(agent)

    assert name in [each["name"] for each in await devices.of(desk)]


async def test_sign_ins_of_the_last_release_and_expired_ones(
    devices: Devices, scratch_pool: Pool
) -> None:
    desk, _ = await devices.sign_in("Desk")
    await scratch_pool.execute(
        "UPDATE refresh_tokens SET signed_in_at = NULL, device_name = NULL,"
        " expires_at = expires_at - $1::interval",
        timedelta(days=1),
    )

    [*_, old] = await devices.of(desk)

    assert (old["name"], old["signedInAt"]) == ("", old["lastUsedAt"])
    await scratch_pool.execute("UPDATE refresh_tokens SET expires_at = now()")
    assert await devices.of(desk) == []
