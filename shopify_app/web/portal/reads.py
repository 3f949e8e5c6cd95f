"""What a shopper looks at. Each answer is one transaction of a few reads by index."""

from __future__ import annotations

from flask import g, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shopify_app.contracts import next_prices
from shopify_app.contracts.cycles import billing_hour
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract import backup_method
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.leaving import terms
from shopify_app.web import acknowledging, ctx
from shopify_app.web.portal import blueprint, cycle_shapes, leaving_deeds, rows, shapes
from shopify_app.web.portal.cards import card
from shopify_app.web.portal.guard import shopper
from shopify_app.web.portal.problems import Problem
from shopify_app.web.portal.timeline import entries as timeline_of
from shopify_app.web.portal.told import TOLD


@blueprint.get("/contracts")
@shopper
def contracts() -> ResponseReturnValue:
    """The caller's contracts, newest first; of one order, if it is named."""
    after, order = _number("after"), _number("order")
    with ctx().db.session() as session:
        found = rows.page_of_mine(session, after, order)
        shown = [shapes.summary(row, _hour(session)) for row in found[: rows.PAGE]]
    more = number_of(found[rows.PAGE - 1].shopify_gid) if len(found) > rows.PAGE else None
    return jsonify(contracts=shown, next_after=more)


def _number(name: str) -> int | None:
    """Return a number of the query, None where it is not given; Problem 422 for what is none."""
    given = request.args.get(name)
    found = rows.whole(given) if given is not None else None
    if given is not None and found is None:
        raise Problem(422, field=name)
    return found


@blueprint.get("/contracts/<number>")
@shopper
def contract(number: str) -> ResponseReturnValue:
    """One of them with money, address and payment."""
    with ctx().db.session() as session:
        return jsonify(whole_contract(session, rows.mine(session, number)))


@blueprint.get("/contracts/<number>/cycles")
@shopper
def cycles(number: str) -> ResponseReturnValue:
    """What comes, until when each date can be changed, and how."""
    with ctx().db.session() as session:
        row = rows.mine(session, number)
        return jsonify(cycles=[cycle_shapes.cycle(each) for each in rows.coming(session, row, ctx().clock.now())])


@blueprint.get("/contracts/<number>/deliveries")
@shopper
def deliveries(number: str) -> ResponseReturnValue:
    """What is paid already and still to be sent, of a prepaid contract."""
    with ctx().db.session() as session:
        found = rows.deliveries(session, rows.mine(session, number))
        return jsonify(deliveries=[shapes.delivery(row, order) for row, order in found])


@blueprint.get("/contracts/<number>/orders")
@shopper
def orders(number: str) -> ResponseReturnValue:
    """What came of it so far."""
    with ctx().db.session() as session:
        found = rows.orders(session, rows.mine(session, number))
        return jsonify(orders=[shapes.order(row) for row in found])


@blueprint.get("/contracts/<number>/timeline")
@shopper
def timeline(number: str) -> ResponseReturnValue:
    """What happened."""
    with ctx().db.session() as session:
        return jsonify(entries=timeline_of(rows.facts(session, rows.mine(session, number), TOLD)))


def whole_contract(session: Session, row: Contract) -> Json:
    """Return a contract with everything that its page shows."""
    method, attempt = rows.method(session, row), rows.latest_attempt(session, row)
    now, backup = ctx().clock.now(), backup_method.usable(session, row)
    region, told = terms.of_contract(session, g.shop, row), acknowledging.by(session, g.shop.id)
    extra = {
        "price_changes": [shapes.price_change(each, row.currency) for each in next_prices.of(session, row)],
        "card": card(session, row, method, now),
        "backup_method": shapes.named_method(backup),
        "leaving": leaving_deeds.shape(region, row, is_acknowledged=told != acknowledging.NOTHING),
    }
    return shapes.contract(row, _hour(session), method, attempt, now) | extra


def _hour(session: Session) -> int:
    return billing_hour(session, g.shop.id)
