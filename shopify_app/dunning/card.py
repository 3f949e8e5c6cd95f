"""A shopper changed the way to pay, or the address: what waited for it is tried, once, within a minute.

Before that try, `retry` reads every attempt since the failure: Shopify may charge by itself after a card update
(community.shopify.dev 34057), and then we do not.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.models import CANCELLED, EXPIRED, PAUSED, BillingCycle, Contract
from shopify_app.contracts.webhooks import contract_gid
from shopify_app.dunning import backup, cases, facts, retry, sight
from shopify_app.dunning.models import OPEN, DunningCase
from shopify_app.dunning.policy import AFTER_CARD, CARD_HELPS, Next, Step
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.kit.clock import machine_now
from shopify_app.kit.handling import IGNORED
from shopify_app.shoppers import mirror as shoppers
from shopify_app.shops.models import INSTALLED, Shop
from shopify_app.shops.webhooks import Message

BATCH = 200


def fetch_now(ctx: Context, shop: Shop, message: Message) -> datetime:
    """Nothing to ask: the handler before has written what Shopify says. Returns business time."""
    return ctx.clock.now()


def method_updated(ctx: Context, session: Session, shop: Shop, message: Message, now: datetime) -> str | None:
    """customer_payment_methods/update. Also when nothing that we can see of the card is another."""
    gid = message.payload.get("admin_graphql_api_id")
    method = shoppers.payment_method(session, shop.id, gid if isinstance(gid, str) else None)
    if method is None:
        return IGNORED
    if method.revoked_at is None:
        _reconsider(session, shop.id, Contract.payment_method_gid == gid, now, whatever=True)
    return None


def contract_changed(ctx: Context, session: Session, shop: Shop, message: Message, now: datetime) -> None:
    """subscription_contracts/update: it may have got another method, by whomever, or another address."""
    gid = contract_gid(message.payload)
    if gid:
        _reconsider(session, shop.id, Contract.shopify_gid == gid, now)


def review(ctx: Context) -> int:
    """Look at every open case whose subscription changed though no webhook told us; returns how many were woken.

    A duty: what somebody paid, skipped, paused or ended is closed within its interval, not at the next step.
    """
    with ctx.db.session() as session:
        shops = list(session.scalars(select(Shop.id).where(Shop.status == INSTALLED)))
    return sum(_review_shop(ctx, shop_id) for shop_id in shops)


def _review_shop(ctx: Context, shop_id: int) -> int:
    now = ctx.clock.now()
    with ctx.db.session() as session:
        at_risk = _open_cases(session, shop_id, Contract.at_risk_since.is_not(None))
    woken = sum(_take_alone(ctx, case_id, now) for case_id in at_risk)
    with ctx.db.session() as session:
        overtaken = (
            select(DunningCase)
            .join(Contract, Contract.id == DunningCase.contract_id)
            .outerjoin(
                BillingCycle,
                (BillingCycle.contract_id == DunningCase.contract_id)
                & (BillingCycle.cycle_index == DunningCase.cycle_index),
            )
            .where(DunningCase.shop_id == shop_id, DunningCase.state == OPEN, DunningCase.next_step != Step.FINAL)
            .where(or_(DunningCase.lease_until.is_(None), DunningCase.lease_until < machine_now()))
            .where(or_(BillingCycle.status == "BILLED", BillingCycle.skipped, Contract.status.in_(_OVER)))
            .with_for_update(of=DunningCase, skip_locked=True)
        )
        for case in session.scalars(overtaken):
            cases.plan(case, Next(Step.LOOK, now))
            woken += 1
    return woken


def _take_alone(ctx: Context, case_id: int, now: datetime) -> bool:
    """In a transaction of its own: the locks of a whole shop's contracts at once would stand in others' way."""
    with ctx.db.session() as session:
        return _take(session, case_id, now)


_OVER = (PAUSED, CANCELLED, EXPIRED)


def _reconsider(
    session: Session, shop_id: int, which: ColumnElement[bool], now: datetime, *, whatever: bool = False
) -> int:
    """Compare the open cases of some contracts with what they failed with; `whatever`: the method surely changed."""
    return sum(_take(session, case_id, now, whatever) for case_id in _open_cases(session, shop_id, which))


def _open_cases(session: Session, shop_id: int, which: ColumnElement[bool]) -> list[int]:
    rows = select(DunningCase.id).join(Contract, Contract.id == DunningCase.contract_id)
    mine = (DunningCase.shop_id == shop_id, DunningCase.state == OPEN, which)
    return list(session.scalars(rows.where(*mine).order_by(DunningCase.id)))


def _take(session: Session, case_id: int, now: datetime, whatever: bool = False) -> bool:
    """Plan a try if what changed is what this case needs; its contract is locked before anything of it is read."""
    case, contract, _ = retry.locked(session, case_id)
    if case.state != OPEN or backup.is_under_way(session, case):
        return False
    decline, seen = Decline(case.decline), sight.of(session, contract)
    if not (sight.is_helpful(decline, case.seen, seen) or (whatever and decline in CARD_HELPS)):
        return False
    case.card_changed_at, case.seen = now, seen
    if case.next_step in (Step.RETRY, Step.FINAL):
        cases.plan(case, Next(Step.CARD, now + AFTER_CARD))
        facts.card_changed(session, case, contract, now)
    return True
