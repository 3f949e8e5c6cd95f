"""What is missing in an order to come, what happens then, and the deed "choose what becomes of it"."""

from __future__ import annotations

import logging

from flask import g, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.edits.answers import Refusal
from shopify_app.stock import queries
from shopify_app.stock.choose import choose
from shopify_app.stock.policy import FOR_SHOPPERS
from shopify_app.stock.seen import Seen, is_decided, see
from shopify_app.web import ctx
from shopify_app.web.portal import blueprint, rows, stock_shapes
from shopify_app.web.portal.asked import actor, read_json, read_key, refused, request_id
from shopify_app.web.portal.deed import NO_CHOICE
from shopify_app.web.portal.fields import Body, Word
from shopify_app.web.portal.guard import allow_change, shopper
from shopify_app.web.portal.problems import Problem

log = logging.getLogger(__name__)

CHOICE = Body({"choice": Word(FOR_SHOPPERS)})


@blueprint.post("/contracts/<number>/stock/<decision>")
@shopper
def choose_missing(number: str, decision: str) -> ResponseReturnValue:
    """Choose what becomes of an order in which something is missing; replaced by a later choice until it is done."""
    with ctx().db.session() as session:
        decision_id = _mine(session, rows.mine(session, number), decision).decision.id
    word = CHOICE.read(read_json())["choice"]
    named = request_id(read_key())
    allow_change()
    try:
        answer = choose(ctx(), g.shop.id, decision_id, word, actor(), named)
    except ValueError:
        raise Problem(409, NO_CHOICE, field="choice") from None
    log.info("shopper chooses", extra={"shop_id": g.shop.id, "choice": word, "refusal": answer.refusal})
    if answer.refusal is Refusal.GONE:
        raise Problem(404)
    if not answer.is_done:
        raise refused(answer)
    with ctx().db.session() as session:
        return jsonify(missing=stock_shapes.shown(_mine(session, rows.mine(session, number), decision)))


def _mine(session: Session, contract: Contract, decision: str) -> Seen:
    """Return a decision about an order of a contract; Problem 404 for any other."""
    wanted = rows.whole(decision)
    found = queries.decision(session, contract.shop_id, wanted) if wanted is not None else None
    if found is None or found.contract_id != contract.id or not is_decided(found):
        raise Problem(404)
    return see(session, found)
