"""What a shopper does with a whole subscription: options, previewed (which changes nothing), done once, undone.

Every deed carries an Idempotency-Key: the same key acts once and is answered alike.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from flask import g, jsonify, request
from flask.typing import ResponseReturnValue

from shopify_app.contracts.models import Contract
from shopify_app.edits.contract import door, standing
from shopify_app.edits.contract.action import Action, Target
from shopify_app.edits.contract.answers import PASSING, No
from shopify_app.edits.models import REQUESTED
from shopify_app.kit.gid import number_of
from shopify_app.web import ctx
from shopify_app.web.portal import blueprint, pictures, rows, shapes
from shopify_app.web.portal.acts import PATIENCE, read_json
from shopify_app.web.portal.deeds import DEEDS, KEY, KEY_TEXT, NO_CHOICE, NO_UNDO, UNDO, Ground
from shopify_app.web.portal.guard import allow_change, shopper
from shopify_app.web.portal.problems import Problem
from shopify_app.web.portal.reads import whole_contract
from shopify_app.web.portal.wish import MOVED_ON

log = logging.getLogger(__name__)


@blueprint.get("/contracts/<number>/options")
@shopper
def options(number: str) -> ResponseReturnValue:
    """Each action: whether it is possible now, why not, and what there is to choose from."""
    now = ctx().clock.now()
    with ctx().db.session() as session:
        contract = rows.mine(session, number)
        ground = Ground(session, standing.look(session, contract, now), g.shop.zone)
        tomorrow = shapes.day(now) + timedelta(days=1)
        found = []
        for deed in DEEDS.values():
            lists = deed.lists(ground)
            why_not = _why_not(ground, deed.probe(ground, lists))
            found.append(pictures.option(deed, why_not, lists, tomorrow, contract.currency))
    return jsonify(actions=found)


@blueprint.post("/contracts/<number>/actions/<action>/preview")
@shopper
def preview_deed(number: str, action: str) -> ResponseReturnValue:
    """What it would make of the subscription, or why it cannot be done. Changes nothing."""
    contract, edit = _asked(number, action)
    seen = door.preview(ctx(), edit, _target(contract))
    if seen is None:
        raise Problem(404)
    return jsonify(
        action=action,
        possible=seen.why_not is None,
        reason=shapes.reason(seen.why_not.refusal if seen.why_not else None),
        before=pictures.picture(seen.before, contract.currency),
        after=pictures.picture(seen.after, contract.currency),
    )


@blueprint.post("/contracts/<number>/actions/<action>")
@shopper
def do(number: str, action: str) -> ResponseReturnValue:
    """Do it, once for each key."""
    contract, edit = _asked(number, action)
    key = _key()
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
    _carry_out(back, contract, f"{named}:undo")
    return _done(number, back.name, None)


def request_id(key: str) -> str:
    """Return what a deed's row is called: nobody else's key can be the same."""
    return f"shopper:{number_of(g.customer_gid)}:{key}"


def _why_not(ground: Ground, probe: Action | None) -> str | None:
    if probe is None:
        return NO_CHOICE
    answer = standing.why_not(ground.session, probe, ground.standing)
    return answer.refusal if answer else None


def _asked(number: str, action: str) -> tuple[Contract, Action]:
    """Return the caller's contract and the edit that the body asks for; Problem 404 or 422."""
    with ctx().db.session() as session:
        contract = rows.mine(session, number)
        deed = DEEDS.get(action)
        if deed is None:
            raise Problem(404)
        values = deed.body.read(read_json())
        seen = standing.look(session, contract, ctx().clock.now())
        return contract, deed.build(values, Ground(session, seen, g.shop.zone))


def _key() -> str:
    try:
        return KEY_TEXT.read(request.headers.get(KEY))
    except ValueError:
        raise Problem(422, field=KEY) from None


def _target(contract: Contract) -> Target:
    return Target(g.shop.id, contract.shopify_gid, f"shopper:{number_of(g.customer_gid)}")


def _carry_out(edit: Action, contract: Contract, named: str) -> None:
    answer = door.carry_out(ctx(), edit, _target(contract), named)
    log.info("shopper edit", extra={"shop_id": g.shop.id, "action": edit.name, "refusal": answer.refusal})
    if answer.refusal is not None:
        raise _refused(answer.refusal)


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
