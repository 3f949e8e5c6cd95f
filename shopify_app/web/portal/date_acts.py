"""What a shopper does with one date's order: options, previewed (which changes nothing), done once, undone.

Every deed carries an Idempotency-Key: the same key acts once and is answered alike.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from flask import g, jsonify
from flask.typing import ResponseReturnValue

from shopify_app.edits.answers import Answer, Refusal
from shopify_app.edits.models import REQUESTED
from shopify_app.edits.undo import find
from shopify_app.web import ctx
from shopify_app.web.portal import blueprint, cycle_shapes, date_asked, date_looks, offers, pictures, rows, shapes
from shopify_app.web.portal.asked import PATIENCE, read_json, read_key, refused, request_id
from shopify_app.web.portal.date_deed import DateDeed, DateGround, through_the_door
from shopify_app.web.portal.date_deeds import DATE_DEEDS
from shopify_app.web.portal.deed import NO_CHOICE, UNDO, Lists
from shopify_app.web.portal.guard import allow_change, shopper
from shopify_app.web.portal.problems import Problem

log = logging.getLogger(__name__)


@blueprint.get("/contracts/<number>/cycles/<index>/options")
@shopper
def date_options(number: str, index: str) -> ResponseReturnValue:
    """Each deed with this date's order: whether it is possible, why not, and what there is to choose from."""
    now = ctx().clock.now()
    with ctx().db.session() as session:
        ground = date_asked.ground_of(session, number, index)
        tomorrow, currency, found = shapes.day(now) + timedelta(days=1), ground.contract.currency, []
        for deed in DATE_DEEDS.values():
            lists = deed.lists(ground, session)
            found.append(pictures.option(deed, _why_none(deed, ground, lists), lists, tomorrow, currency))
    return jsonify(actions=found)


@shopper
def preview_date(number: str, index: str, action: str) -> ResponseReturnValue:
    """What it would make of the order, or why it cannot be done. Changes nothing."""
    deed = DATE_DEEDS[action]
    with ctx().db.session() as session:
        ground = date_asked.ground_of(session, number, index)
        change = deed.build(deed.body.read(read_json()), ground, session)
        why_not = date_asked.reason_against(session, ground, change)
        before = date_looks.before(ground)
        after = before if why_not or isinstance(change, str) else date_looks.after(ground, change)
        return jsonify(
            action=action,
            possible=why_not is None,
            reason=shapes.reason(why_not),
            before=date_looks.as_json(before, ground.contract.currency),
            after=date_looks.as_json(after, ground.contract.currency),
        )


@shopper
def do_date(number: str, index: str, action: str) -> ResponseReturnValue:
    """Do it, once for each key."""
    deed = DATE_DEEDS[action]
    with ctx().db.session() as session:
        contract = rows.mine(session, number)
        values, key = deed.body.read(read_json()), read_key()
        asked = date_asked.asked_before(session, contract, index, deed, values, key)
        asked = asked or date_asked.asked_anew(session, number, index, deed, values)
    if asked.told is None:
        allow_change()
        _check(action, deed.do(ctx(), asked.change, asked.target, request_id(key)))
    elif not asked.told.is_done:
        raise refused(asked.told)
    has_undo = find(ctx(), asked.target, request_id(key)) is not None
    return _done(number, asked, action, {"key": key} if has_undo else None)


@blueprint.post("/contracts/<number>/cycles/<index>/undo")
@shopper
def undo_date(number: str, index: str) -> ResponseReturnValue:
    """Take back what was done with a key to this date, once, while the date stands as it was left."""
    with ctx().db.session() as session:
        contract = rows.mine(session, number)
        named = request_id(UNDO.read(read_json())["key"])
        edit = date_asked.edit_named(session, contract, index, named)
        if edit is None:
            raise Problem(404)
        if edit.state == REQUESTED:
            raise Problem(503, Refusal.BUSY, retry_after=PATIENCE)
        asked = date_asked.undo_asked(session, contract, edit, f"{named}:undo")
    if asked is None:
        asked = date_asked.Asked(contract, edit.cycle_index, date_asked.way_back(number, index, edit))
    if asked.told is None:
        allow_change()
        _check("undo", through_the_door(ctx(), asked.change, asked.target, f"{named}:undo"))
    elif not asked.told.is_done:
        raise refused(asked.told)
    return _done(number, asked, asked.change.name, None)


def _why_none(deed: DateDeed, ground: DateGround, lists: Lists) -> str | None:
    why_none = offers.why_none(deed, ground)
    return why_none or (None if all(lists.values()) else NO_CHOICE)


def _check(action: str, answer: Answer) -> None:
    log.info("shopper edit", extra={"shop_id": g.shop.id, "action": action, "refusal": answer.refusal})
    if not answer.is_done:
        raise refused(answer)


def _done(number: str, asked: date_asked.Asked, action: str, back: dict[str, str] | None) -> ResponseReturnValue:
    """The date as it is now, None when it is no longer to come, and how its charge stands, if one was made."""
    with ctx().db.session() as session:
        contract = rows.mine(session, number)
        found = rows.coming(session, contract, ctx().clock.now())
        cycle = next((each for each in found if each.cycle.cycle_index == asked.index), None)
        charge = rows.latest_attempt(session, contract)
        is_charged = charge is not None and charge.cycle_index == asked.index
        return jsonify(
            action=action,
            cycle=cycle_shapes.cycle(cycle) if cycle else None,
            payment=shapes.payment(charge) if is_charged else None,
            undo=back,
        )


for _name in DATE_DEEDS:
    _path, _given = f"/contracts/<number>/cycles/<index>/{_name}", {"action": _name}
    blueprint.add_url_rule(_path, f"do_{_name}_of_date", do_date, methods=["POST"], defaults=_given)
    blueprint.add_url_rule(
        f"{_path}/preview", f"preview_{_name}_of_date", preview_date, methods=["POST"], defaults=_given
    )
