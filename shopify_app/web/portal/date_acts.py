"""What a shopper does with one date's order: options, previewed (which changes nothing), done once, undone.

Every deed carries an Idempotency-Key: the same key acts once and is answered alike.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from flask import g, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.edits import requests
from shopify_app.edits.answers import Answer, Refusal
from shopify_app.edits.change import Change, Target
from shopify_app.edits.changes import parse
from shopify_app.edits.models import REQUESTED, CycleEdit
from shopify_app.edits.rules import hook
from shopify_app.edits.undo import find
from shopify_app.web import ctx
from shopify_app.web.portal import blueprint, date_looks, offers, pictures, rows, shapes
from shopify_app.web.portal.asked import PATIENCE, actor, read_json, read_key, refused, request_id
from shopify_app.web.portal.date_deed import DateDeed, DateGround, through_the_door
from shopify_app.web.portal.date_deeds import DATE_DEEDS
from shopify_app.web.portal.deed import KEY, NO_CHOICE, NO_UNDO, PRICE_CHANGED, UNDO, Lists, Values
from shopify_app.web.portal.guard import allow_change, shopper
from shopify_app.web.portal.problems import Problem
from shopify_app.web.portal.wish import MOVED_ON

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Asked:
    """What one request wants of a date. `told`: what the same request was answered before."""

    contract: Contract
    index: int
    change: Change
    told: Answer | None = None

    @property
    def target(self) -> Target:
        return _target(self.contract, self.index)


@blueprint.get("/contracts/<number>/cycles/<index>/options")
@shopper
def date_options(number: str, index: str) -> ResponseReturnValue:
    """Each deed with this date's order: whether it is possible, why not, and what there is to choose from."""
    now = ctx().clock.now()
    with ctx().db.session() as session:
        ground = _ground(session, number, index)
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
        ground = _ground(session, number, index)
        change = deed.build(deed.body.read(read_json()), ground, session)
        why_not = _why_not(session, ground, change)
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
        asked = _again(session, contract, index, deed, values, key) or _anew(session, number, index, deed, values)
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
        edit = _edit(session, contract, index, named)
        if edit is None:
            raise Problem(404)
        if edit.state == REQUESTED:
            raise Problem(503, Refusal.BUSY, retry_after=PATIENCE)
        asked = _undone(session, contract, edit, f"{named}:undo")
    if asked is None:
        asked = _Asked(contract, edit.cycle_index, _way_back(number, index, edit))
    if asked.told is None:
        allow_change()
        _check("undo", through_the_door(ctx(), asked.change, asked.target, f"{named}:undo"))
    elif not asked.told.is_done:
        raise refused(asked.told)
    return _done(number, asked, asked.change.name, None)


def _ground(session: Session, number: str, index: str) -> DateGround:
    """Return the date that is asked about; Problem 404 when it is not among those to come."""
    contract = rows.mine(session, number)
    return DateGround(rows.one_coming(session, contract, index, ctx().clock.now())[0], g.shop.zone)


def _why_none(deed: DateDeed, ground: DateGround, lists: Lists) -> str | None:
    why_none = offers.why_none(deed, ground)
    return why_none or (None if all(lists.values()) else NO_CHOICE)


def _why_not(session: Session, ground: DateGround, change: Change | str) -> str | None:
    if isinstance(change, str):
        return change
    rule = hook.of_change(session, change, ground.coming.standing, actor()).forbidden
    return offers.why_not(ground.coming, change, ground.zone) or rule


def _edit(session: Session, contract: Contract, index: str, named: str) -> CycleEdit | None:
    """The edit of this date that has this request id."""
    edit = session.get(CycleEdit, (contract.shop_id, named))
    if edit is None or (edit.contract_id, edit.cycle_index) != (contract.id, rows.whole(index)):
        return None
    return edit


def _again(
    session: Session, contract: Contract, index: str, deed: DateDeed, values: Values, key: str
) -> _Asked | None:
    """The edit that this key named before: the very same goes on, whatever the order holds by now."""
    named = request_id(key)
    if session.get(CycleEdit, (contract.shop_id, named)) is None:
        return None
    edit = _edit(session, contract, index, named)
    if edit is None or edit.action != deed.change or not deed.asks_alike(values, edit.wish):
        raise Problem(422, Refusal.OTHER_REQUEST, field=KEY)
    told = requests.told(session, _target(contract, edit.cycle_index), named)
    return _Asked(contract, edit.cycle_index, parse(edit.action, edit.wish), told)


def _anew(session: Session, number: str, index: str, deed: DateDeed, values: Values) -> _Asked:
    ground = _ground(session, number, index)
    change = deed.build(values, ground, session)
    why_not = _why_not(session, ground, change)
    if why_not is not None or isinstance(change, str):
        shown = next((name for name in ("price", "total") if name in values), None)
        raise Problem(409, why_not or "", field=shown if why_not == PRICE_CHANGED else None)
    return _Asked(ground.contract, ground.cycle.cycle_index, change)


def _undone(session: Session, contract: Contract, edit: CycleEdit, undo_id: str) -> _Asked | None:
    """An undo that was asked for before."""
    back = session.get(CycleEdit, (contract.shop_id, undo_id))
    if back is None:
        return None
    told = requests.told(session, _target(contract, edit.cycle_index), undo_id)
    return _Asked(contract, edit.cycle_index, parse(back.action, back.wish), told)


def _way_back(number: str, index: str, edit: CycleEdit) -> Change:
    """Return what takes an edit back; Problem 409 when nothing does, or the date has changed since."""
    with ctx().db.session() as session:
        ground = _ground(session, number, index)
        done = parse(edit.action, edit.wish)
        back = done.undo(edit.before)
        if back is None or edit.refusal:
            raise Problem(409, NO_UNDO)
        if not done.is_true(ground.cycle):
            raise Problem(409, MOVED_ON)
        if why_not := _why_not(session, ground, back):
            raise Problem(409, why_not)
    return back


def _target(contract: Contract, index: int) -> Target:
    return Target(g.shop.id, contract.shopify_gid, index, actor())


def _check(action: str, answer: Answer) -> None:
    log.info("shopper edit", extra={"shop_id": g.shop.id, "action": action, "refusal": answer.refusal})
    if not answer.is_done:
        raise refused(answer)


def _done(number: str, asked: _Asked, action: str, back: dict[str, str] | None) -> ResponseReturnValue:
    """The date as it is now, None when it is no longer to come, and how its charge stands, if one was made."""
    with ctx().db.session() as session:
        contract = rows.mine(session, number)
        found = rows.coming(session, contract, ctx().clock.now())
        cycle = next((each for each in found if each.cycle.cycle_index == asked.index), None)
        charge = rows.latest_attempt(session, contract)
        is_charged = charge is not None and charge.cycle_index == asked.index
        return jsonify(
            action=action,
            cycle=shapes.cycle(cycle) if cycle else None,
            payment=shapes.payment(charge) if is_charged else None,
            undo=back,
        )


for _name in DATE_DEEDS:
    _path, _given = f"/contracts/<number>/cycles/<index>/{_name}", {"action": _name}
    blueprint.add_url_rule(_path, f"do_{_name}_of_date", do_date, methods=["POST"], defaults=_given)
    blueprint.add_url_rule(
        f"{_path}/preview", f"preview_{_name}_of_date", preview_date, methods=["POST"], defaults=_given
    )
