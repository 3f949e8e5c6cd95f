"""Does what open cases have to do next, each when its time has come. A claim is a lease of machine time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from shopify_app.billing.attempts import ShopMustRest
from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.dunning import cases, facts, final, retry
from shopify_app.dunning.models import OPEN, DunningCase
from shopify_app.dunning.policy import DAILY, Next, Step
from shopify_app.gateways.shopify.errors import ShopifyError
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import INSTALLED, Shop

log = logging.getLogger(__name__)

BATCH = 20
LEASE = timedelta(seconds=180)
LATER = timedelta(minutes=5)
"""Machine time before a case is tried again whose shop could not be asked."""


def drain(ctx: Context) -> int:
    """Take the steps of one batch of cases; returns how many."""
    claimed = _claim(ctx)
    for case_id, step in claimed:
        try:
            _STEPS[Step(step)](ctx, case_id)
        except ShopMustRest as rest:
            _postpone(ctx, case_id, rest.seconds)
        except ShopifyError as error:
            log.warning("a failed charge has to wait", extra={"case_id": case_id, "error": str(error)})
            _postpone(ctx, case_id, LATER.total_seconds())
        except Exception:
            # one bad case must not keep the others from their turn
            log.exception("a failed charge could not be followed up", extra={"case_id": case_id})
            _postpone(ctx, case_id, LATER.total_seconds())
    if claimed:
        ctx.wakeups.wake("billing")
        ctx.wakeups.wake("klaviyo")
    return len(claimed)


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count open cases whose next step is due by `now` (business time) and leased to nobody (machine time)."""
    rows = select(func.count()).select_from(DunningCase).join(Shop, Shop.id == DunningCase.shop_id)
    due = (DunningCase.state == OPEN, DunningCase.next_step_at <= now, _free(machine_now), Shop.status == INSTALLED)
    return session.scalar(rows.where(*due)) or 0


def _claim(ctx: Context) -> list[tuple[int, str]]:
    now, moment = ctx.clock.now(), machine_now()
    ripe = (
        select(DunningCase.id)
        .join(Shop, Shop.id == DunningCase.shop_id)
        .where(DunningCase.state == OPEN, DunningCase.next_step_at <= now, Shop.status == INSTALLED, _free(moment))
        .order_by(DunningCase.next_step_at, DunningCase.id)
        .limit(BATCH)
        .with_for_update(of=DunningCase, skip_locked=True)
    )
    with ctx.db.session() as session:
        ids = list(session.scalars(ripe))
        rows = session.execute(
            update(DunningCase)
            .where(DunningCase.id.in_(ids))
            .values(lease_until=moment + LEASE)
            .returning(DunningCase.id, DunningCase.next_step)
        ).all()
    return sorted((row.id, str(row.next_step)) for row in rows)


def _free(moment: datetime) -> ColumnElement[bool]:
    return or_(DunningCase.lease_until.is_(None), DunningCase.lease_until < moment)


def _postpone(ctx: Context, case_id: int, seconds: float) -> None:
    with ctx.db.session() as session:
        session.execute(
            update(DunningCase)
            .where(DunningCase.id == case_id, DunningCase.state == OPEN)
            .values(lease_until=machine_now() + timedelta(seconds=seconds))
        )


def _look(ctx: Context, case_id: int) -> None:
    """See what became of a charge, or of a person's decision. `follow` has told of every outcome by itself.

    What is parked and released is tried once more; what nothing holds any longer goes on with its ladder.
    """
    now = ctx.clock.now()
    with ctx.db.session() as session:
        case, contract, cycle = retry.locked(session, case_id)
        if not retry.is_its_turn(case, now, Step.LOOK, Step.PERSON):
            return
        if retry.overtaken(session, case, contract, cycle, now) or cycle is None:
            return
        cases.plan(case, Next(Step.CARD, now))


def _remind(ctx: Context, case_id: int) -> None:
    """The merchant is told once more, every day; nothing is tried."""
    now = ctx.clock.now()
    with ctx.db.session() as session:
        case, contract, cycle = retry.locked(session, case_id)
        if not retry.is_its_turn(case, now, Step.REMIND) or retry.overtaken(session, case, contract, cycle, now):
            return
        log.error(
            "a charge still fails for a reason only the merchant can mend",
            extra={"shop_id": case.shop_id, "case_id": case.id, "decline_code": case.code},
        )
        facts.reminded(session, case, session.get_one(Contract, case.contract_id), now)
        cases.plan(case, Next(Step.REMIND, now + DAILY))


_STEPS: dict[Step, Callable[[Context, int], object]] = {
    Step.RETRY: retry.run,
    Step.CARD: retry.run,
    Step.BACKUP: retry.run,
    Step.FINAL: final.run,
    Step.LOOK: _look,
    Step.PERSON: _look,
    Step.REMIND: _remind,
}
