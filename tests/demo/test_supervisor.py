"""The supervisor, on small programs of its own: what dies is said and restarted, what is left is found."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shopify_app.demo.processes import group_members
from shopify_app.demo.supervisor import Program, Supervisor

PARENT_AND_CHILD = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; print('child up', flush=True); time.sleep(600)"])
print("parent up", flush=True)
time.sleep(600)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(600)
"""


class Ear:
    """Collects what the supervisor shows."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, name: str, line: str) -> None:
        self.lines.append(f"{name}: {line}")

    def heard(self, text: str) -> bool:
        return any(text in line for line in self.lines)


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def supervisor(tmp_path: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setattr("shopify_app.demo.supervisor.PATIENCE", 1.0)
    made = Supervisor(tmp_path, show=ear)
    yield made
    made.stop()


def program(code: str, name: str = "worker") -> Program:
    return Program(name, [sys.executable, "-c", code], dict(os.environ), Path.cwd())


def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def pid_of(state: Path, name: str = "worker") -> int:
    return int((state / "run" / f"{name}.pid").read_text())


def test_a_program_that_dies_is_said_and_started_again(supervisor: Supervisor, ear: Ear, tmp_path: Path) -> None:
    supervisor.start(program("import sys; print('hello', flush=True); sys.exit(7)"))

    def restarted() -> bool:
        supervisor.look()
        return sum("hello" in line for line in ear.lines) >= 2

    until(restarted)
    assert ear.heard("worker: ended by itself (exit code 7); starting again in 1 s")


def test_stopping_ends_a_program_and_what_it_started(supervisor: Supervisor, ear: Ear, tmp_path: Path) -> None:
    supervisor.start(program(PARENT_AND_CHILD))
    until(lambda: ear.heard("child up") and ear.heard("parent up"))
    group = pid_of(tmp_path)
    assert len(group_members(group, tmp_path)) == 2
    supervisor.stop()
    assert group_members(group, tmp_path) == []
    assert not (tmp_path / "run" / "worker.pid").exists()


def test_a_program_deaf_to_sigterm_is_killed(supervisor: Supervisor, ear: Ear, tmp_path: Path) -> None:
    supervisor.start(program(STUBBORN))
    until(lambda: ear.heard("up"))
    group = pid_of(tmp_path)
    supervisor.stop()
    assert group_members(group, tmp_path) == []


def test_the_next_start_finds_orphans_even_when_their_leader_is_dead(
    supervisor: Supervisor, ear: Ear, tmp_path: Path
) -> None:
    supervisor.start(program(PARENT_AND_CHILD))
    until(lambda: ear.heard("child up"))
    group = pid_of(tmp_path)
    os.kill(group, signal.SIGKILL)
    until(lambda: len(group_members(group, tmp_path)) == 1)
    assert Supervisor(tmp_path, show=ear).stop_orphans() == ["worker"]
    assert group_members(group, tmp_path) == []


def test_a_reused_pid_is_left_alone(tmp_path: Path, ear: Ear) -> None:
    stranger = Supervisor(tmp_path / "elsewhere", show=ear)
    stranger.start(program(STUBBORN))
    try:
        pid = pid_of(tmp_path / "elsewhere")
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "worker.pid").write_text(f"{pid}\n")
        assert Supervisor(tmp_path, show=ear).stop_orphans() == []
        os.kill(pid, 0)  # still there
    finally:
        stranger.stop()


def test_the_first_program_ends_last(supervisor: Supervisor, ear: Ear) -> None:
    farewell = """
import signal, sys, time
def end(*_):
    time.sleep({pause}); print("gone", flush=True); sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
time.sleep(600)
"""
    supervisor.start(program(farewell.format(pause=0), name="sandbox"))
    supervisor.start(program(farewell.format(pause=0.5), name="web"))
    until(lambda: ear.heard("sandbox: up") and ear.heard("web: up"))
    supervisor.stop()
    until(lambda: ear.heard("sandbox: gone") and ear.heard("web: gone"))
    assert ear.lines.index("web: gone") < ear.lines.index("sandbox: gone")
