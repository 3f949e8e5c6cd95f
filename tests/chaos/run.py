"""`bin/chaos`: cycles fall due, everything dies now and then, and the ledger has the last word.

Twenty per cent of the webhooks are lost and twenty come twice; one call in ten fails, or is carried out and its
answer lost. A run counts only if enough processes died between commit and call and between call and record.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import psycopg

from sandbox.seeds import tiny
from tests.chaos import passing
from tests.chaos.fire import Fire
from tests.chaos.machine import VICTIMS, Machine, running
from tests.chaos.plan import BEFORE_CALL, BEFORE_RECORD, INTERVALS, Plan
from tests.chaos.verdict import Verdict, judge
from tests.support.app import ROOT

ENOUGH = 20
REST = timedelta(hours=30)
"""Business time after the fire: the ledger calls a cycle missed a day after its expected date."""
Say = Callable[[str], None]


class RunFailed(Exception):
    """The run came to no verdict; the message says why."""


@dataclass(frozen=True)
class Outcome:
    """What a run came to: the verdict, and how often a process died at each line and was killed from outside."""

    verdict: Verdict
    died: dict[str, int]
    killed: dict[str, int]
    seconds: float

    def counts(self, enough: int) -> bool:
        """Answer whether enough died at the two lines that matter, and each part at least once."""
        around = min(self.died.get(BEFORE_CALL, 0), self.died.get(BEFORE_RECORD, 0))
        return around >= enough and {name.split("-")[0] for name in VICTIMS} <= self.killed.keys()


def main(argv: list[str] | None = None) -> int:
    options = _parse(argv)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))  # so that nothing is left running
    plan = Plan(options.contracts, options.cycles, options.interval, options.seed, options.enough, options.spread)
    try:
        outcome = play(options.state, plan, minutes=options.minutes, say=_say)
    except RunFailed as problem:
        print(f"\nbin/chaos: {problem}", file=sys.stderr)
        return 1
    return _report(outcome, plan, options.state)


def play(state: Path, plan: Plan, *, minutes: float, say: Say = lambda text: None) -> Outcome:
    """One run. Raises RunFailed when it does not end in so many real minutes."""
    began = time.monotonic()
    deadline = began + minutes * 60
    with running(state, plan) as machine:
        _install(machine, deadline, say)
        machine.start_dying()
        fire = Fire(machine)
        now = _pass_until(machine, tiny.START, plan.end, deadline, say, fire.strike)
        fire.put_out()
        now = _pass_until(machine, now, now + REST, deadline, say, lambda: None)
        _come_to_rest(machine, deadline)
        verdict = judge(machine.sandbox_url, machine.app_url, machine.database_url)
        return Outcome(verdict, dict(machine.died_at()), dict(machine.killed), time.monotonic() - began)


def _install(machine: Machine, deadline: float, say: Say) -> None:
    say("starting, installing, importing …\n")
    for _ in _until(deadline, "the app did not get ready", machine):
        if machine.ready():
            break
    launch = machine.control("GET", f"/shops/{tiny.SHOP}/launch")
    page = {"Accept": "text/html", "Sec-Fetch-Dest": "iframe"}
    httpx.get(f"{machine.app_url}/", params=launch, headers=page, timeout=30).raise_for_status()
    for _ in _until(deadline, "the import did not end", machine):
        if _imported(machine):
            return


def _pass_until(
    machine: Machine, now: datetime, end: datetime, deadline: float, say: Say, meanwhile: Callable[[], None]
) -> datetime:
    while now < end:
        if time.monotonic() > deadline:
            raise RunFailed(f"business time got to {now:%F} only; logs are in {machine.state / 'logs'}")
        now = passing.hop(machine, now, end, meanwhile)
        say(f"\r{now:%F %H:%M}  {_progress(machine, now)}   ")
    say("\n")
    return now


def _come_to_rest(machine: Machine, deadline: float) -> None:
    """Nothing is due any more and nothing fails: now the app must find an end by itself."""
    said: object = None
    while time.monotonic() < deadline:
        try:
            said = httpx.get(f"{machine.app_url}/readyz?idle=1", timeout=10).json()
        except (httpx.HTTPError, ValueError) as problem:
            said = problem
        if isinstance(said, dict) and said.get("idle"):
            return
        time.sleep(0.2)
    raise RunFailed(f"the app did not come to rest: {said}; logs are in {machine.state / 'logs'}")


def _until(deadline: float, words: str, machine: Machine) -> Iterator[None]:
    while time.monotonic() < deadline:
        machine.look()
        yield
        time.sleep(0.5)
    raise RunFailed(f"{words} in time; logs are in {machine.state / 'logs'}")


def _imported(machine: Machine) -> bool:
    with psycopg.connect(machine.database_url.replace("+psycopg", "", 1), connect_timeout=10) as database:
        return bool(database.execute("select 1 from contract_imports where finished_at is not null").fetchone())


def _progress(machine: Machine, now: datetime) -> str:
    died, work = machine.died_at(), passing.look(machine, now)
    elsewhere = died.total() - died[BEFORE_CALL] - died[BEFORE_RECORD]
    return (
        f"open {work.open if work else '?'}; died before the call {died[BEFORE_CALL]}, "
        f"before the record {died[BEFORE_RECORD]}, elsewhere {elsewhere}, from outside {machine.killed.total()}"
    )


def _report(outcome: Outcome, plan: Plan, state: Path) -> int:
    print(f"\n{outcome.verdict.sentence()}; {outcome.seconds:.0f} s")
    print(f"died at a line: {outcome.died}\nkilled from outside: {outcome.killed}")
    for puzzle in outcome.verdict.unexplained[:20]:
        print(f"  {puzzle}")
    if not outcome.counts(plan.enough):
        print(f"The run does not count: fewer than {plan.enough} deaths at a line around the call, or a part spared.")
    well = outcome.verdict.clean and outcome.counts(plan.enough)
    print("" if well else f"Logs are in {state / 'logs'}")
    return 0 if well else 1


def _say(text: str) -> None:
    print(text, end="", flush=True)


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/chaos", description=__doc__)
    parser.add_argument("--contracts", type=int, default=2000)
    parser.add_argument("--cycles", type=int, default=3)
    parser.add_argument("--interval", choices=INTERVALS, default="WEEK")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--spread", type=int, choices=range(1, 6), default=5, help="days on which a cycle falls due")
    parser.add_argument("--enough", type=int, default=ENOUGH, help="deaths at each line, below which a run is void")
    parser.add_argument("--minutes", type=float, default=180, help="give up after so many")
    parser.add_argument("--state", type=Path, default=ROOT / ".perennial" / "chaos")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
