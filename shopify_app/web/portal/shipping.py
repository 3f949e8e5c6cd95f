"""What there is to choose from for shipping: the one thing that is read at Shopify, when a shopper asks for it."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from shopify_app.edits.contract import delivery, standing
from shopify_app.edits.contract.answers import No
from shopify_app.edits.rules import hook
from shopify_app.web import ctx
from shopify_app.web.portal import blueprint, pictures, rows, shapes, shipping_deeds
from shopify_app.web.portal.asked import actor, read_json
from shopify_app.web.portal.deed import NO_CHOICE, Choice
from shopify_app.web.portal.detail_deeds import ADDRESS, read_address
from shopify_app.web.portal.guard import shopper


@blueprint.get("/contracts/<number>/shipping")
@shopper
def shipping(number: str) -> ResponseReturnValue:
    """By what it may be shipped and for how much, or why that cannot be changed. Takes some seconds at worst."""
    return _offered(number)


@blueprint.post("/contracts/<number>/shipping")
@shopper
def shipping_to(number: str) -> ResponseReturnValue:
    """The same for an address that somebody gives to what is picked up now. Changes nothing."""
    return _offered(number, is_elsewhere=True)


def _offered(number: str, *, is_elsewhere: bool = False) -> ResponseReturnValue:
    with ctx().db.session() as session:
        contract = rows.mine(session, number)
        address = read_address(ADDRESS.read(read_json())) if is_elsewhere else None
        seen = standing.look(session, contract, ctx().clock.now())
        probe = shipping_deeds.any_other(contract, is_elsewhere)
        refusal = standing.why_not(session, probe, seen)
        verdict = hook.of_action(session, probe, seen, actor())
    why_not: str | None = refusal.refusal if refusal else verdict.forbidden
    if why_not is None and is_elsewhere and not delivery.is_picked_up(contract.delivery_method):
        why_not = No.HAS_ADDRESS
    options: list[Choice] = []
    if why_not is None:
        found = shipping_deeds.ask(contract, address)
        options = [] if isinstance(found, No) else shipping_deeds.choices(found, contract)
        why_not = found if isinstance(found, No) else None if options else NO_CHOICE
    return jsonify(
        possible=why_not is None,
        reason=shapes.reason(why_not),
        options=[pictures.value(each, contract.currency) for each in options],
    )
