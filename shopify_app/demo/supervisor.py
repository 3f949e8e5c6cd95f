"""Keeps a handful of processes running, shows what they say, and ends them all.

Each child leads a process group of its own, so that Ctrl-C reaches only us and we end children with all they
started. Pid files let the next start find what a `kill -9` of this process left behind. All times here are
machine time.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shopify_app.demo.processes import MARKER, read_pid, stop_group
from shopify_app.demo.progress import log

LONGEST_PAUSE = 30.0
STEADY = 60.0
"""A child that ran this many seconds is forgiven its earlier crashes."""
PATIENCE = 8.0
"""Seconds a child has to end itself after SIGTERM; a worker finishes the job it is in."""


@dataclass(frozen=True)
class Program:
    """What to run: a name for people, a command, its whole environment, its working folder."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    folder: Path


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[str]
    started: float
    crashes: int = 0
    restart_at: float | None = None


@dataclass
class Supervisor:
    """The children of one state folder. Not for use from several threads."""

    state: Path
    show: Callable[[str, str], None] = log
    _children: list[_Child] = field(default_factory=list)

    def stop_orphans(self) -> list[str]:
        """Ends what an earlier supervisor left running here. Returns the names of what was found."""
        found = []
        for path in sorted(self._pid_folder.glob("*.pid")):
            pid = read_pid(path)
            if pid and stop_group(pid, self.state, PATIENCE):
                found.append(path.stem)
            path.unlink(missing_ok=True)
        return found

    def start(self, program: Program) -> None:
        """Starts a program and looks after it until `stop`."""
        self._children.append(_Child(program, self._spawn(program), time.monotonic()))

    def look(self) -> None:
        """Notices children that died, says so, and starts them again after a growing pause. Call it often."""
        for child in self._children:
            if child.restart_at is not None:
                if time.monotonic() >= child.restart_at:
                    self._restart(child)
            elif child.process.poll() is not None:
                self._mourn(child)

    def stop(self) -> None:
        """Ends every child: SIGTERM, and SIGKILL to those that do not listen.

        All at once, except the first one started, on which the others lean: it ends last, so that no child
        fills the terminal with complaints about its absence.
        """
        for together in (self._children[1:], self._children[:1]):
            threads = [threading.Thread(target=self._stop_child, args=[child]) for child in together]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self._children.clear()

    @property
    def _pid_folder(self) -> Path:
        return self.state / "run"

    def _pid_file(self, program: Program) -> Path:
        return self._pid_folder / f"{program.name}.pid"

    def _spawn(self, program: Program) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            program.command,
            env={**program.environment, MARKER: str(self.state), "PYTHONUNBUFFERED": "1"},
            cwd=program.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._pid_folder.mkdir(parents=True, exist_ok=True)
        self._pid_file(program).write_text(f"{process.pid}\n")
        threading.Thread(target=self._relay, args=[program, process], daemon=True).start()
        return process

    def _relay(self, program: Program, process: subprocess.Popen[str]) -> None:
        logs = self.state / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        assert process.stdout is not None
        with process.stdout as lines, (logs / f"{program.name}.log").open("a") as file:
            for line in lines:
                file.write(line)
                file.flush()
                self.show(program.name, line.rstrip("\n"))

    def _mourn(self, child: _Child) -> None:
        now = time.monotonic()
        child.crashes = 1 if now - child.started > STEADY else child.crashes + 1
        pause = min(2.0 ** (child.crashes - 1), LONGEST_PAUSE)
        child.restart_at = now + pause
        stop_group(child.process.pid, self.state, PATIENCE)  # what the dead one had started
        self.show(child.program.name, f"ended by itself ({_ending(child.process)}); starting again in {pause:.0f} s")

    def _restart(self, child: _Child) -> None:
        child.process = self._spawn(child.program)
        child.started, child.restart_at = time.monotonic(), None

    def _stop_child(self, child: _Child) -> None:
        stop_group(child.process.pid, self.state, PATIENCE)
        child.process.wait()
        self._pid_file(child.program).unlink(missing_ok=True)


def _ending(process: subprocess.Popen[str]) -> str:
    code = process.returncode
    return f"signal {-code}" if code < 0 else f"exit code {code}"
