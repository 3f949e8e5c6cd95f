"""The language of the pages and of mails to staff, on the settings page."""

from __future__ import annotations

from flask import Response, g, request

from shopify_app.kit import speech
from shopify_app.kit.speech import _
from shopify_app.shops import language as chosen
from shopify_app.shops.models import Shop
from shopify_app.web import ctx, language
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint
from shopify_app.web.admin.settings import AS_IN_SHOPIFY, show
from shopify_app.web.forms import Form


@blueprint.post("/settings/language")
@merchant
def save_language() -> Response:
    """Save which language staff are spoken to in, and answer in it; with a wrong field nothing is saved."""
    form = Form(request.form)
    wanted = form.choice("language", (AS_IN_SHOPIFY, *chosen.LANGUAGES))
    if wanted is None:
        return show(form=form)
    with ctx().db.session() as session:
        shop = session.get_one(Shop, g.shop.id)
        picked = None if wanted == AS_IN_SHOPIFY else wanted
        chosen.change(session, shop, picked, f"merchant:{g.user_id}", ctx().clock.now())
    before = speech.spoken()
    language.settle(ctx(), shop)
    response = show(toast=_("Language saved"))
    if speech.spoken() != before:
        response.headers["HX-Refresh"] = "true"  # the menu and what the document says speak it too, then
    return response
