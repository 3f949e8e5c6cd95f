"""The app's processes, born again the moment they die: forks of one interpreter that has imported everything.

`python -m tests.chaos.nursery`. `CHAOS` is JSON: `{"seed", "began", "state", "deaths": {point: probability}}`; with
`began` null nobody dies and machine time is real (the app is installed and imports its shop in peace). Starting
Python anew takes seconds of a small machine; hundreds of deaths would be mostly that. A fork shares code and nothing
else: each child runs the command that production runs, in a process group of its own, and makes its own connections.

Workers may die at any named line: a line in the trace file, then SIGKILL by their own hand; no cleanup, no rollback.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.chaos import machine_time

APP = {"web": "web", "worker-1": "worker", "worker-2": "worker", "ticker": "ticker"}
"""Process → the `perennial` command it runs."""
BREATH_S = 0.1
"""Between two births of one process: without its servers it can only die again."""


@dataclass(frozen=True)
class Orders:
    """What CHAOS says."""

    seed: int
    began: float | None
    state: Path
    deaths: dict[str, float]

    @classmethod
    def read(cls, text: str) -> Orders:
        found = json.loads(text)
        return cls(found["seed"], found["began"], Path(found["state"]), found["deaths"])


def main() -> int:
    orders = Orders.read(os.environ["CHAOS"])
    if orders.began is not None:
        machine_time.speed_up(orders.began)
    _import_everything()
    living: dict[int, str] = {}
    births = dict.fromkeys(APP, 0)
    signal.signal(signal.SIGTERM, lambda number, frame: _end(living))
    for name in APP:
        living[_bear(orders, name, 0)] = name
    while True:
        pid, _ = os.wait()
        name = living.pop(pid)
        births[name] += 1
        time.sleep(BREATH_S)
        living[_bear(orders, name, births[name])] = name


def _import_everything() -> None:
    """What the commands import late, imported once for all children."""
    import granian
    import rq

    from shopify_app import cli, commands, serving, wiring
    from shopify_app.shops import host_guard
    from shopify_app.web import health

    assert all((granian, rq, cli, commands, serving, wiring, host_guard, health))


def _bear(orders: Orders, name: str, births: int) -> int:
    """Fork one process of the app and return its pid; in the child this does not return."""
    pid = os.fork()
    if pid:
        (orders.state / "run" / f"{name}.pid").write_text(f"{pid}\n")
        return pid
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _write_to(orders.state / "logs" / f"{name}.log")
    os._exit(_live(orders, name, births))


def _write_to(log: Path) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(file, stream)


def _live(orders: Orders, name: str, births: int) -> int:
    from shopify_app import cli
    from shopify_app.kit import crashpoints

    command, dice = APP[name], Random(f"{orders.seed}:{name}:{births}")
    with ExitStack() as armed:
        for point, probability in orders.deaths.items() if command == "worker" else ():
            armed.enter_context(crashpoints.armed(point, _perhaps_die(point, probability, dice, orders.state)))
        return cli.main([command])


def _perhaps_die(point: str, probability: float, dice: Random, state: Path) -> Callable[[], None]:
    def reached() -> None:
        if dice.random() < probability:
            with (state / "trace").open("a") as trace:
                trace.write(point + "\n")
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


def _end(living: dict[int, str]) -> None:
    for pid in living:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
