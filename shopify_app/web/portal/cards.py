"""How a subscription's payment method stands and is renewed, and the deed "send me the mail" or "give me a link"."""

from __future__ import annotations

import logging
from datetime import datetime

from flask import g, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shopify_app.cards import asking, requests, settings
from shopify_app.cards.answers import Answer, Why
from shopify_app.cards.models import REFUSED
from shopify_app.cards.state import Path, path_of, state_of
from shopify_app.contracts.models import Contract
from shopify_app.kit.db import Json
from shopify_app.links.urls import account_url
from shopify_app.shoppers.models import PaymentMethod
from shopify_app.web import ctx
from shopify_app.web.portal import blueprint, rows, shapes, tongue
from shopify_app.web.portal.asked import PATIENCE, actor, read_json, read_key, request_id
from shopify_app.web.portal.deed import KEY
from shopify_app.web.portal.fields import Body
from shopify_app.web.portal.guard import allow_change, shopper
from shopify_app.web.portal.problems import Problem

log = logging.getLogger(__name__)

LATER = frozenset({Why.NO_ANSWER, Why.BUSY, Why.TOO_MANY, Why.NOT_ALLOWED})
"""Not now, but perhaps in a while."""
NOTHING = Body({})


def card(session: Session, contract: Contract, method: PaymentMethod | None, now: datetime) -> Json:
    """Return how a contract's payment method stands (business time), and how the shopper renews it."""
    next_on = shapes.day(contract.next_charge_at) if contract.next_charge_at else None
    state = state_of(method, shapes.day(now), next_on, settings.soon(session, g.shop.id))
    path, speaks = path_of(method), tongue.speaks()
    return {
        "state": state,
        "path": path,
        "words": speaks.say(f"card_path_{path}"),
        "account_url": account_url(g.shop),
        "intent": f"open:shopify/SubscriptionContract,{contract.shopify_gid}?field=paymentMethod",
        "reason": shapes.reason(asking.why_not(session, contract, method, now)),
        "asked": _asked(session, contract),
    }


@blueprint.post("/contracts/<number>/card")
@shopper
def ask_for_card(number: str) -> ResponseReturnValue:
    """Have Shopify send the mail, or give the link into Shop Pay; once for each key."""
    with ctx().db.session() as session:
        contract = rows.mine(session, number)
    NOTHING.read(read_json())
    named = request_id(read_key())
    allow_change()
    answer = asking.ask(ctx(), g.shop.id, contract.shopify_gid, actor(), named)
    log.info("shopper asks for a card", extra={"shop_id": g.shop.id, "path": answer.path, "refusal": answer.why})
    if answer.why is not None:
        raise _problem(answer)
    with ctx().db.session() as session:
        contract = rows.mine(session, number)
        shown = card(session, contract, rows.method(session, contract), ctx().clock.now())
    response = jsonify(path=answer.path, url=answer.url, words=tongue.speaks().say(_SAID[answer.path]), card=shown)
    response.headers["Cache-Control"] = "no-store"
    return response


_SAID = {Path.MAIL: "card_mail_sent", Path.SHOP_PAY: "card_link_given"}


def _problem(answer: Answer) -> Problem:
    why = answer.why
    if why is Why.GONE:
        return Problem(404)
    if why is Why.OTHER_REQUEST:
        return Problem(422, why, field=KEY)
    is_passing = why in LATER
    return Problem(503 if is_passing else 409, str(why), retry_after=PATIENCE if is_passing else None)


def _asked(session: Session, contract: Contract) -> Json | None:
    """The shopper's newest request that Shopify did not refuse, whoever asked."""
    found = next((one for one in requests.of_contract(session, contract) if one.state != REFUSED), None)
    if found is None:
        return None
    return {
        "at": shapes.instant(found.asked_at),
        "how": found.how,
        "by_you": found.actor.startswith("shopper"),
        "sure": asking.state(found) == "sent",
        "outcome": found.outcome,
    }
