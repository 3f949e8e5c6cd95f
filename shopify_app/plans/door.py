"""The one way in which selling plans are changed: written down, asked for, and believed once it is read at Shopify.

Three steps, none of them under an open transaction while Shopify is asked. The same request id acts once.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.gateways.shopify.errors import (
    AccessDenied,
    ServerFault,
    ShopifyError,
    Unreachable,
    UserErrors,
)
from shopify_app.journal.record import record
from shopify_app.kit.clock import machine_now
from shopify_app.plans import answers, queries, refresh
from shopify_app.plans.answers import Answer
from shopify_app.plans.changes import Change, Create, code_of, is_variant, parse
from shopify_app.plans.models import PlanChange, SellingPlanGroup
from shopify_app.shops.queries import installed
from shopify_app.shops.tokens import with_client

log = logging.getLogger(__name__)

REQUESTED, CONFIRMED, REJECTED = "requested", "done", "rejected"
LEASE = timedelta(minutes=2)
"""Machine time in which whoever asks Shopify has finished, or is dead."""
LONGEST_ID = 100


def carry_out(
    ctx: Context, shop_id: int, change: Change, request_id: str, actor: str, group_gid: str | None = None
) -> Answer:
    """Change the group (or make one) at Shopify and tell the journal. Never raises what Shopify may answer.

    Raises ValueError for a request id that is empty or longer than LONGEST_ID.
    """
    if not 0 < len(request_id) <= LONGEST_ID:
        raise ValueError("a request id has 1 to 100 characters")
    with ctx.db.session() as session:
        known = _begin(session, shop_id, change, request_id, actor, group_gid, ctx.clock.now())
    if known is not None:
        return known
    try:
        with_client(ctx, shop_id, lambda client: change.send(client, group_gid or "", request_id))
    except UserErrors as error:
        problems = tuple(answers.problem(each) for each in error.errors)
        return _reject(ctx, shop_id, request_id, Answer(False, "Nothing was changed", problems, group_gid))
    except AccessDenied:
        return _reject(ctx, shop_id, request_id, Answer(False, answers.NO_SCOPE, (), group_gid))
    except (Unreachable, ServerFault) as error:
        log.warning("selling plan change without an answer", extra={"shop_id": shop_id, "error": str(error)})
    except ShopifyError as error:
        log.warning("selling plan change has to wait", extra={"shop_id": shop_id, "error": str(error)})
        return _reject(ctx, shop_id, request_id, Answer(False, answers.NO_ANSWER, (), group_gid))
    return _confirm(ctx, shop_id, request_id)


def look(ctx: Context, shop_id: int, patience: float = 5.0) -> None:
    """Read the groups again, and finish what somebody asked for and did not live to see. Raises ShopifyError."""
    refresh.refresh(ctx, shop_id, patience)
    abandoned = select(PlanChange).where(
        PlanChange.shop_id == shop_id, PlanChange.state == REQUESTED, PlanChange.lease_until < machine_now()
    )
    with ctx.db.session() as session:
        for row in session.scalars(abandoned.with_for_update(skip_locked=True)):
            if not _finish_if_true(session, row, ctx.clock.now()):
                _finish(session, row, REJECTED, answers.NOT_DONE, ctx.clock.now())


def run(ctx: Context) -> int:
    """Look at every installed shop; returns how many answered."""
    with ctx.db.session() as session:
        shops = [shop for shop in installed(session) if ctx.only_shop_id in (None, shop.id)]
    answered = 0
    for shop in shops:
        try:
            look(ctx, shop.id)
            answered += 1
        except ShopifyError as error:
            log.warning("reading selling plans has to wait", extra={"shop": shop.domain, "error": str(error)})
    return answered


def _begin(
    session: Session,
    shop_id: int,
    change: Change,
    request_id: str,
    actor: str,
    group_gid: str | None,
    now: datetime,
) -> Answer | None:
    """Write down who wants what; or return what this request id was answered before."""
    row = insert(PlanChange).values(
        shop_id=shop_id,
        request_id=request_id,
        group_gid=group_gid,
        action=change.name,
        wish=change.wish(),
        actor=actor,
        state=REQUESTED,
        asked_at=now,
        lease_until=machine_now() + LEASE,
    )
    if session.scalar(row.on_conflict_do_nothing().returning(PlanChange.id)) is not None:
        return None
    known = _row(session, shop_id, request_id)
    if (known.action, known.wish, known.group_gid if group_gid else None) != (change.name, change.wish(), group_gid):
        return Answer(False, answers.OTHER_WISH, (), known.group_gid)
    if known.state == CONFIRMED:
        return Answer(True, answers.DONE, (), known.group_gid)
    words = answers.UNDER_WAY if known.state == REQUESTED else known.words or answers.NOT_DONE
    return Answer(False, words, (), known.group_gid)


def _confirm(ctx: Context, shop_id: int, request_id: str) -> Answer:
    try:
        refresh.refresh(ctx, shop_id)
    except ShopifyError as error:
        log.warning("selling plan change not seen yet", extra={"shop_id": shop_id, "error": str(error)})
    with ctx.db.session() as session:
        row = _row(session, shop_id, request_id)
        if _finish_if_true(session, row, ctx.clock.now()):
            return Answer(True, answers.DONE, (), row.group_gid)
        return Answer(False, answers.UNDER_WAY, (), row.group_gid)


def _reject(ctx: Context, shop_id: int, request_id: str, answer: Answer) -> Answer:
    words = answer.problems[0][1] if answer.problems else answer.words
    with ctx.db.session() as session:
        _finish(session, _row(session, shop_id, request_id), REJECTED, words, ctx.clock.now())
    return answer


def _finish_if_true(session: Session, row: PlanChange, now: datetime) -> bool:
    change = parse(row.action, row.wish)
    group = _group(session, row, change)
    was_read = session.scalar(
        select(func.max(SellingPlanGroup.read_at)).where(SellingPlanGroup.shop_id == row.shop_id)
    )
    if row.state != REQUESTED or was_read is None or not change.is_true(group):
        return False
    row.group_gid = group.shopify_gid if group else row.group_gid
    _finish(session, row, CONFIRMED, None, now)
    record(
        session,
        row.shop_id,
        key=f"{change.fact}:{row.request_id}",
        kind=change.fact,
        occurred_at=now,
        actor=row.actor,
        data=_told(session, row, change),
    )
    return True


def _group(session: Session, row: PlanChange, change: Change) -> SellingPlanGroup | None:
    if isinstance(change, Create):
        mine = [g for g in queries.groups(session, row.shop_id) if g.merchant_code == code_of(row.request_id)]
        return mine[0] if mine else None
    return queries.group(session, row.shop_id, row.group_gid or "")


def _told(session: Session, row: PlanChange, change: Change) -> dict[str, object]:
    """Names for the history, also of a group that is gone."""
    names = select(SellingPlanGroup.name).where(
        SellingPlanGroup.shop_id == row.shop_id, SellingPlanGroup.shopify_gid == row.group_gid
    )
    wish = row.wish
    plan = (wish.get("terms") or {}).get("name")
    sold = wish.get("products") or ()
    variants = sum(map(is_variant, sold))
    found = {
        "group": session.scalar(names), "plan": plan, "products": len(sold) - variants, "variants": variants,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def _finish(session: Session, row: PlanChange, state: str, words: str | None, now: datetime) -> None:
    row.state, row.words, row.finished_at, row.lease_until = state, words, now, None


def _row(session: Session, shop_id: int, request_id: str) -> PlanChange:
    query = select(PlanChange).where(PlanChange.shop_id == shop_id, PlanChange.request_id == request_id)
    return session.scalars(query.with_for_update()).one()
