"""`perennial tick`: one pass of everything due at an instant, inline, with a table of what was done."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import func, select

from shopify_app import inline, schedule, ticker, wiring
from shopify_app.billing import preview
from shopify_app.commands.processes import settings_with_services
from shopify_app.context import Context
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.kit.clock import Clock, FixedClock, RemoteClock, SystemClock
from shopify_app.kit.gid import number_of
from shopify_app.shops import queries

PARKED = 3


def run_tick(arguments: argparse.Namespace) -> int:
    """Do what is due, or with --dry-run say what would be done. Exit 0, 1 if failed, 2 bad input, 3 if parked.

    A dry run answers as the real one would: 1 when Shopify cannot be asked, 3 when something would be parked.
    """
    settings = settings_with_services()
    present: Clock = RemoteClock(settings.clock_url) if settings.clock_url else SystemClock()
    problem, clock = _clock(arguments, present, settings.on_loopback)
    if problem or clock is None:
        return _refuse(problem)
    problem = _unknown_names(arguments.only)
    if problem:
        return _refuse(problem)
    ctx = wiring.build(settings, clock=clock, inline=True)
    with _limited_to(ctx, arguments.shop) as limited:
        if limited is None:
            return _refuse(f"--shop: no installed shop {arguments.shop}")
        return _count(limited, arguments.only) if arguments.dry_run else _do(limited, arguments.only)


def _clock(arguments: argparse.Namespace, present: Clock, on_loopback: bool) -> tuple[str, Clock | None]:
    if not arguments.as_of:
        return "", present
    try:
        instant = datetime.fromisoformat(arguments.as_of)
    except ValueError:
        return f"--as-of: {arguments.as_of!r} is no instant like 2026-12-01T09:00:00Z", None
    if instant.tzinfo is None:
        return f"--as-of: {arguments.as_of!r} needs a zone, e.g. a final Z", None
    if instant.astimezone(UTC) > present.now() and not (arguments.dry_run or on_loopback):
        return "--as-of: an instant in the future would charge early; add --dry-run to ask what would run", None
    return "", FixedClock(instant)


def _unknown_names(only: list[str]) -> str:
    known = {duty.name for duty in schedule.DUTIES} | set(schedule.QUEUES)
    unknown = [name for name in only if name not in known]
    return f"--only: {unknown[0]!r} is none of {', '.join(sorted(known))}" if unknown else ""


@contextmanager
def _limited_to(ctx: Context, domain: str | None) -> Iterator[Context | None]:
    if domain is None:
        yield ctx
        return
    with ctx.db.session() as session:
        shop = queries.by_domain(session, domain)
    yield replace(ctx, only_shop_id=shop.id) if shop and shop.is_installed else None


def _count(ctx: Context, only: list[str]) -> int:
    waiting = {name: count for name, count in ticker.waiting(ctx).items() if not only or name in only}
    print(f"as of {ctx.clock.now():%Y-%m-%d %H:%M %Z}: nothing was changed")
    for name, count in waiting.items() or {"nothing": 0}.items():
        print(f"  {name:20} {count:6} due")
    return foretell(ctx) if not only or "billing" in only else 0


def foretell(ctx: Context) -> int:
    """Print each due charge: what would be asked for, or why not."""
    found = list(preview.lines(ctx, ctx.clock.now()))
    verdicts = Counter(line.verdict for line in found)
    if found:
        print(f"  {'due':16}  {'contract':>14}  {'cycle':>5}  {'about':>14}  what would happen")
    for line in found:
        about = f"{line.amount:.2f} {line.currency}"
        what = f"{line.verdict}: {line.why}" if line.why else line.verdict
        place = f"{number_of(line.contract_gid):>14}  {line.cycle_index:>5}"
        print(f"  {line.due_at:%Y-%m-%d %H:%M}  {place}  {about:>14}  {what}")
    print(f"  {verdicts[preview.CHARGE]} would be charged, {len(found) - verdicts[preview.CHARGE]} would not")
    if verdicts[preview.UNREADABLE]:
        return 1
    return PARKED if verdicts[preview.PARK] else 0


def _do(ctx: Context, only: list[str]) -> int:
    before = _parked(ctx)
    report = inline.run_until_idle(ctx, frozenset(only))
    print(f"as of {ctx.clock.now():%Y-%m-%d %H:%M %Z}")
    for name, outcome in report.duties.items():
        print(f"  {name:20} {outcome}")
    for name, count in report.rows.items():
        print(f"  {name:20} {count:6} rows {report.errors.get(name, '')}".rstrip())
    parked = _parked(ctx) - before
    if parked:
        print(f"  {parked} parked: a person must decide")
    if report.failed:
        return 1
    return PARKED if parked else 0


def _parked(ctx: Context) -> int:
    with ctx.db.session() as session:
        cycles = select(func.count()).select_from(BillingCycle).where(BillingCycle.parked_reason.is_not(None))
        contracts = select(func.count()).select_from(Contract).where(Contract.parked_reason.is_not(None))
        return (session.scalar(cycles) or 0) + (session.scalar(contracts) or 0)


def _refuse(problem: str) -> int:
    print(f"perennial tick: {problem}", file=sys.stderr)
    return 2
