"""What a shopper does with a cycle: previewed (which changes nothing), done through the one door, undone.

A double tap acts once: what is so already is answered as done.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from flask import g, jsonify, request
from flask.typing import ResponseReturnValue

from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import door
from shopify_app.edits.answers import PASSING, Answer, Refusal
from shopify_app.edits.change import Change, Target
from shopify_app.edits.move import Moving
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.web import ctx
from shopify_app.web.portal import blueprint, offers, rows, shapes, wish
from shopify_app.web.portal.guard import allow_change, shopper
from shopify_app.web.portal.offers import MOVE, SKIP, UNSKIP
from shopify_app.web.portal.problems import Problem
from shopify_app.web.portal.rows import Coming

log = logging.getLogger(__name__)

PATIENCE = 30
"""Seconds after which to try again what Shopify did not answer, or what somebody else is at."""


@dataclass(frozen=True)
class Asked:
    """One request: the cycle as it stands, what shall become of it, and the other cycles to come."""

    action: str
    coming: Coming
    others: list[Coming]
    change: Change

    @property
    def contract(self) -> Contract:
        return self.coming.standing.contract

    @property
    def cycle(self) -> BillingCycle:
        return self.coming.cycle

    @property
    def why_not(self) -> str | None:
        return offers.why_not(self.coming, self.change, g.shop.zone)


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
    if asked.change.is_true(asked.cycle):
        return _done(asked, was_so=True)
    if (why_not := asked.why_not) is not None:
        raise Problem(409, why_not)
    allow_change()
    answer = _carry_out(asked)
    log.info("shopper edit", extra={"shop_id": g.shop.id, "action": action, "refusal": answer.refusal})
    if answer.refusal is not None and answer.refusal is not Refusal.ALREADY:
        is_passing = answer.refusal in PASSING
        raise Problem(503 if is_passing else 409, answer.refusal, retry_after=PATIENCE if is_passing else None)
    return _done(asked, was_so=not answer.is_done)


def _asked(number: str, index: str, action: str) -> Asked:
    wanted = wish.read(action, read_json())
    with ctx().db.session() as session:
        contract = rows.mine(session, number)
        coming, others = rows.one_coming(session, contract, index, ctx().clock.now())
    return Asked(action, coming, others, wanted.change(coming, g.shop.zone))


def read_json() -> object:
    """Return the request's body as parsed: an empty object when there is none, None when it is no JSON."""
    if not request.get_data():
        return {}
    return request.get_json(silent=True) if request.is_json else None


def _carry_out(asked: Asked) -> Answer:
    actor = f"shopper:{number_of(g.customer_gid)}"
    target = Target(g.shop.id, asked.contract.shopify_gid, asked.cycle.cycle_index, actor)
    return door.carry_out(ctx(), asked.change, target)


def _done(asked: Asked, *, was_so: bool) -> ResponseReturnValue:
    """The cycle as it is now, and what takes the deed back."""
    with ctx().db.session() as session:
        contract = rows.mine(session, number_of(asked.contract.shopify_gid))
        coming, _ = rows.one_coming(session, contract, str(asked.cycle.cycle_index), ctx().clock.now())
        return jsonify(
            action=asked.action, was_so=was_so, cycle=shapes.cycle(coming), undo=_undo(asked, was_so, coming)
        )


def _undo(asked: Asked, was_so: bool, coming: Coming) -> Json | None:
    if coming.standing.now >= coming.charge_at:
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
