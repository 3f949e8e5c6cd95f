"""What came of it all: the sandbox's ledger judges, and the app's own books must say the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
import psycopg

OWN_ALARMS = ("perennial_unexplained_charges", "perennial_cycles_parked", "perennial_cycles_overdue")
"""What the app itself would alert on (`/metrics`)."""


@dataclass(frozen=True)
class Verdict:
    """`unexplained`: payments without exactly one settled attempt of the same key, and the other way round; attempts
    of which nobody knows the outcome; cycles and contracts given to a person; alarms of the app's own."""

    due: int
    charged: int
    double: int
    missed: int
    waiting: int
    violations: int
    unexplained: tuple[str, ...]

    @property
    def clean(self) -> bool:
        return not (self.double or self.missed or self.waiting or self.violations or self.unexplained)

    def sentence(self) -> str:
        return (
            f"{self.due} cycles due, {self.charged} charges: {self.double} double, {self.missed} missed, "
            f"{len(self.unexplained)} unexplained, {self.waiting} not yet charged, {self.violations} violations"
        )


def judge(sandbox_url: str, app_url: str, database_url: str) -> Verdict:
    """Ask both sides."""
    verdict = _get(f"{sandbox_url}/_control/violations").json()["verdict"]
    payments = _get(f"{sandbox_url}/_control/ledger").json()["payments"]
    with psycopg.connect(database_url.replace("+psycopg", "", 1), connect_timeout=10) as database:
        unexplained = _unexplained(database, [payment["key"] for payment in payments])
    unexplained += alarms(_get(f"{app_url}/metrics").text)
    return Verdict(
        due=verdict["due"],
        charged=len(payments),
        double=verdict["twice"],
        missed=verdict["missed"],
        waiting=verdict["waiting"] + verdict["declined"],
        violations=verdict["violations"],
        unexplained=tuple(unexplained),
    )


def _get(url: str) -> httpx.Response:
    return httpx.get(url, timeout=60).raise_for_status()


def _unexplained(database: psycopg.Connection, paid: list[str]) -> list[str]:
    found = puzzles(database.execute("select idempotency_key, state from billing_attempts").fetchall(), paid)
    for table in ("billing_cycles", "contracts"):
        parked = database.execute(f"select id, parked_reason from {table} where parked_reason is not null")
        found += [f"{table} {number} parked: {reason}" for number, reason in parked]
    return found


def puzzles(books: Sequence[tuple[str, str]], paid: Sequence[str]) -> list[str]:
    """Hold our attempts (key, state) against the keys that were paid; answer what does not fit, in words."""
    settled = {key for key, state in books if state == "settled"}
    found = [f"paid, not in our books: {key}" for key in paid if key not in settled]
    found += [f"in our books, not paid: {key}" for key in settled - set(paid)]
    return found + [f"{state}: {key}" for key, state in books if state not in ("settled", "failed", "refused")]


def alarms(metrics: str) -> list[str]:
    """Return what the app itself alerts on, read from its `/metrics`."""
    found = {name: re.search(rf"^{name} ([0-9.]+)$", metrics, re.M) for name in OWN_ALARMS}
    silent = [f"{name} is not told" for name, match in found.items() if match is None]
    return silent + [f"{name} {match[1]}" for name, match in found.items() if match and float(match[1])]
