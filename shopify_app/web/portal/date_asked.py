"""What a request about one date's order is about: a new deed, or the very same that its key named before."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.edits import requests
from shopify_app.edits.answers import Answer, Refusal
from shopify_app.edits.change import Change, Target
from shopify_app.edits.changes import parse
from shopify_app.edits.models import CycleEdit
from shopify_app.edits.rules import hook
from shopify_app.web import ctx
from shopify_app.web.portal import offers, rows
from shopify_app.web.portal.asked import actor, request_id
from shopify_app.web.portal.date_deed import DateDeed, DateGround
from shopify_app.web.portal.deed import KEY, NO_UNDO, PRICE_CHANGED, Values
from shopify_app.web.portal.problems import Problem
from shopify_app.web.portal.wish import MOVED_ON


@dataclass(frozen=True)
class Asked:
    """What one request wants of a date. `told`: what the same request was answered before."""

    contract: Contract
    index: int
    change: Change
    told: Answer | None = None

    @property
    def target(self) -> Target:
        return _target(self.contract, self.index)


def ground_of(session: Session, number: str, index: str) -> DateGround:
    """Return the date that is asked about; Problem 404 when it is not among those to come."""
    contract = rows.mine(session, number)
    return DateGround(rows.one_coming(session, contract, index, ctx().clock.now())[0], g.shop.zone)


def reason_against(session: Session, ground: DateGround, change: Change | str) -> str | None:
    """Return why a shopper cannot make this change now, by how it stands or a rule; None when they can."""
    if isinstance(change, str):
        return change
    rule = hook.of_change(session, change, ground.coming.standing, actor()).forbidden
    return offers.why_not(ground.coming, change, ground.zone) or rule


def edit_named(session: Session, contract: Contract, index: str, named: str) -> CycleEdit | None:
    """Return the edit of this date that has this request id; None when there is none."""
    edit = session.get(CycleEdit, (contract.shop_id, named))
    if edit is None or (edit.contract_id, edit.cycle_index) != (contract.id, rows.whole(index)):
        return None
    return edit


def asked_before(
    session: Session, contract: Contract, index: str, deed: DateDeed, values: Values, key: str
) -> Asked | None:
    """Return what this key named before: the very same edit goes on, whatever the order holds by now.

    None for a new key; Problem 422 when it named something else.
    """
    named = request_id(key)
    if session.get(CycleEdit, (contract.shop_id, named)) is None:
        return None
    edit = edit_named(session, contract, index, named)
    if edit is None or edit.action != deed.change or not deed.asks_alike(values, edit.wish):
        raise Problem(422, Refusal.OTHER_REQUEST, field=KEY)
    told = requests.told(session, _target(contract, edit.cycle_index), named)
    return Asked(contract, edit.cycle_index, parse(edit.action, edit.wish), told)


def asked_anew(session: Session, number: str, index: str, deed: DateDeed, values: Values) -> Asked:
    """Return what is asked for the first time; Problem 409 when it cannot be done."""
    ground = ground_of(session, number, index)
    change = deed.build(values, ground, session)
    why_not = reason_against(session, ground, change)
    if why_not is not None or isinstance(change, str):
        shown = next((name for name in ("price", "total") if name in values), None)
        raise Problem(409, why_not or "", field=shown if why_not == PRICE_CHANGED else None)
    return Asked(ground.contract, ground.cycle.cycle_index, change)


def undo_asked(session: Session, contract: Contract, edit: CycleEdit, undo_id: str) -> Asked | None:
    """Return an undo of an edit that was asked for before; None when there is none."""
    back = session.get(CycleEdit, (contract.shop_id, undo_id))
    if back is None:
        return None
    told = requests.told(session, _target(contract, edit.cycle_index), undo_id)
    return Asked(contract, edit.cycle_index, parse(back.action, back.wish), told)


def way_back(number: str, index: str, edit: CycleEdit) -> Change:
    """Return what takes an edit back; Problem 409 when nothing does, or the date has changed since."""
    with ctx().db.session() as session:
        ground = ground_of(session, number, index)
        done = parse(edit.action, edit.wish)
        back = done.undo(edit.before)
        if back is None or edit.refusal:
            raise Problem(409, NO_UNDO)
        if not done.is_true(ground.cycle):
            raise Problem(409, MOVED_ON)
        if why_not := reason_against(session, ground, back):
            raise Problem(409, why_not)
    return back


def _target(contract: Contract, index: int) -> Target:
    return Target(g.shop.id, contract.shopify_gid, index, actor())
