"""What a run is made of: how many contracts, when they fall due, how much is to die."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.seeds import tiny

INTERVALS = ("WEEK", "MONTH")
HOURS = range(14, 29)
"""UTC, counted from the day's midnight: from nine in New York, the hour at which the app charges, to its midnight."""

BEFORE_CALL, BEFORE_RECORD = "billing.after_commit_before_call", "billing.after_call_before_record"
ELSEWHERE = (
    "billing.after_claim",
    "billing.after_gates_before_commit",
    "billing.after_record",
    "billing.settling_before_commit",
    "billing.after_settled",
)
MOST_OFTEN = 0.2
"""A process that dies at more than every fifth charge gets nothing done."""


@dataclass(frozen=True)
class Plan:
    """`spread`: on how many days in a row the contracts of a cycle fall due, five at most, so that a run can end
    between two cycles. `enough`: deaths at each of the two lines around the call, below which a run is void.
    `patience_s`: real seconds after which the next hour comes although something could still be taken up.
    `kill_after_s`: the least and the most real seconds from when the app was last seen ready to a death from outside;
    a machine on which nothing ever gets up again would prove nothing."""

    contracts: int
    cycles: int
    interval: str
    seed: int
    enough: int
    spread: int = 5
    patience_s: float = 15.0
    kill_after_s: tuple[float, float] = (4.0, 12.0)

    @property
    def charges(self) -> int:
        return self.contracts * self.cycles

    @property
    def end(self) -> datetime:
        """When the last cycle's last contract has fallen due and its day is over."""
        first = later(_midnight(), self.interval, self.cycles - 1)
        return first + timedelta(days=self.spread, hours=max(HOURS) - 23)

    def deaths(self) -> dict[str, float]:
        """Point → probability: three times as many as are needed around the call, a third of that elsewhere."""
        aim = 3 * self.enough + 4
        rate = min(MOST_OFTEN, aim / self.charges)
        return dict.fromkeys((BEFORE_CALL, BEFORE_RECORD), rate) | dict.fromkeys(ELSEWHERE, rate / 3)


def first_due(day: int, hour: int) -> datetime:
    """When a contract of this day (0 …) and hour (see HOURS) is expected to be charged for the first time."""
    return _midnight() + timedelta(days=day, hours=hour)


def later(start: datetime, interval: str, cycles: int) -> datetime:
    """The same instant so many intervals later, earlier when negative. Early days of a month only."""
    if interval == "WEEK":
        return start + timedelta(weeks=cycles)
    months = start.year * 12 + start.month - 1 + cycles
    return start.replace(year=months // 12, month=months % 12 + 1)


def _midnight() -> datetime:
    return tiny.START.replace(hour=0)
