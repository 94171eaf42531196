"""PGSSLMODE and PGSSLROOTCERT count for our connections, as on Kubernetes.

The embedded Postgres has no TLS. A server in front of it has, and passes all bytes on.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from persistence import migrate
from persistence.postgres.connection import connect
from persistence.postgres.pool import open_pool

SSL_REQUEST = bytes.fromhex("0000000804d2162f")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of the host `localhost`, signed by itself; its key is in the same file."""
    return certificate_of("localhost", tmp_path)


def certificate_of(host: str, folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / f"{host}.pem"
    file.write_bytes(made.public_bytes(pem) + private)
    return file


async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65_536):
        target.write(data)
    target.close()


@asynccontextmanager
async def with_tls(database_url: str, certificate: Path) -> AsyncIterator[str]:
    """The URL of a server that speaks nothing else."""
    behind = urlsplit(database_url)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert await reader.readexactly(len(SSL_REQUEST)) == SSL_REQUEST
            writer.write(b"S")
            await writer.start_tls(context)
            ours, theirs = await asyncio.open_connection(behind.hostname, behind.port)
            async with asyncio.TaskGroup() as both:
                both.create_task(copy(reader, theirs))
                both.create_task(copy(ours, writer))
        except (AssertionError, OSError, asyncio.IncompleteReadError):
            pass  # the client sees that the connection ends
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        login = behind.netloc.rpartition("@")[0]
        yield behind._replace(netloc=f"{login}@localhost:{port}").geturl()


async def by_connection(url: str) -> None:
    db = await connect(url)
    await db.close()


async def by_pool(url: str) -> None:
    pool = await open_pool(url, max_size=1, name="tests", opened=1)
    assert pool.get_size() == 1
    await pool.close()


async def by_migration(url: str) -> None:
    assert await migrate.is_current(url)


@pytest.mark.parametrize("way", [by_connection, by_pool, by_migration])
async def test_a_server_that_can_prove_its_name_is_used(
    database_url: str,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[[str], Awaitable[None]],
) -> None:
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    monkeypatch.setenv("PGSSLROOTCERT", str(certificate))

    async with with_tls(database_url, certificate) as url:
        await way(url)


@pytest.mark.parametrize("named", ["other", "localhost"])
async def test_another_server_is_not(
    database_url: str,
    certificate: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    named: str,
) -> None:
    """Neither one of another name, nor one whose certificate we do not know."""
    (tmp_path / "theirs").mkdir()
    theirs = certificate_of(named, tmp_path / "theirs")
    trusted = theirs if named == "other" else certificate
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    monkeypatch.setenv("PGSSLROOTCERT", str(trusted))

    async with with_tls(database_url, theirs) as url:
        with pytest.raises(ssl.SSLCertVerificationError):
            await connect(url)


async def test_a_server_without_tls_is_not(
    database_url: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    monkeypatch.setenv("PGSSLROOTCERT", str(certificate))

    with pytest.raises(ConnectionError, match="SSL"):
        await connect(database_url)
