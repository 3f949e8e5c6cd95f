"""Runs everything due in this very process, until nothing waits: for `perennial tick` and for tests."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field

from shopify_app import schedule, ticker
from shopify_app.context import Context

log = logging.getLogger(__name__)

ROUNDS = 200
"""More rounds than this means that a drain reports waiting rows it cannot work off."""


@dataclass
class Report:
    """What one pass did: rows by drain, duties with their outcome, errors by drain, and what is still waiting."""

    rows: Counter[str] = field(default_factory=Counter)
    duties: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return bool(self.errors) or any(outcome != "done" for outcome in self.duties.values())


def run_until_idle(ctx: Context, only: frozenset[str] = frozenset()) -> Report:
    """Run due duties and drains until no row waits (or a drain keeps failing); `only` limits to these names."""
    report = Report()
    ctx.clock.fresh()  # duties must not be judged by a remembered instant when time has just been moved
    for _ in range(ROUNDS):
        report.duties.update(ticker.run_due_duties(ctx, only))
        waiting = {name: count for name, count in ticker.waiting(ctx, fresh=True).items() if not only or name in only}
        report.left = waiting
        runnable = [drain for drain in schedule.DRAINS if drain.name in waiting and drain.name not in report.errors]
        if not runnable:
            break
        for drain in runnable:
            _run(ctx, drain, report)
    return report


def _run(ctx: Context, drain: schedule.Drain, report: Report) -> None:
    try:
        report.rows[drain.name] += drain.run(ctx)
    except Exception as error:
        log.exception("drain failed", extra={"drain": drain.name})
        report.errors[drain.name] = type(error).__name__
