"""What a shopper does with a cycle: previewed (which changes nothing), done through the one door, undone.

A double tap acts once: what is so already is answered as done, and what has a key as it was answered before.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from flask import g, jsonify, request
from flask.typing import ResponseReturnValue

from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import door
from shopify_app.edits.answers import Answer, Refusal
from shopify_app.edits.change import Change, Target
from shopify_app.edits.models import CycleEdit
from shopify_app.edits.move import Moving
from shopify_app.edits.rules import hook
from shopify_app.edits.rules.forbidden import Forbidden
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.web import ctx
from shopify_app.web.portal import blueprint, cycle_shapes, offers, rows, shapes, wish
from shopify_app.web.portal.asked import actor, read_json, read_key, refused, request_id
from shopify_app.web.portal.deed import KEY
from shopify_app.web.portal.guard import allow_change, shopper
from shopify_app.web.portal.offers import MOVE, SKIP, UNSKIP
from shopify_app.web.portal.problems import Problem
from shopify_app.web.portal.rows import Coming

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """One request: the cycle as it stands, what shall become of it, and the other cycles to come."""

    action: str
    coming: Coming
    others: list[Coming]
    change: Change
    rule: Forbidden | None
    named: str | None
    """The request's id; None when it brought no key."""
    is_known: bool

    @property
    def contract(self) -> Contract:
        return self.coming.standing.contract

    @property
    def cycle(self) -> BillingCycle:
        return self.coming.cycle

    @property
    def why_not(self) -> str | None:
        return offers.why_not(self.coming, self.change, g.shop.zone) or self.rule


@blueprint.post("/contracts/<number>/cycles/<index>/<action>/preview")
@shopper
def preview(number: str, index: str, action: str) -> ResponseReturnValue:
    """What it would do, or why it cannot be done. Changes nothing."""
    asked = _asked(number, index, action)
    why_not = asked.why_not
    return jsonify(
        action=action,
        possible=why_not is None,
        reason=shapes.reason(why_not),
        before=_look(asked, None),
        after=_look(asked, asked.change),
    )


@blueprint.post("/contracts/<number>/cycles/<index>/<action>")
@shopper
def act(number: str, index: str, action: str) -> ResponseReturnValue:
    """Do it."""
    asked = _asked(number, index, action)
    if not asked.is_known:  # else the door says what it said before
        if asked.change.is_true(asked.cycle):
            return _done(asked, was_so=True)
        if (why_not := asked.why_not) is not None:
            raise Problem(409, why_not)
    allow_change()
    answer = _carry_out(asked)
    log.info("shopper edit", extra={"shop_id": g.shop.id, "action": action, "refusal": answer.refusal})
    if answer.refusal is not None and answer.refusal is not Refusal.ALREADY:
        raise refused(answer)
    return _done(asked, was_so=not answer.is_done)


def _asked(number: str, index: str, action: str) -> Asked:
    wanted = wish.read(action, read_json())
    with ctx().db.session() as session:
        contract = rows.mine(session, number)
        coming, others = rows.one_coming(session, contract, index, ctx().clock.now())
        named = request_id(read_key()) if KEY in request.headers else None
        is_known = named is not None and session.get(CycleEdit, (g.shop.id, named)) is not None
        change = wanted.change(coming, g.shop.zone, is_known)
        rule = hook.of_change(session, change, coming.standing, actor()).forbidden
    return Asked(action, coming, others, change, rule, named, is_known)


def _carry_out(asked: Asked) -> Answer:
    target = Target(g.shop.id, asked.contract.shopify_gid, asked.cycle.cycle_index, actor())
    return door.carry_out(ctx(), asked.change, target, asked.named)


def _done(asked: Asked, *, was_so: bool) -> ResponseReturnValue:
    """The cycle as it is now, and what takes the deed back."""
    with ctx().db.session() as session:
        contract = rows.mine(session, number_of(asked.contract.shopify_gid))
        coming, _ = rows.one_coming(session, contract, str(asked.cycle.cycle_index), ctx().clock.now())
        return jsonify(
            action=asked.action, was_so=was_so, cycle=cycle_shapes.cycle(coming), undo=_undo(asked, was_so, coming)
        )


def _undo(asked: Asked, was_so: bool, coming: Coming) -> Json | None:
    if coming.standing.now >= coming.charge_at or not asked.change.is_true(coming.cycle):
        return None
    if asked.action == MOVE:
        was_on = shapes.day(asked.cycle.expected_at)
        return None if was_so else {"action": MOVE, "to": was_on.isoformat()}
    return {"action": UNSKIP if asked.action == SKIP else SKIP, "to": None}


def _look(asked: Asked, change: Change | None) -> Json:
    """The cycle and the next charge, as they are or as `change` would leave them."""
    row = asked.cycle
    at, skipped = row.expected_at, row.skipped
    if isinstance(change, Moving):
        at = change.to
    elif change is not None:
        skipped = bool(change.after()["skipped"])
    return {"date": shapes.day(at).isoformat(), "skipped": skipped, "next_charge_on": _next(asked, at, skipped)}


def _next(asked: Asked, at: datetime, skipped: bool) -> str | None:
    others = [each.cycle for each in asked.others if each is not asked.coming]
    dates = [row.expected_at for row in others if not row.skipped] + ([] if skipped else [at])
    return shapes.day(min(dates)).isoformat() if dates else None
