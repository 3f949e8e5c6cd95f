"""The demo as a person meets it: start, use, crash, start again, Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from shopify_app.demo import embedded, main, postgres, valkey
from shopify_app.demo.identity import secrets_of
from shopify_app.demo.processes import belongs_to
from shopify_app.demo.run import forget

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = {"sandbox", "web", "worker", "ticker"}
START_SECONDS = 180

pytestmark = pytest.mark.slow


class Demo:
    """One `bin/demo` (without its set-up) on a state folder of its own."""

    def __init__(self, state: Path, *options: str) -> None:
        self.state = state
        environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "shopify_app.demo", "--state", str(state), *options],
            cwd=ROOT, env=environment, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self.lines: list[str] = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stdout:
            for line in stdout:
                self.lines.append(line)

    @property
    def said(self) -> str:
        return "".join(self.lines)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while "Perennial is ready" not in self.said or "Ctrl-C stops" not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)

    def links(self) -> list[str]:
        return re.findall(r"^  \S.*? (http://\S+)$", self.said, flags=re.MULTILINE)

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
        self.reader.join(10)
        return code

    def crash(self) -> None:
        self.process.kill()
        self.process.wait(10)


def programs_alive(state: Path) -> list[psutil.Process]:
    return [each for each in psutil.process_iter() if belongs_to(each, state)]


def server_pids(state: Path) -> list[int]:
    """PostgreSQL and Valkey of a state folder, by the pid files they remove when they end."""
    files = (postgres.cluster(state).data / "postmaster.pid", state / "valkey" / "valkey.pid")
    return [int(file.read_text().split()[0]) for file in files if file.exists()]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    folder = (tmp_path / "state").resolve()
    yield folder
    for process in programs_alive(folder):
        process.kill()
    postgres.remove_postgres(folder)
    valkey.remove_valkey(folder)


def test_a_demo_starts_survives_a_crash_and_leaves_nothing_behind(state: Path) -> None:
    first = Demo(state)
    first.wait_until_ready()
    links = first.links()
    assert len(links) >= 4
    assert [link for link in links if httpx.get(link, timeout=30).status_code != 200] == []
    assert "ended by itself" not in first.said
    secrets = (state / "secrets.json").read_text()

    refused = Demo(state)
    assert refused.process.wait(30) == 1
    refused.reader.join(10)
    assert "already running" in refused.said

    first.crash()
    assert programs_alive(state), "the children outlive a kill -9 of the supervisor"

    second = Demo(state)
    second.wait_until_ready()
    stopped = re.search(r"an earlier demo left running: (.*)", second.said)
    assert stopped
    assert set(stopped.group(1).split(", ")) == PROGRAMS
    assert second.links() == links
    assert (state / "secrets.json").read_text() == secrets

    assert second.interrupt() == 0
    assert programs_alive(state) == []
    assert server_pids(state) == []


def test_a_fresh_start_never_empties_a_database_it_did_not_make(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/precious")
    assert main(["--state", str(state), "--fresh"]) == 1
    assert "unset DATABASE_URL" in capsys.readouterr().err


def test_a_fresh_start_forgets_rows_queue_world_and_keys(state: Path) -> None:
    first = embedded.ensure_postgres(state), embedded.ensure_valkey(state), secrets_of(state)
    with postgres.cluster(state).connect() as connection:
        connection.execute("create database remembered")
    (state / "sandbox").mkdir()

    forget(state)

    assert not (state / "sandbox").exists()
    assert secrets_of(state) != first[2]
    assert embedded.ensure_postgres(state) == first[0]
    with postgres.cluster(state).connect() as connection:
        assert not connection.execute("select 1 from pg_database where datname = 'remembered'").fetchone()
