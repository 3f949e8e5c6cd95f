"""What a shopper does with a whole subscription: options, previewed (which changes nothing), done once, undone.

Every deed carries an Idempotency-Key: the same key acts once and is answered alike.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from flask import g, jsonify
from flask.typing import ResponseReturnValue

from shopify_app.contracts.models import Contract
from shopify_app.edits.contract import door, standing
from shopify_app.edits.contract.action import Action, Target
from shopify_app.edits.contract.answers import PASSING, No, refused
from shopify_app.edits.contract.delivery import Delivery
from shopify_app.edits.contract.door import Preview
from shopify_app.edits.contract.lines import Add, Swap
from shopify_app.edits.contract.picture import Picture
from shopify_app.edits.models import REQUESTED
from shopify_app.edits.rules import hook
from shopify_app.web import ctx
from shopify_app.web.portal import blueprint, pictures, rows, shapes
from shopify_app.web.portal.asked import PATIENCE, actor, read_json, read_key, request_id
from shopify_app.web.portal.deed import KEY, NO_CHOICE, NO_UNDO, PRICE_CHANGED, UNDO, Ground, Values
from shopify_app.web.portal.deeds import DEEDS
from shopify_app.web.portal.guard import allow_change, shopper
from shopify_app.web.portal.problems import Problem
from shopify_app.web.portal.reads import whole_contract
from shopify_app.web.portal.wish import MOVED_ON

log = logging.getLogger(__name__)

FREELY = timedelta(days=1)
"""Business time for which a deed is taken back whatever else the shop's rules say; after it an undo is judged like
any other change, so that nobody keeps one up their sleeve."""


@dataclass(frozen=True)
class _Asked:
    """One request: the subscription and its picture, what the body says, and the edit it makes, or why none."""

    contract: Contract
    values: Values
    edit: Action | No
    picture: Picture


@blueprint.get("/contracts/<number>/options")
@shopper
def options(number: str) -> ResponseReturnValue:
    """Each action: whether it is possible now, why not, and what there is to choose from."""
    now = ctx().clock.now()
    with ctx().db.session() as session:
        contract = rows.mine(session, number)
        ground = Ground(session, standing.look_for_many(session, contract, now), g.shop.zone)
        tomorrow = shapes.day(now) + timedelta(days=1)
        rules = hook.explain(session, contract, ground.standing.cycles, actor(), now)
        found = []
        for deed in DEEDS.values():
            lists = deed.lists(ground)
            why_not = _why_not(ground, deed.probe(ground, lists)) or rules.get(deed.rule or deed.name)
            found.append(pictures.option(deed, why_not, lists, tomorrow, contract.currency))
    return jsonify(actions=found)


@blueprint.post("/contracts/<number>/actions/<action>/preview")
@shopper
def preview_deed(number: str, action: str) -> ResponseReturnValue:
    """What it would make of the subscription, or why it cannot be done. Changes nothing."""
    asked = _asked(number, action)
    seen, currency = _preview(asked), asked.contract.currency
    return jsonify(
        action=action,
        possible=seen.why_not is None,
        reason=shapes.reason(seen.why_not.rule or seen.why_not.refusal if seen.why_not else None),
        before=pictures.picture(seen.before, currency),
        after=pictures.picture(seen.after, currency),
    )


@blueprint.post("/contracts/<number>/actions/<action>")
@shopper
def do(number: str, action: str) -> ResponseReturnValue:
    """Do it, once for each key."""
    asked = _asked(number, action, has_key=True)
    key, edit, contract = read_key(), asked.edit, asked.contract
    if isinstance(edit, No):
        raise _refused(edit)
    shown = asked.values.get("price")
    if shown is not None and isinstance(edit, Swap | Add | Delivery) and Decimal(shown) != Decimal(edit.price):
        raise Problem(409, PRICE_CHANGED, field="price")
    allow_change()
    _carry_out(edit, contract, request_id(key))
    has_undo = door.undo(ctx(), _target(contract), request_id(key)) is not None
    return _done(number, action, {"key": key} if has_undo else None)


@blueprint.post("/contracts/<number>/undo")
@shopper
def undo(number: str) -> ResponseReturnValue:
    """Take back what was done with a key, once, while nothing else was changed since."""
    with ctx().db.session() as session:
        contract = rows.mine(session, number)
        named = request_id(UNDO.read(read_json())["key"])
        edit = rows.edit(session, contract, named)
        if edit.state == REQUESTED:
            raise Problem(503, No.BUSY, retry_after=PATIENCE)
        if rows.has_later_edits(session, edit, f"{named}:undo"):
            raise Problem(409, MOVED_ON)
    back = door.undo(ctx(), _target(contract), named)
    if back is None:
        raise Problem(409, NO_UNDO)
    allow_change()
    _carry_out(back, contract, f"{named}:undo", takes_back=ctx().clock.now() - edit.asked_at < FREELY)
    return _done(number, back.name, None)


def _why_not(ground: Ground, probe: Action | No | None) -> str | None:
    if probe is None or isinstance(probe, No):
        return probe or NO_CHOICE
    answer = standing.why_not(ground.session, probe, ground.standing)
    return answer.refusal if answer else None


def _asked(number: str, action: str, *, has_key: bool = False) -> _Asked:
    """Return what the request is about; Problem 404 or 422."""
    with ctx().db.session() as session:
        contract = rows.mine(session, number)
        deed = DEEDS.get(action)
        if deed is None:
            raise Problem(404)
        values = deed.body.read(read_json())
        known = rows.known_wish(session, contract, action, request_id(read_key())) if has_key else None
    answer = deed.question(contract, values) if deed.question and known is None else None
    with ctx().db.session() as session:
        seen = standing.look(session, rows.mine(session, number), ctx().clock.now())
        edit = deed.build(values, Ground(session, seen, g.shop.zone, known, answer))
        return _Asked(seen.contract, values, edit, standing.paint(seen))


def _preview(asked: _Asked) -> Preview:
    if isinstance(asked.edit, No):
        return Preview(asked.picture, asked.picture, refused(asked.edit))
    seen = door.preview(ctx(), asked.edit, _target(asked.contract))
    if seen is None:
        raise Problem(404)
    return seen


def _target(contract: Contract) -> Target:
    return Target(g.shop.id, contract.shopify_gid, actor())


def _carry_out(edit: Action, contract: Contract, named: str, *, takes_back: bool = False) -> None:
    answer = door.carry_out(ctx(), edit, _target(contract), named, takes_back=takes_back)
    log.info("shopper edit", extra={"shop_id": g.shop.id, "action": edit.name, "refusal": answer.refusal})
    if answer.refusal is not None:
        raise Problem(409, answer.rule) if answer.rule else _refused(answer.refusal)


def _refused(refusal: No) -> Problem:
    if refusal is No.GONE:
        return Problem(404)
    if refusal is No.OTHER_REQUEST:
        return Problem(422, refusal, field=KEY)
    if refusal in PASSING or refusal is No.NOT_SEEN:
        return Problem(503, refusal, retry_after=PATIENCE)
    return Problem(409, refusal)


def _done(number: str, action: str, back: dict[str, str] | None) -> ResponseReturnValue:
    with ctx().db.session() as session:
        return jsonify(action=action, contract=whole_contract(session, rows.mine(session, number)), undo=back)
