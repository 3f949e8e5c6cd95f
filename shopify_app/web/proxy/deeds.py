"""Skips, delays and brings back a shopper's order from the storefront: the portal's rules, through the one door."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta

from flask import g
from sqlalchemy.orm import Session

from shopify_app.edits import door
from shopify_app.edits.answers import Refusal
from shopify_app.edits.change import Change, Target
from shopify_app.edits.models import CycleEdit
from shopify_app.edits.rules import hook
from shopify_app.edits.skip import Skipping
from shopify_app.kit.gid import number_of
from shopify_app.web import ctx
from shopify_app.web.portal import offers, rows, shapes
from shopify_app.web.portal.asked import actor, refused, request_id
from shopify_app.web.portal.guard import allow_change
from shopify_app.web.portal.offers import MOVE, SKIP, UNSKIP
from shopify_app.web.portal.problems import Problem
from shopify_app.web.portal.rows import Coming
from shopify_app.web.portal.wish import MOVED_ON
from shopify_app.web.proxy.pressed import Press

log = logging.getLogger(__name__)

WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Done:
    """What was done: `day` is the order's day now, `undo` takes it back (None: nothing does any more)."""

    action: str
    day: date
    undo: Press | None


def offered(session: Session, coming: Coming) -> list[Press]:
    """Return what may be pressed for an order to come: skipping it, and one week later."""
    day = shapes.day(coming.cycle.expected_at)
    contract = coming.standing.contract
    customer, number = number_of(g.customer_gid), number_of(contract.shopify_gid)
    skip = Press(SKIP, g.shop.id, customer, number, coming.cycle.cycle_index, day)
    both = (skip, skip.back(MOVE, day, day + WEEK))
    return [press for press in both if why_not(session, coming, _change(press, coming)) is None]


def carry_out(press: Press) -> Done:
    """Do it, once for each token; Problem 404 or 409 when it cannot be done, 429 or 503 when it cannot now."""
    with ctx().db.session() as session:
        contract = rows.mine(session, press.contract)
        coming, _ = rows.one_coming(session, contract, str(press.index), ctx().clock.now())
        named = request_id(press.nonce)
        change = _change(press, coming)
        is_known = session.get(CycleEdit, (g.shop.id, named)) is not None
        if not is_known and change.is_true(coming.cycle):
            return _done(press, coming)
        if not is_known and shapes.day(coming.cycle.expected_at) != press.shown:
            raise Problem(409, MOVED_ON)
        if not is_known and (reason := why_not(session, coming, change)):
            raise Problem(409, reason)
    allow_change()
    target = Target(g.shop.id, contract.shopify_gid, press.index, actor())
    answer = door.carry_out(ctx(), change, target, named)
    log.info("shopper edit", extra={"shop_id": g.shop.id, "action": press.action, "refusal": answer.refusal})
    if answer.refusal is not None and answer.refusal is not Refusal.ALREADY:
        raise refused(answer)
    with ctx().db.session() as session:
        contract = rows.mine(session, press.contract)
        coming, _ = rows.one_coming(session, contract, str(press.index), ctx().clock.now())
        if not _change(press, coming).is_true(coming.cycle):
            raise Problem(409, MOVED_ON)  # it was done for this token, and taken back since
        return _done(press, coming)


def why_not(session: Session, coming: Coming, change: Change) -> str | None:
    """Return why the shopper cannot make this change now, by how the order stands or a rule; None when they can."""
    rule = hook.of_change(session, change, coming.standing, actor()).forbidden
    return offers.why_not(coming, change, g.shop.zone) or rule


def _change(press: Press, coming: Coming) -> Change:
    if press.action == MOVE and press.to is not None:
        return offers.on_day(press.to, coming, g.shop.zone)
    return Skipping(press.action == SKIP)


def _done(press: Press, coming: Coming) -> Done:
    day = shapes.day(coming.cycle.expected_at)
    if coming.standing.now >= coming.charge_at:
        return Done(press.action, day, None)
    if press.action == MOVE:
        return Done(press.action, day, press.back(MOVE, day, press.shown))
    return Done(press.action, day, press.back(UNSKIP if press.action == SKIP else SKIP, day, None))
