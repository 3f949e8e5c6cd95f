"""What there is to choose from for shipping: the one thing that is read at Shopify, when a shopper asks for it."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from shopify_app.edits.contract import standing
from shopify_app.edits.contract.answers import No
from shopify_app.edits.rules import hook
from shopify_app.web import ctx
from shopify_app.web.portal import blueprint, pictures, rows, shapes, shipping_deeds
from shopify_app.web.portal.asked import actor
from shopify_app.web.portal.deed import NO_CHOICE, Choice
from shopify_app.web.portal.guard import shopper


@blueprint.get("/contracts/<number>/shipping")
@shopper
def shipping(number: str) -> ResponseReturnValue:
    """By what it may be shipped and for how much, or why that cannot be changed. Takes some seconds at worst."""
    with ctx().db.session() as session:
        contract = rows.mine(session, number)
        seen = standing.look(session, contract, ctx().clock.now())
        refusal = standing.why_not(session, shipping_deeds.any_other(contract), seen)
        rule = hook.explain(session, contract, seen.cycles, actor(), seen.now)["delivery"]
    why_not: str | None = refusal.refusal if refusal else rule
    options: list[Choice] = []
    if why_not is None:
        found = shipping_deeds.ask(contract)
        options = [] if isinstance(found, No) else shipping_deeds.choices(found, contract)
        why_not = found if isinstance(found, No) else None if options else NO_CHOICE
    return jsonify(
        possible=why_not is None,
        reason=shapes.reason(why_not),
        options=[pictures.value(each, contract.currency) for each in options],
    )
