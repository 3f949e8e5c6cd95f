"""What the demo makes once and keeps: the app's key and secret, the encryption key, and its ports."""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.fernet import Fernet


class NoPort(Exception):
    """A port that was asked for by name is taken."""


@dataclass(frozen=True)
class Secrets:
    """The demo's credentials: worth nothing outside this machine, and still kept from other users."""

    api_key: str
    api_secret: str
    encryption_key: str


@dataclass(frozen=True)
class Ports:
    """Where the two processes that listen do so, on 127.0.0.1; `smtp` is the sandbox's, too."""

    sandbox: int
    web: int
    smtp: int


def secrets_of(state: Path) -> Secrets:
    """The secrets of a state folder, made at the first call and the same ever after."""
    path = state / "secrets.json"
    if path.exists():
        return Secrets(**json.loads(path.read_text()))
    made = Secrets(secrets.token_hex(16), secrets.token_hex(32), Fernet.generate_key().decode())
    write_private(path, json.dumps(asdict(made), indent=2))
    return made


def ports_of(state: Path, base: int | None = None) -> Ports:
    """Free ports; the ones of the last start when they are free, so that bookmarks keep working.

    `base` asks for it and the two that follow. Raises `NoPort` when one of those is taken.
    """
    path = state / "ports.json"
    if base is not None:
        chosen = Ports(base, base + 1, base + 2)
        taken = [port for port in (base, base + 1, base + 2) if not _free(port)]
        if taken:
            raise NoPort(f"port {taken[0]} is taken: choose another --port-base")
    else:
        last = json.loads(path.read_text()) if path.exists() else {}
        ports: list[int] = []
        for name in ("sandbox", "web", "smtp"):
            ports.append(_free_port(last.get(name), ports))
        chosen = Ports(*ports)
    write_private(path, json.dumps(asdict(chosen)))
    return chosen


def write_private(path: Path, text: str) -> None:
    """Writes a file that only this user can read, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
    draft.replace(path)


def _free_port(wanted: int | None, other_than: Collection[int]) -> int:
    if wanted and wanted not in other_than and _free(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port if port not in other_than else _free_port(None, other_than)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port whose last connections are only lingering counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
