"""The key that signs the tokens of a run."""

from pathlib import Path

from app.embedded.folder import DataFolder


def signing_key(folder: DataFolder) -> Path:
    """Made once: the tokens of the last run stay good in the next."""
    file = folder.path / "signing-key.pem"
    if not file.exists():
        folder.write_private(file, _ed25519_pem())
    return file


def _ed25519_pem() -> str:
    # ruff: noqa: PLC0415 - only the first start pays for these imports
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()
