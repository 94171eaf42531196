"""The embedded environment, with a mail server of the campaign behind a link."""

from tests.cluster.embedded import EmbeddedEnvironment
from tests.cluster.proxy import Link
from tests.support.mail_server import MailServer

ENOUGH = "100000/minute"  # everybody comes from one address


class EmbeddedMail(EmbeddedEnvironment):
    async def start_all(self, *wrapper: str) -> None:
        self.mail_server = MailServer()
        self._answering = self.mail_server.running()
        await self._answering.__aenter__()
        self._links["all", "mail"] = Link("all", self.mail_server.port)
        await super().start_all(*wrapper)

    async def close_links(self) -> None:
        await super().close_links()
        await self._answering.__aexit__(None, None, None)

    def _settings(self, name: str) -> dict[str, str]:
        return {
            **super()._settings(name),
            "SMTP_URL": f"smtp+plain://127.0.0.1:{self._links['all', 'mail'].port}",
            "RATE_LIMIT_ADDRESS": ENOUGH,
        }
