"""The account block of a storefront: a piece of HTML that the theme's block puts into its place."""

from __future__ import annotations

import logging

from flask import Response, g, render_template, request

from shopify_app.kit.clock import machine_now
from shopify_app.kit.gid import number_of
from shopify_app.kit.links import BadLink
from shopify_app.links.urls import account_url
from shopify_app.web import ctx
from shopify_app.web.portal.problems import Problem
from shopify_app.web.proxy import blueprint, deeds, pressed, shown, tongue
from shopify_app.web.proxy.deeds import Done
from shopify_app.web.proxy.guard import storefront
from shopify_app.web.proxy.pressed import Press

log = logging.getLogger(__name__)


@blueprint.get("/account")
@storefront
def account() -> Response:
    """The shopper's next orders; for nobody signed in, a sentence. Changes nothing."""
    return _drawn(200)


@blueprint.post("/account")
@storefront
def press() -> Response:
    """Do what a button of the block stands for, and draw the block as it is then."""
    said = tongue.speaks()
    if g.customer_gid is None:
        return _drawn(403, said.say("sign_in_again"))
    try:
        wanted = _wanted(request.form.get("token", ""))
    except (BadLink, pressed.Stale) as error:
        log.info("press refused", extra={"shop_id": g.shop.id, "reason": str(error) or "stale"})
        return _drawn(403, said.say("stale"))
    try:
        done = deeds.carry_out(wanted)
    except Problem as problem:
        if problem.status not in (404, 409, 503):
            raise
        words = said.say("gone") if problem.status == 404 else tongue.why(problem.code, said)
        return _drawn(problem.status, words)
    return _drawn(200, said.say(f"done_{done.action}"), done)


def _wanted(token: str) -> Press:
    """Raises BadLink for what no button of this shopper's block ever held, Stale for one that is too old."""
    wanted = pressed.read(ctx().links, token, machine_now())
    if (wanted.shop_id, wanted.customer) != (g.shop.id, number_of(g.customer_gid)):
        raise BadLink("somebody else's")
    return wanted


def _drawn(status: int, note: str = "", done: Done | None = None) -> Response:
    said = tongue.speaks()
    undo = shown.button(said.say("undo"), done.undo) if done and done.undo else None
    subscriptions = []
    if g.customer_gid is not None:
        with ctx().db.session() as session:
            subscriptions = shown.all_of(session, said)
    words = render_template(
        "proxy/account.html",
        say=said.say,
        lang=said.tag,
        is_signed_in=g.customer_gid is not None,
        subscriptions=subscriptions,
        note=note,
        undo=undo,
        account=account_url(g.shop),
    )
    response = Response(words, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
