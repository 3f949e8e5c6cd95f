"""Where a Unix socket may live: its path must fit the kernel's limit, whatever folder the project is in."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

LONGEST = 100
"""Bytes. Linux takes 107 for a socket's path and macOS 103; the rest is slack."""


class UnsafeFolder(Exception):
    """A folder in a shared place (`/tmp`, `/var/tmp`) that somebody else made under the name we use."""


def fingerprint(path: Path) -> str:
    """Ten characters that stand for a folder, the same at every start."""
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:10]


def private_folder(path: Path, owner: int) -> Path:
    """Makes `path` readable by user id `owner` alone. Raises `UnsafeFolder` if it is a stranger's."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (owner, os.geteuid()):
        raise UnsafeFolder(f"{path} exists and belongs to another user: remove it and start again")
    if found.st_uid != owner:
        os.chown(path, owner, -1)
    path.chmod(0o700)
    return path


def socket_folder(home: Path, name: str, owner: int) -> Path:
    """`home` when a socket called `name` fits there, else a private folder under the system's temp."""
    if len(os.fsencode(home / name)) <= LONGEST:
        return home
    return private_folder(Path(tempfile.gettempdir()) / f"perennial-{fingerprint(home)}", owner)
