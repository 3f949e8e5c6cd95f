"""One machine that runs everything, and the hand that kills: processes by group, servers by pid, always SIGKILL."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx

from shopify_app.demo import embedded, postgres
from shopify_app.demo.processes import read_pid
from shopify_app.demo.supervisor import Program, Supervisor
from shopify_app.kit.migrate import upgrade
from tests.chaos.nursery import APP
from tests.chaos.plan import Plan
from tests.support.app import ROOT, environ_for, free_port

VICTIMS = (*APP, "postgres", "valkey")


@dataclass
class Machine:
    """The running product: where its parts are, and what was killed from outside. `began`: see machine_time."""

    state: Path
    plan: Plan
    sandbox_url: str
    app_url: str
    database_url: str
    began: float
    environ: dict[str, str]
    killed: Counter[str] = field(default_factory=Counter)
    shopify: Supervisor = field(init=False)
    app: Supervisor = field(init=False)

    def __post_init__(self) -> None:
        # two of them, because the app is started anew once its shop is imported
        self.shopify, self.app = (Supervisor(self.state, show=lambda name, line: None) for _ in range(2))

    def start(self) -> None:
        """Start the sandbox and then the app, in real machine time."""
        self.shopify.start(_sandbox(self))
        _wait_for(f"{self.sandbox_url}/clock")
        self.app.start(_app(self, dying=False))

    def start_dying(self) -> None:
        """Start the app anew, in fast machine time and with lines at which it may die."""
        self.app.stop()
        self.began = time.time()
        self.app.start(_app(self, dying=True))

    def stop(self) -> None:
        self.app.stop()
        self.shopify.stop()

    def look(self) -> None:
        """Start again whatever ended by itself. Call it often."""
        self.shopify.look()
        self.app.look()

    def died_at(self) -> Counter[str]:
        """How often a process died at each named line."""
        return Counter((self.state / "trace").read_text().split())

    def kill(self, name: str) -> None:
        """Kill one of VICTIMS without warning; the nursery, or we for a server, start it again."""
        self.killed[name.split("-")[0]] += 1
        if name in APP:
            _kill(self.state / "run" / f"{name}.pid", os.killpg)
        elif name == "postgres":
            _kill(postgres.cluster(self.state).data / "postmaster.pid", os.kill)
            embedded.ensure_postgres(self.state)
        else:
            _kill(self.state / "valkey" / "valkey.pid", os.kill)
            embedded.ensure_valkey(self.state)

    def ready(self) -> bool:
        """Answer whether the web process is there and finds its database and Redis."""
        try:
            return httpx.get(f"{self.app_url}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def control(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        """Call the sandbox's control API and return its answer."""
        answer = httpx.request(method, f"{self.sandbox_url}/_control{path}", json=body or None, timeout=60)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found


def victims(dice: Random) -> Iterator[str]:
    """Whom to kill, for ever: everyone once in random order, then again in another."""
    while True:
        yield from dice.sample(VICTIMS, len(VICTIMS))


@contextmanager
def running(state: Path, plan: Plan) -> Iterator[Machine]:
    """Everything started on an empty `state` folder, and nothing left of it afterwards but logs and trace."""
    _forget(state)
    for folder in ("run", "logs"):
        (state / folder).mkdir(parents=True)
    (state / "trace").touch()
    try:
        database_url, redis_url = embedded.ensure_postgres(state), embedded.ensure_valkey(state)
        upgrade(database_url)
        sandbox, app = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        environ = {**os.environ, **environ_for(sandbox, app, database_url, redis_url), "LOG_LEVEL": "warning"}
        machine = Machine(state, plan, sandbox, app, database_url, time.time(), environ)
        try:
            machine.start()
            yield machine
        finally:
            machine.stop()
    finally:
        embedded.remove_valkey(state)
        embedded.remove_postgres(state)


def _sandbox(machine: Machine) -> Program:
    plan, port = machine.plan, machine.sandbox_url.rsplit(":", 1)[1]
    world = [port, machine.app_url, *map(str, (plan.contracts, plan.interval, plan.spread, plan.seed))]
    return _program("sandbox", ["tests.chaos.shopify_process", *world], machine.environ)


def _app(machine: Machine, *, dying: bool) -> Program:
    plan = machine.plan
    orders = {
        "seed": plan.seed,
        "began": machine.began if dying else None,
        "state": str(machine.state.resolve()),
        "deaths": plan.deaths() if dying else {},
    }
    return _program("nursery", ["tests.chaos.nursery"], machine.environ | {"CHAOS": json.dumps(orders)})


def _program(name: str, module: list[str], environ: dict[str, str]) -> Program:
    return Program(name, [sys.executable, "-m", *module], environ, ROOT)


def _wait_for(url: str, seconds: float = 60.0) -> None:
    """The app's processes do not start without business time: they would only die and be started again."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            httpx.get(url, timeout=5)
            return
        time.sleep(0.1)


def _kill(pid_file: Path, kill: Any) -> None:
    pid = read_pid(pid_file)
    if pid:
        with suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)


def _forget(state: Path) -> None:
    Supervisor(state).stop_orphans()
    embedded.remove_valkey(state)
    embedded.remove_postgres(state)
    shutil.rmtree(state, ignore_errors=True)
