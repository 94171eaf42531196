"""deploy/backup.sh and restore.sh, run as an operator runs them."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from persistence.postgres.connection import hosts
from persistence.postgres.pool import Pool
from stack.embedded.postgres import binary
from tests.support.polling import eventually

DEPLOY = Path(__file__).parents[2] / "deploy"
SEGMENT = "SELECT pg_walfile_name(pg_switch_wal())"


class Backup:
    """The scripts, as an operator runs them."""

    def __init__(self, folder: Path, url: str, patience: int = 60) -> None:
        servers = [urlsplit(each) for each in hosts(url)]
        self.folder = folder
        self._environment = {
            "PATH": f"{Path(binary('postgres')).parent}:{os.environ['PATH']}",
            "BACKUP_DIR": str(folder),
            "BACKUP_PATIENCE_SECONDS": str(patience),
            "PGHOST": ",".join(str(each.hostname) for each in servers),
            "PGPORT": ",".join(str(each.port) for each in servers),
            "PGTARGETSESSIONATTRS": "read-write",
            "PGUSER": str(servers[0].username),
            "PGPASSWORD": str(servers[0].password),
        }

    async def start(self, script: str, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *("sh", str(DEPLOY / script), *arguments),
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, script: str, *arguments: str) -> str:
        process = await self.start(script, *arguments)
        said, complaint = await process.communicate()
        assert process.returncode == 0, complaint
        return said.decode().strip()

    async def failure(self, script: str, *arguments: str) -> str:
        process = await self.start(script, *arguments)
        _, complaint = await process.communicate()
        assert process.returncode == 1
        return complaint.decode()

    @asynccontextmanager
    async def receiving(self) -> AsyncIterator[None]:
        process = await self.start("backup.sh", "wal")
        try:
            yield
        finally:
            process.send_signal(signal.SIGINT)
            await process.wait()

    async def until_received(self, pool: Pool) -> None:
        segment = str(await pool.fetchval(SEGMENT))

        async def is_there() -> bool:
            return (self.folder / "wal" / segment).exists()

        await eventually(is_there)
