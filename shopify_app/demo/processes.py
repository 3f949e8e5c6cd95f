"""Processes we started and may have to find again after a crash: locks, pid files, process groups."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

MARKER = "PERENNIAL_STATE"
"""Environment variable that every child carries: the state folder it belongs to. A pid can be reused by a
stranger after a crash; a stranger does not carry our folder in its environment."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds an exclusive lock on `path` (made if missing), waiting for it as long as needed.

    The kernel drops the lock with the process, so a crash never leaves one behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def try_lock(path: Path) -> int | None:
    """Takes an exclusive lock without waiting: a descriptor to keep open, or None when somebody holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def belongs_to(process: psutil.Process, state: Path) -> bool:
    """Whether this process was started for that state folder (by `MARKER`); False if we may not look."""
    with suppress(psutil.Error, OSError):
        return bool(process.environ().get(MARKER) == str(state))
    return False


def group_members(group: int, state: Path) -> list[psutil.Process]:
    """The living processes of one process group that belong to the state folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, PermissionError):
            if os.getpgid(process.pid) == group and belongs_to(process, state):
                found.append(process)
    return [process for process in found if process.status() != psutil.STATUS_ZOMBIE]


def stop_group(group: int, state: Path, patience: float = 5.0) -> bool:
    """Ends one of our process groups: SIGTERM, then SIGKILL after `patience` seconds.

    Returns whether there was anything to stop.
    """
    if not group_members(group, state):
        return False
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(group, sign)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not group_members(group, state):
                return True
            time.sleep(0.05)
    return True


def read_pid(path: Path) -> int | None:
    """The number in a pid file's first line, or None when there is no such file or no number in it."""
    try:
        return int(path.read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None
