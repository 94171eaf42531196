"""The keys that sign the tokens of a run."""

# ruff: noqa: PLC0415 - only the first start pays for these imports

from datetime import UTC, datetime
from pathlib import Path


def signing_keys(folder: Path) -> Path:
    """Made once: the tokens of the last run stay good in the next."""
    keys = folder / "signing-keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    _move_in(folder / "signing-key.pem", keys)
    if not any(keys.glob("*.pem")):
        from auth.signing_keys import make_key

        make_key(keys)
    return keys


def _move_in(only_key: Path, keys: Path) -> None:
    """Data of the time before there were several has one, beside the folder."""
    if only_key.exists():
        from auth.signing_keys import file_time

        made_at = datetime.fromtimestamp(only_key.stat().st_mtime, UTC)
        only_key.rename(keys / f"{file_time(made_at)}.pem")
