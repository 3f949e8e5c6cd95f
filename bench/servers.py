"""Servers that are measured, each in a process group of its own on a free port."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60
"""Seconds in which a server has to answer."""


@contextmanager
def running(command: Sequence[str], port: int, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a server that is told its `PORT` and `HOST`; when the block ends, its whole group is ended."""
    here = {"PORT": str(port), "HOST": f"http://127.0.0.1:{port}"}
    process = subprocess.Popen(command, env=os.environ | environment | here, cwd=ROOT, start_new_session=True)
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):  # Granian's worker outlives a supervisor that did not stop in time
            os.killpg(process.pid, signal.SIGKILL)


def first_answer(port: int, path: str, process: subprocess.Popen[bytes]) -> httpx.Response:
    """Return the first answer of a server that is starting; ends the program when none comes."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=5, trust_env=False)
        time.sleep(0.1)
    raise SystemExit("a server did not start")
